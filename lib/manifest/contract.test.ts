import { describe, expect, test } from 'vitest';
import { parseManifest } from './parse';

const minimal = { id: 'demo', version: '1.0.0', permissions: [], icon: './icon.svg', name: 'Demo' };

function contractOf(raw: Record<string, unknown>) {
	return parseManifest({ ...minimal, ...raw }).manifest?.contract ?? [];
}

describe('the merged contract', () => {
	test('an empty backend.env value asks the customer, masked when the name looks secret', () => {
		expect(contractOf({ backend: { env: { GEMINI_API_KEY: '', REGION: '', HOST: 'x' } } })).toEqual([
			{
				key: 'GEMINI_API_KEY',
				description: '',
				required: true,
				default: null,
				type: 'secret',
				storage: 'vault',
				declaredBy: 'backend.env',
			},
			{
				key: 'REGION',
				description: '',
				required: true,
				default: null,
				type: 'string',
				storage: 'config',
				declaredBy: 'backend.env',
			},
		]);
	});

	test('env[] keeps its words when backend.env asks for the same key', () => {
		const [variable] = contractOf({
			env: [{ key: 'REGION', description: 'Where', required: false, type: 'string' }],
			backend: { env: { REGION: '' } },
		});
		expect(variable).toMatchObject({ description: 'Where', required: false, declaredBy: 'env' });
	});

	test('settings.secrets makes a declared key secret and adds a missing one', () => {
		const contract = contractOf({
			env: [
				{ key: 'A', required: true, type: 'string' },
				{ key: 'B', required: true, type: 'url' },
			],
			settings: { secrets: ['A', 'B', 'C'] },
		});
		expect(contract.map(({ key, type, storage, declaredBy }) => [key, type, storage, declaredBy])).toEqual([
			['A', 'secret', 'vault', 'env'],
			['B', 'url', 'vault', 'env'],
			['C', 'secret', 'vault', 'settings.secrets'],
		]);
	});

	test('an inline settings.schema adds typed questions', () => {
		const contract = contractOf({
			settings: {
				schema: {
					properties: {
						LIMIT: { type: 'integer', default: 5 },
						ON: { type: 'boolean' },
						SITE: { type: 'string', format: 'uri' },
					},
					required: ['ON'],
				},
			},
		});
		expect(contract.map(({ key, type, required, default: text }) => [key, type, required, text])).toEqual([
			['LIMIT', 'number', false, '5'],
			['ON', 'boolean', true, null],
			['SITE', 'url', false, null],
		]);
	});

	test.each<[string, Record<string, unknown>, string, string]>([
		['a secret in clear stays secret', { type: 'secret', visibility: 'config' }, 'secret', 'vault'],
		['vault keeps the type and hides the value', { type: 'number', visibility: 'vault' }, 'number', 'vault'],
		['unknown visibility is the safe side', { type: 'string', visibility: 'x' }, 'string', 'vault'],
		['untyped in the vault is a secret', { visibility: 'vault' }, 'secret', 'vault'],
		['untyped is text', {}, 'string', 'config'],
		['an unknown type is text', { type: 'integer' }, 'string', 'config'],
	])('%s', (_, fields, type, storage) => {
		expect(contractOf({ env: [{ key: 'A', required: true, ...fields }] })).toMatchObject([{ type, storage }]);
	});

	test('an empty default is no default', () => {
		expect(contractOf({ env: [{ key: 'A', required: false, default: '' }] })[0]?.default).toBeNull();
	});
});
