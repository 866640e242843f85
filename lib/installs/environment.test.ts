import { describe, expect, test } from 'vitest';
import { type Manifest, parseManifest } from '@/lib/manifest';
import { type EnvironmentInput, prepareEnvironment } from './environment';
import { heldBy } from './held';

const manifest = (env: object[], version = '1.0.0'): Manifest => {
	const parsed = parseManifest({
		id: 'x',
		version,
		env,
		backend: { helmChart: 'oci://ghcr.io/acme/charts/pack-x', image: 'ghcr.io/acme/x', env: { LEVEL: 'info' } },
	});
	if (parsed.manifest === null) throw new Error('the fixture does not parse');
	return parsed.manifest;
};
const entry = { fingerprint: 'f', setBy: { id: 'u', name: 'Ana' }, setAt: '2026-11-20T10:00:00.000Z' };
const first = manifest([
	{ key: 'API_KEY', description: 'k', required: true, type: 'secret' },
	{ key: 'REGION', description: 'r', required: true, type: 'string' },
	{ key: 'DATABASE_URL', description: 'd', required: false, type: 'url' },
	{ key: 'RETRIES', description: 'n', required: false, type: 'number', default: '3' },
]);
const input: EnvironmentInput = {
	manifest: first,
	release: 'pack-x',
	plain: { REGION: 'eu' },
	secretKeys: ['API_KEY'],
	previous: null,
	instanceValues: {},
	renames: {},
	discard: [],
	lost: [],
};
const previous = { number: 4, manifest: first, answers: { REGION: 'eu' }, secrets: { API_KEY: entry }, archived: {} };
const again = { ...input, plain: {}, secretKeys: [], previous };

