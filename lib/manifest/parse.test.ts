import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { installability } from './installability';
import { parseManifest } from './parse';
import { Manifest } from './schema';

const folder = new URL('../../test/fixtures/manifests/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

const minimal = { id: 'demo', version: '1.0.0', permissions: [], icon: './icon.svg', name: 'Demo' };

function codesOf(raw: unknown): { blockers: string[]; warnings: string[] } {
	const { blockers, warnings } = parseManifest(raw);
	return { blockers: blockers.map(({ code }) => code), warnings: warnings.map(({ code }) => code) };
}

function _contractOf(raw: Record<string, unknown>) {
	return parseManifest({ ...minimal, ...raw }).manifest?.contract ?? [];
}

describe('published manifests', () => {
	test('there are fixtures of every generation', () => {
		expect(files.length).toBe(16);
	});

	test.each(files)('%s parses into a meaningful model', (name) => {
		const parsed = parseManifest(readFileSync(new URL(name, folder), 'utf8'));
		expect(parsed.manifest).not.toBeNull();
		if (!parsed.manifest) return;
		expect(Manifest.parse(parsed.manifest)).toEqual(parsed.manifest);
		expect({ ...parsed, installability: installability(parsed.manifest) }).toMatchSnapshot();
	});

	test('a manifest without id keeps its contract and is blocked', () => {
		const parsed = parseManifest(readFileSync(new URL('docs-customer-install-envblock-env.json', folder), 'utf8'));
		expect(parsed.blockers.map(({ code }) => code)).toEqual(['id-missing']);
		expect(parsed.manifest?.contract.map(({ key }) => key)).toEqual(['MY_EXTERNAL_API_KEY', 'FEATURE_BETA_UI']);
	});

	test('a template placeholder is no id and no package', () => {
		const parsed = parseManifest(readFileSync(new URL('docs-packs-name.json', folder), 'utf8'));
		expect(parsed.blockers.map(({ code }) => code)).toEqual(['id-invalid', 'reference-invalid']);
	});
});

describe('blockers', () => {
	test.each<[string, unknown, string]>([
		['text that is not JSON', '{', 'not-json'],
		['an empty file', '', 'not-json'],
		['nothing at all', undefined, 'not-json'],
		['a list', '[]', 'not-object'],
		['null', null, 'not-object'],
		['a number', 7, 'not-object'],
		['more than 256 KB', JSON.stringify({ ...minimal, description: 'x'.repeat(262_144) }), 'too-large'],
		[
			'more than 256 KB in bytes though not in characters',
			JSON.stringify({ ...minimal, description: 'é'.repeat(131_072) }),
			'too-large',
		],
		['33 levels', { ...minimal, requires: nested(32) }, 'too-deep'],
		['no id', { ...minimal, id: undefined }, 'id-missing'],
		['an id in capitals', { ...minimal, id: 'Demo' }, 'id-invalid'],
		['an id of 64 characters', { ...minimal, id: 'a'.repeat(64) }, 'id-invalid'],
		['an id that is a number', { ...minimal, id: 5 }, 'id-invalid'],
		['a version that is not semver', { ...minimal, version: '1.2' }, 'version-invalid'],
		['a version that is a number', { ...minimal, version: 1 }, 'version-invalid'],
		[
			'a chart that is not on an OCI registry',
			{ ...minimal, backend: { helmChart: 'https://charts.example.com/x' } },
			'reference-invalid',
		],
		['an image with spaces', { ...minimal, backend: { image: 'a b' } }, 'reference-invalid'],
		['an npm name with a version', { ...minimal, frontend: { package: '@khal-os/x@1.0.0' } }, 'reference-invalid'],
		['env that is an object', { ...minimal, env: { A: '1' } }, 'wrong-type'],
		['permissions that are text', { ...minimal, permissions: 'nats:publish' }, 'wrong-type'],
		['apps that are an object', { ...minimal, apps: {} }, 'wrong-type'],
		['501 keys', { ...minimal, env: keys(501) }, 'list-too-long'],
		['an entry without key', { ...minimal, env: [{ required: true }] }, 'env-key-invalid'],
		['an entry that is text', { ...minimal, env: ['API_KEY'] }, 'env-key-invalid'],
		['a key with a dash', { ...minimal, env: [{ key: 'API-KEY', required: true }] }, 'env-key-invalid'],
		['a key that starts with a digit', { ...minimal, env: [{ key: '1KEY', required: true }] }, 'env-key-invalid'],
		['PATH', { ...minimal, env: [{ key: 'PATH', required: true }] }, 'env-key-reserved'],
		['LD_PRELOAD', { ...minimal, env: [{ key: 'LD_PRELOAD', required: true }] }, 'env-key-reserved'],
		[
			'NODE_OPTIONS set by the pack',
			{ ...minimal, backend: { env: { NODE_OPTIONS: '--inspect' } } },
			'env-key-reserved',
		],
		[
			'KUBERNETES_SERVICE_HOST',
			{ ...minimal, env: [{ key: 'KUBERNETES_SERVICE_HOST', required: true }] },
			'env-key-reserved',
		],
		[
			'a key declared twice',
			{
				...minimal,
				env: [
					{ key: 'A', required: true },
					{ key: 'A', required: false },
				],
			},
			'env-key-duplicate',
		],
	])('%s blocks', (_, raw, code) => {
		expect(codesOf(raw).blockers).toContain(code);
	});

	test('the smallest sensible manifest earns no note', () => {
		expect(codesOf({ ...minimal, frontend: { package: '@khal-os/pack-demo' } })).toEqual({
			blockers: [],
			warnings: [],
		});
	});

	test('32 levels are fine', () => {
		expect(codesOf({ ...minimal, requires: nested(31) }).blockers).toEqual([]);
	});
});

describe('tolerance', () => {
	test.each<[string, Record<string, unknown>, string]>([
		['an unknown field', { colour: 'red' }, 'unknown-field'],
		['a misspelt field of a key', { env: [{ key: 'A', requried: true, required: true }] }, 'unknown-field'],
		['an unknown permission', { permissions: ['user:read'] }, 'unknown-permission'],
		['missing permissions', { permissions: undefined }, 'permissions-undeclared'],
		['a missing icon', { icon: undefined }, 'icon-missing'],
		['an icon of the shell', { icon: '/icons/dusk/x.svg' }, 'icon-unavailable'],
		['an icon outside the repository', { icon: '../../etc/passwd' }, 'path-refused'],
		['a remote icon', { icon: 'https://example.com/i.svg' }, 'path-refused'],
		[
			'a bundle path that leaves the package',
			{ frontend: { package: 'x' }, bundlePath: 'dist/../../x' },
			'path-refused',
		],
		['a bundle at a script address', { bundleUrl: 'javascript:alert(1)' }, 'path-refused'],
		['a bundle at an address with a password', { bundleUrl: 'https://u:p@example.com/b.mjs' }, 'path-refused'],
		['a version with v', { version: 'v1.0.0' }, 'version-prefixed'],
		['no version', { version: undefined }, 'version-missing'],
		['a chart with a tag', { backend: { helmChart: 'oci://ghcr.io/khal-os/charts/x:1.0.0' } }, 'reference-versioned'],
		['an unknown type', { env: [{ key: 'A', required: true, type: 'password' }] }, 'env-type-unknown'],
		[
			'an unknown visibility',
			{ env: [{ key: 'A', required: true, type: 'string', visibility: 'hidden' }] },
			'env-visibility-unknown',
		],
		[
			'a secret in clear',
			{ env: [{ key: 'A', required: true, type: 'secret', visibility: 'config' }] },
			'env-secret-as-config',
		],
		['an untyped key that looks secret', { env: [{ key: 'API_KEY', required: true }] }, 'env-guessed-secret'],
		['required as text', { env: [{ key: 'A', required: 'true' }] }, 'env-required-missing'],
		['a default that is a number', { env: [{ key: 'A', required: false, default: 5 }] }, 'value-coerced'],
		['a localised name', { name: { 'pt-BR': 'Notas' } }, 'wrong-type'],
		['settings in another file', { settings: { schema: { path: 'settings.json' } } }, 'settings-elsewhere'],
		['a path without a package', { bundlePath: 'dist/bundle.mjs' }, 'frontend-unreachable'],
		['services without a backend', { services: [{ name: 's' }] }, 'services-without-backend'],
	])('%s only warns', (_, fields, code) => {
		const codes = codesOf({ ...minimal, ...fields });
		expect(codes.warnings).toContain(code);
		expect(codes.blockers).toEqual([]);
	});

	test('text from a publisher cannot reverse or break the line it is shown in', () => {
		const { manifest } = parseManifest({ ...minimal, name: 'a\u202eb\nc', author: { name: 'Ana' } });
		expect(manifest?.name).toBe('a b c');
		expect(manifest?.author).toBe('Ana');
	});

	test('a byte order mark is skipped', () => {
		expect(codesOf(`\ufeff${JSON.stringify(minimal)}`).blockers).toEqual([]);
	});

	test('a hostile file earns a hundred notes and one that says so', () => {
		const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]));
		const { warnings } = parseManifest({ ...minimal, ...fields });
		expect(warnings).toHaveLength(101);
		expect(warnings.at(-1)?.code).toBe('more-notes');
	});

	test('members named like prototypes change nothing', () => {
		const raw = `{"id":"demo","version":"1.0.0","__proto__":{"permissions":["pty:spawn"]},"backend":{"env":{"__proto__":"x","constructor":"y"}}}`;
		const parsed = parseManifest(raw);
		expect(parsed.manifest?.permissions).toEqual([]);
		expect(parsed.blockers.map(({ code }) => code)).toEqual(['env-key-reserved']);
		expect(Object.entries(parsed.manifest?.backend?.env ?? {})).toEqual([['constructor', 'y']]);
	});
});

