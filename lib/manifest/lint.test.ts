import { describe, expect, test } from 'vitest';
import { backendOf, envVar, manifestOf } from '@/test/support/manifests';
import { lintContract } from './lint';
import { parseManifest } from './parse';
import type { EnvVar } from './schema';

const secret = { type: 'secret', storage: 'vault' } as const;
const described = (key: string, fields: Partial<EnvVar> = {}) =>
	envVar(key, { description: 'What it is for', ...fields });

describe('one lint per mistake', () => {
	test.each<[string, EnvVar]>([
		['default-on-secret', described('A', { ...secret, default: 's3cr3t' })],
		['default-fails-type', described('A', { type: 'number', default: 'ten' })],
		['default-is-placeholder', described('A', { default: 'changeme' })],
		['credential-in-default', described('A', { default: 'nats://u:p@host' })],
		['required-with-default', described('A', { required: true, default: 'x' })],
		['looks-secret', described('STRIPE_TOKEN')],
		['url-may-hold-credential', described('DATABASE_URL', { type: 'url' })],
		['url-may-hold-credential', described('STORE', { type: 'url', default: 'redis://host' })],
		['no-description', envVar('A')],
		['asked-without-words', envVar('A', { declaredBy: 'backend.env', required: true })],
	])('%s', (code, variable) => {
		expect(lintContract(manifestOf([variable])).map((lint) => lint.code)).toEqual([code]);
	});

	test('a clean contract earns none', () => {
		const contract = [
			described('API_KEY', secret),
			described('REGION', { default: 'sa-east-1' }),
			described('NATS_URL', { type: 'url' }),
		];
		expect(lintContract(manifestOf(contract))).toEqual([]);
	});
});

test('keys that differ only by case are told', () => {
	expect(lintContract(manifestOf([described('Region'), described('REGION')]))).toMatchObject([
		{ code: 'key-differs-by-case', key: 'REGION' },
	]);
});

test('a pack that asks and answers at once, and a credential it publishes', () => {
	const manifest = manifestOf([described('A')], { backend: backendOf({ A: 'x', B: 'nats://u:p@host' }) });
	expect(lintContract(manifest).map(({ code, key }) => [code, key])).toEqual([
		['pack-answers-question', 'A'],
		['credential-in-pack-value', 'B'],
	]);
});

test('mistakes that reading repairs are still told, by key', () => {
	const { manifest, warnings, blockers } = parseManifest({
		id: 'demo',
		env: [
			{ key: 'A', description: 'a', required: true, type: 'secret', visibility: 'config' },
			{ key: 'B_TOKEN', description: 'b', required: true },
			{ key: 'A', description: 'a', required: true, type: 'string' },
		],
	});
	const lint = manifest && lintContract(manifest, { notes: [...warnings, ...blockers] });
	expect(lint?.map(({ code, key }) => [code, key])).toEqual([
		['secret-as-config', 'A'],
		['guessed-secret', 'B_TOKEN'],
		['duplicate-key', 'A'],
	]);
});

test('a sentence never repeats a published credential', () => {
	const manifest = manifestOf([described('A', { ...secret, default: 'hunter2' })], {
		backend: backendOf({ B: 'nats://u:hunter2@x' }),
	});
	expect(JSON.stringify(lintContract(manifest, { locale: 'pt-BR' }))).not.toContain('hunter2');
});