describe('prepareEnvironment', () => {
	test('puts answers, pack values and defaults together and names where each came from', () => {
		expect(prepareEnvironment(input)).toMatchObject({
			config: {
				REGION: { value: 'eu', origin: 'answer' },
				RETRIES: { value: '3', origin: 'default' },
				LEVEL: { value: 'info', origin: 'pack' },
			},
			given: ['API_KEY'],
			keep: [],
			invalid: [],
		});
	});

	test('names every missing value', () => {
		expect(prepareEnvironment({ ...input, plain: {}, secretKeys: [] }).invalid.map((param) => param.name)).toEqual([
			'API_KEY',
			'REGION',
		]);
	});

	test('zero edits carry everything over, the secret without reading it', () => {
		expect(prepareEnvironment(again)).toMatchObject({
			answers: previous.answers,
			keep: [{ key: 'API_KEY', fromSecret: 'pack-x-env-r4', fromKey: 'API_KEY' }],
			given: [],
			invalid: [],
			carried: 2,
		});
	});

	test('a confirmed rename moves the secret under its new key', () => {
		const renamed = manifest([
			{ key: 'SERVICE_API_KEY', description: 'k', required: true, type: 'secret' },
			{ key: 'REGION', description: 'r', required: true, type: 'string' },
		]);

		expect(prepareEnvironment({ ...again, manifest: renamed, renames: { API_KEY: 'SERVICE_API_KEY' } }).keep).toEqual([
			{ key: 'SERVICE_API_KEY', fromSecret: 'pack-x-env-r4', fromKey: 'API_KEY' },
		]);
	});

	test('a secret that becomes plain is never carried', () => {
		const exposed = manifest([
			{ key: 'API_KEY', description: 'k', required: true, type: 'string' },
			{ key: 'REGION', description: 'r', required: true, type: 'string' },
		]);
		const prepared = prepareEnvironment({
			...again,
			manifest: {
				...exposed,
				contract: exposed.contract.map((variable) => ({ ...variable, storage: 'config' as const })),
			},
		});

		expect(prepared.keep).toEqual([]);
		expect(prepared.invalid.map((param) => param.name)).toEqual(['API_KEY']);
	});

	test('a default does not slip into the place of a secret that becomes plain', () => {
		const exposed = (required: boolean) =>
			manifest([{ key: 'ACCESS', description: 'k', required, type: 'string', default: 'public' }]);
		const stored = {
			...previous,
			manifest: manifest([{ key: 'ACCESS', description: 'k', required: true, type: 'secret' }]),
			answers: {},
			secrets: { ACCESS: entry },
		};
		const upgrade = (change: Partial<EnvironmentInput>) =>
			prepareEnvironment({ ...again, previous: stored, manifest: exposed(true), ...change });

		expect(upgrade({}).invalid).toEqual([{ name: 'ACCESS', reason: expect.stringContaining('may be seen') }]);
		expect(upgrade({ plain: { ACCESS: 'mine' } })).toMatchObject({ invalid: [], keep: [] });
		expect(upgrade({ discard: ['ACCESS'] })).toMatchObject({ invalid: [], config: { ACCESS: { value: 'public' } } });
		expect(upgrade({ manifest: exposed(false) })).toMatchObject({ invalid: [], keep: [] });
	});

	test('an address with a password in it may be stored as a secret, and stays one', () => {
		const chosen = prepareEnvironment({ ...input, secretKeys: ['API_KEY', 'DATABASE_URL'] });
		const later = prepareEnvironment({
			...again,
			previous: { ...previous, secrets: { API_KEY: entry, DATABASE_URL: entry } },
		});

		expect(chosen).toMatchObject({ given: ['API_KEY', 'DATABASE_URL'], invalid: [] });
		expect(later.keep.map((secret) => secret.key)).toEqual(['API_KEY', 'DATABASE_URL']);
		expect(later.config).not.toHaveProperty('DATABASE_URL');
	});

	test('a plain value that becomes a secret is checked against the type it gets, and not repeated', () => {
		const later = manifest([
			{ key: 'API_KEY', description: 'k', required: true, type: 'secret' },
			{ key: 'REGION', description: 'r', required: true, type: 'number', visibility: 'vault' },
		]);
		const prepared = prepareEnvironment({ ...again, manifest: later });

		expect(prepared.invalid).toEqual([{ name: 'REGION', reason: expect.stringContaining('REGION must be a number') }]);
		expect(JSON.stringify(prepared.invalid)).not.toContain('eu');
		expect(prepareEnvironment({ ...again, manifest: later, secretKeys: ['REGION'] }).invalid).toEqual([]);
	});

	describe('a stored secret whose type gets narrower', () => {
		const of = (type: string, required = true) =>
			manifest([
				{ key: 'LIMIT', description: 'l', required, type, visibility: 'vault' },
				{ key: 'REGION', description: 'r', required: true, type: 'string' },
			]);
		const stored = { ...previous, manifest: of('string'), secrets: { LIMIT: entry } };
		const upgrade = (change: Partial<EnvironmentInput>) =>
			prepareEnvironment({ ...again, previous: stored, ...change });

		test('is asked for again, because nobody may read it to check it', () => {
			expect(upgrade({ manifest: of('number') }).invalid.map(({ name }) => name)).toEqual(['LIMIT']);
			expect(upgrade({ manifest: of('number'), secretKeys: ['LIMIT'] })).toMatchObject({ invalid: [], keep: [] });
			expect(upgrade({ manifest: of('number', false), discard: ['LIMIT'] })).toMatchObject({ invalid: [], keep: [] });
		});

		test('control: the same type, or one that takes any text, carries it unread', () => {
			expect(upgrade({ manifest: of('string') })).toMatchObject({ invalid: [], keep: [{ key: 'LIMIT' }] });
			expect(upgrade({ manifest: of('secret') })).toMatchObject({ invalid: [], keep: [{ key: 'LIMIT' }] });
		});

		test('stays archived when it was away meanwhile, and comes back only where it was checked for that type', () => {
			const archived = upgrade({
				manifest: manifest([{ key: 'REGION', description: 'r', required: true, type: 'string' }]),
			});
			const before = { ...stored, number: 5, secrets: {}, answers: archived.answers, archived: archived.archived };
			const back = (type: string) => prepareEnvironment({ ...again, previous: before, manifest: of(type) });

			expect(back('number')).toMatchObject({ invalid: [{ name: 'LIMIT' }], archived: { LIMIT: { revision: 4 } } });
			expect(back('string')).toMatchObject({ invalid: [], keep: [{ key: 'LIMIT', fromSecret: 'pack-x-env-r4' }] });
			expect(heldBy(before, { wanted: of('number') }).secretsSet).toEqual([]);
			expect(heldBy(before, { wanted: of('string') }).secretsSet).toEqual(['LIMIT']);
		});
	});

	test('the value of a removed key is archived, or given up when asked', () => {
		const smaller = manifest([{ key: 'API_KEY', description: 'k', required: true, type: 'secret' }]);

		expect(prepareEnvironment({ ...again, manifest: smaller }).archived).toEqual({ REGION: 'eu' });
		expect(prepareEnvironment({ ...again, manifest: smaller, discard: ['REGION'] }).archived).toEqual({});
	});
});