describe('shape', () => {
	const frontend = { package: '@khal-os/x' };
	const backend = { helmChart: 'oci://ghcr.io/khal-os/charts/x' };
	test.each<[string, Record<string, unknown>, boolean]>([
		['full-stack', { frontend, backend }, true],
		['backend', { backend }, true],
		['backend', { backend: { image: 'ghcr.io/khal-os/x' } }, false],
		['frontend', { frontend }, true],
		['frontend', { bundlePath: 'dist/bundle.mjs' }, false],
		['frontend', { bundleUrl: '/bundles/x.mjs' }, true],
		['bundle', { apps: [{ id: 'a', frontend }, { id: 'b' }], backend }, true],
		['bundle', { apps: [{ id: 'a' }] }, false],
		['services', { services: [{ name: 's' }], frontend }, false],
		['manifest-only', {}, false],
	])('%s from %j is installable: %s', (shape, fields, installable) => {
		const { manifest } = parseManifest({ ...minimal, ...fields });
		expect(manifest?.shape).toBe(shape);
		const judged = manifest ? installability(manifest) : null;
		expect(judged?.installable).toBe(installable);
		expect(judged?.reasons.length).toBe(installable ? 0 : 1);
	});

	test('a chart found elsewhere makes a backend without chart installable', () => {
		const { manifest } = parseManifest({ ...minimal, backend: { image: 'ghcr.io/khal-os/x' } });
		expect(manifest && installability(manifest, { chartFound: true }).installable).toBe(true);
	});

	test('sandbox true means a container per user with administrator rights', () => {
		expect(parseManifest({ ...minimal, sandbox: true }).manifest?.sandbox).toEqual({
			enabled: true,
			sudoers: true,
			mounts: 0,
		});
		expect(parseManifest({ ...minimal, sandbox: { enabled: false } }).manifest?.sandbox).toBeNull();
		const mounted = { enabled: true, sudoers: false, mounts: [{ mountPath: '/data' }] };
		expect(parseManifest({ ...minimal, sandbox: mounted }).manifest?.sandbox).toEqual({
			enabled: true,
			sudoers: false,
			mounts: 1,
		});
	});
});

function nested(levels: number): unknown {
	let value: unknown = {};
	for (let level = 1; level < levels; level += 1) value = { a: value };
	return value;
}

function keys(count: number) {
	return Array.from({ length: count }, (_, index) => ({ key: `KEY_${index}`, required: false }));
}
