import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Catalog, createCatalog } from '@/lib/catalog';
import { OciSourceConfig, WritableSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import { loadKeys } from '@/lib/keys';
import { examplePacks, type PackDefinition, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { freshDatabase } from '../support/database';
import { githubSourceOf } from '../support/publisher';

const by = { id: null, name: 'Ana', via: 'browser' } as const;
const first = new Secret('first-secret-of-at-least-32-characters');
const second = new Secret('second-secret-of-at-least-32-characters');
const EVIL_LINK = { link: '<https://evil.example/v2/x/tags/list>; rel="next"' };
const OTHER_DIGEST = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
const REPOSITORIES = ['terminal', 'hello', 'mailroom'];

let db: Database;
let registry: SandboxRegistries;
let dataDir: string;
let opened: Catalog[] = [];
let lines: string[] = [];

beforeEach(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'packyard-sync-'));
	[db, registry] = await Promise.all([freshDatabase(), startRegistries({ dataDir: null, oci: { hasCatalog: true } })]);
	lines = [];
});
afterEach(async () => {
	for (const catalog of opened) await catalog.close();
	opened = [];
	await registry.close();
	await db.close();
	await rm(dataDir, { recursive: true, force: true });
});

async function openCatalog(secret = first, previous: readonly Secret[] = []): Promise<Catalog> {
	const { vault } = await loadKeys({ secret, previous, dataDir });
	const note = (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`);
	const catalog = await createCatalog({ db, vault, managed: [], syncMinutes: 15, log: { info: note, warn: note } });
	opened.push(catalog);
	return catalog;
}

/** The three packs by explicit repository: tags are all that the registry lists. */
function byNames(names = REPOSITORIES) {
	return OciSourceConfig.parse({
		kind: 'oci',
		registry: { host: registry.registryHost, plainHttp: true },
		discovery: { by: 'names', repositories: names.map((name) => `khal-os/charts/pack-${name}`) },
		npm: { url: registry.npmUrl, scope: '@khal-os' },
		hostAliases: { 'ghcr.io': registry.registryHost },
		allowedHosts: [new URL(registry.storageUrl).host],
	});
}

/** Everything that GitHub lists, or the named packs. */
function byListing(packs: string[] = []) {
	return WritableSourceConfig.parse(githubSourceOf(registry, { packs }));
}

async function addSource(catalog: Catalog, config: WritableSourceConfig = byNames(), enabled = true): Promise<string> {
	const token = registry.githubToken;
	const input = { name: 'Customer', config, credential: token, npmCredential: token, enabled };
	const { id } = await catalog.sources.create(input, by);
	if (enabled) await settled(catalog);
	return id;
}

/** Wait until whatever was started is done. */
async function settled(catalog: Catalog): Promise<void> {
	for (let tries = 0; tries < 400; tries++) {
		const { sources } = await catalog.sources.list();
		if (sources.every(({ progress }) => progress === null)) return;
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
	throw new Error('a source is still being read');
}

function definition(id: string): PackDefinition {
	const found = examplePacks.find((pack) => pack.id === id);
	if (!found) throw new Error(`the sandbox has no pack ${id}`);
	return found;
}

const versionsOf = async (catalog: Catalog, slug: string) => (await catalog.detail(slug, new Map())).versions;
const requests = () => registry.requests.map(({ method, path, surface }) => `${surface} ${method} ${path}`);

describe('reading a source again', () => {
	test('an unchanged one costs one request per pack, and no blob', async () => {
		const catalog = await openCatalog();
		await addSource(catalog);
		registry.registries.forget();
		await catalog.syncAll();

		expect(registry.requests.filter(({ surface }) => surface === 'storage' || surface === 'npm')).toEqual([]);
		expect(requests().filter((line) => line.includes('/tags/list'))).toHaveLength(REPOSITORIES.length);
		expect(requests().filter((line) => !line.includes('/tags/list') && !line.includes('/token'))).toEqual([]);
	});

	test('by GitHub’s listing costs two requests, however many packs there are', async () => {
		const catalog = await openCatalog();
		await addSource(catalog, byListing());
		const before = await catalog.list(new Map());
		const settledPacks = before.packs.filter(({ reasons }) => reasons.length === 0).length;
		registry.registries.forget();
		await catalog.syncAll();

		expect(settledPacks).toBeGreaterThan(5);
		expect(registry.requests.filter(({ surface }) => surface === 'storage')).toEqual([]);
		expect(requests().filter((line) => line.includes('/packages?'))).toHaveLength(2);
		// Only packs that wait for something are looked at beyond the listing.
		expect(registry.requests.length).toBeLessThanOrEqual(before.packs.length + 2);
	});

	test('a new version is read, the old ones are not', async () => {
		const catalog = await openCatalog();
		await addSource(catalog, byNames(['terminal']));
		const [newest] = definition('terminal').versions.toReversed();
		if (!newest) throw new Error('terminal has no version');
		registry.registries.publish({ ...definition('terminal'), versions: [{ ...newest, version: '9.0.0' }] });
		registry.registries.forget();
		await catalog.syncAll();
		const read = requests().filter((line) => /oci GET .*\/manifests\/[^s]/.test(line));

		expect((await versionsOf(catalog, 'terminal')).map(({ version }) => version)).toContain('9.0.0');
		expect(read.map((line) => line.split('/manifests/')[1])).toEqual(['9.0.0']);
	});

	test('a version that disappears stays until three listings did not have it, and comes back at once', async () => {
		const catalog = await openCatalog();
		await addSource(catalog, byNames(['terminal']));
		const [gone] = definition('terminal').versions.toReversed();
		if (!gone) throw new Error('terminal has no version');
		const number = gone.version.replace(/^v/, '');
		const isVanished = async () =>
			(await versionsOf(catalog, 'terminal')).find(({ version }) => version === number)?.vanished;
		registry.registries.unpublish('terminal', gone.version);

		await catalog.syncAll();
		await catalog.syncAll();
		expect(await isVanished()).toBe(false);
		await catalog.syncAll();
		expect(await isVanished()).toBe(true);

		registry.registries.publish({ ...definition('terminal'), versions: [gone] });
		await catalog.syncAll();
		expect(await isVanished()).toBe(false);
	});

	test('a pack that is not listed any more is kept through two listings and hidden after the third', async () => {
		const catalog = await openCatalog();
		const id = await addSource(catalog);
		const slugs = async () => (await catalog.list(new Map())).packs.map(({ slug }) => slug);
		await catalog.sources.patch(id, { config: byNames(['terminal']) }, by);
		await settled(catalog);
		await catalog.syncAll();
		expect(await slugs()).toContain('hello');
		await catalog.syncAll();
		expect(await slugs()).toEqual(['terminal']);
		// What is known is kept: an install that still needs it finds it.
		expect((await catalog.detail('hello', new Map())).versions.length).toBeGreaterThan(0);
	});

	test('a pack that is listed again as it was can be installed at once, without being read again', async () => {
		const catalog = await openCatalog();
		await addSource(catalog, byListing());
		const shown = async () => (await catalog.list(new Map())).packs.find(({ slug }) => slug === 'terminal');
		const before = await shown();
		const empty = { surface: 'github', match: '/packages?', effect: 'answer', status: 200, body: '[]' } as const;
		const clear = registry.registries.inject(empty);
		for (let looks = 0; looks < 3; looks++) await catalog.syncAll();
		const gone = await shown();
		clear();
		registry.registries.forget();
		await catalog.syncAll();

		expect(gone).toBeUndefined();
		expect(before).toMatchObject({ installable: true, reasons: [] });
		expect(await shown()).toEqual(before);
		expect(requests().filter((line) => line.includes('pack-terminal'))).toEqual([]);
	});

	test('a version whose bytes are not what their digest says is a reason, and the others are read', async () => {
		const catalog = await openCatalog();
		const state = registry.registries.state.oci.get('khal-os/charts/pack-terminal');
		const [tag = '', digest = ''] = [...(state?.tags ?? [])].find(([name]) => /^\d/.test(name)) ?? [];
		registry.registries.tamper(digest);
		const id = await addSource(catalog, byNames(['terminal']));
		const versions = await versionsOf(catalog, 'terminal');
		const bad = versions.find(({ version }) => version === tag);

		expect((await catalog.sources.get(id)).problem).toBeNull();
		expect(bad).toMatchObject({ installable: false, reasons: [expect.stringContaining('other bytes than promised')] });
		expect(versions.some(({ installable }) => installable)).toBe(true);
	});
});

describe('a registry that misbehaves for one pack after a good reading', () => {
	const TAGS = 'pack-terminal/tags/list';
	const NEW = 'pack-terminal/manifests/9.0.0';
	const page = '<html>Sign in</html>';
	const answer = { effect: 'answer', status: 200 } as const;

	test.each([
		['no tags at all', { ...answer, match: TAGS, body: '{"name":"x","tags":null}' }],
		['a tag list that is a page', { ...answer, match: TAGS, body: page }],
		['a tag list on another host', { ...answer, match: TAGS, body: '{"tags":["1.0.0"]}', headers: EVIL_LINK }],
		['a repository that is gone', { ...answer, match: TAGS, status: 404, body: '{}' }],
		['a refusal', { ...answer, match: TAGS, status: 403, body: '{}' }],
		['failures', { ...answer, match: TAGS, status: 500, body: 'broken' }],
		['a cut connection', { effect: 'reset', match: TAGS }],
		['half a body', { effect: 'truncate', match: TAGS }],
		['a manifest that is a page', { ...answer, match: NEW, body: page }],
		['a manifest with other bytes', { ...answer, match: NEW, body: '{}', headers: OTHER_DIGEST }],
		['a manifest that is gone', { ...answer, match: NEW, status: 404, body: '{}' }],
		['half a manifest', { effect: 'truncate', match: NEW }],
	] as const)('with %s loses nothing that is known, and the others are read', async (_title, fault) => {
		const catalog = await openCatalog();
		await addSource(catalog, byNames(['terminal', 'hello']));
		const before = await versionsOf(catalog, 'terminal');
		for (const id of ['terminal', 'hello']) {
			const [newest] = definition(id).versions.toReversed();
			if (!newest) throw new Error(`${id} has no version`);
			registry.registries.publish({ ...definition(id), versions: [{ ...newest, version: '9.0.0' }] });
		}
		const heal = registry.registries.inject({ surface: 'oci', ...fault });
		await catalog.syncAll();
		const after = (await versionsOf(catalog, 'terminal')).filter(({ version }) => version !== '9.0.0');
		const shown = (await catalog.list(new Map())).packs.map(({ slug }) => slug);

		expect(after.map(({ version, installable, vanished }) => [version, installable, vanished])).toEqual(
			before.map(({ version, installable, vanished }) => [version, installable, vanished]),
		);
		expect(shown).toEqual(['hello', 'terminal']);
		expect((await versionsOf(catalog, 'hello')).map(({ version }) => version)).toContain('9.0.0');

		heal();
		await catalog.syncAll();
		const healed = (await versionsOf(catalog, 'terminal')).find(({ version }) => version === '9.0.0');
		expect(healed).toMatchObject({ installable: true, reasons: [] });
	});
});

describe('without a credential', () => {
	/** `shell` is `terminal` without its frontend, which GitHub's npm registry shows to nobody without a token. */
	async function addNamed(catalog: Catalog): Promise<string> {
		const [newest] = definition('terminal').versions.toReversed();
		if (!newest) throw new Error('terminal has no version');
		const chart = newest.manifests.chart
			?.replace(/"frontend": \{[^}]*\},/, '')
			.replace('"id": "terminal"', '"id": "shell"');
		const version = { ...newest, manifests: { chart: chart ?? '' }, frontends: [] };
		registry.registries.publish({ ...definition('terminal'), id: 'shell', versions: [version] });
		const config = byListing(['terminal', 'shell']);
		const { id } = await catalog.sources.create({ name: 'Public', config, enabled: true }, by);
		await settled(catalog);
		return id;
	}

	test('public charts are read by name, and a frontend that needs a token is a reason with what to do', async () => {
		const catalog = await openCatalog();
		const id = await addNamed(catalog);
		const { packs } = await catalog.list(new Map());
		const reasonsOf = (slug: string) => packs.find((pack) => pack.slug === slug)?.reasons.join(' ');

		expect((await catalog.sources.get(id)).problem).toBeNull();
		expect(packs.find(({ slug }) => slug === 'shell')).toMatchObject({ installable: true, reasons: [] });
		expect(packs.find(({ slug }) => slug === 'terminal')).toMatchObject({ installable: false });
		expect(reasonsOf('terminal')).toMatch(/@khal-os\/pack-terminal cannot be read.*store one for this source/);

		await catalog.sources.patch(id, { credential: registry.githubToken }, by);
		await settled(catalog);
		const after = (await catalog.list(new Map())).packs.find(({ slug }) => slug === 'terminal');
		expect(after).toMatchObject({ installable: true, reasons: [] });
	});

	test('GitHub’s limit for nobody ends the search for notes, not the reading of charts', async () => {
		const catalog = await openCatalog();
		registry.registries.inject({
			surface: 'github',
			match: '/releases',
			effect: 'answer',
			status: 403,
			headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${Math.floor(Date.now() / 1000) + 1800}` },
		});
		const id = await addNamed(catalog);

		expect(await catalog.sources.get(id)).toMatchObject({ health: 'good', problem: null, packs: 2 });
		// Both packs may have asked before the first refusal arrived; no version asks again.
		expect(requests().filter((line) => line.includes('/releases')).length).toBeLessThanOrEqual(2);
	});
});

describe('a pack that the database refuses', () => {
	test('fails alone, is named, and the packs that were read beside it are kept', async () => {
		const [newest] = definition('terminal').versions.toReversed();
		if (!newest) throw new Error('terminal has no version');
		// PostgreSQL stores no NUL in a text.
		const broken = { ...newest, manifests: { chart: '{"id":"broken"}\u0000' } };
		registry.registries.publish({ ...definition('terminal'), id: 'broken', versions: [broken] });
		const catalog = await openCatalog();
		const id = await addSource(catalog, byNames(['terminal', 'broken', 'hello']));

		expect((await catalog.sources.get(id)).problem).toContain('broken could not be read');
		expect((await versionsOf(catalog, 'terminal')).length).toBeGreaterThan(0);
		expect((await versionsOf(catalog, 'hello')).length).toBeGreaterThan(0);
		const shown = (await catalog.list(new Map())).packs.find(({ slug }) => slug === 'terminal');
		expect(shown?.latestVersion).not.toBeNull();
	});
});

describe('a tag that moves', () => {
	async function moveNewest(): Promise<{ version: string; before: string }> {
		const repository = 'khal-os/charts/pack-terminal';
		const tags = [...(registry.registries.state.oci.get(repository)?.tags ?? [])].filter(([tag]) => /^\d/.test(tag));
		const [version = '', before = ''] = tags.at(-1) ?? [];
		registry.registries.retag({ repository, tag: version, digest: tags[0]?.[1] ?? '' });
		return { version, before };
	}

	test('is noticed for what is installed, keeps the reviewed digest, and ends when the tag is put back', async () => {
		const catalog = await openCatalog();
		await addSource(catalog, byNames(['terminal']));
		const { version, before } = await moveNewest();
		await install(catalog, version);
		const moved = async () => (await versionsOf(catalog, 'terminal')).find((one) => one.version === version)?.tagMoved;
		await catalog.syncAll();
		const pack = await catalog.detail('terminal', new Map());

		expect(await moved()).toBe(true);
		expect((await catalog.version(pack.pack.id, version)).chart?.manifestDigest).toBe(before);

		registry.registries.retag({ repository: 'khal-os/charts/pack-terminal', tag: version, digest: before });
		await catalog.syncAll();
		expect(await moved()).toBe(false);
	});

	test('and a manifest attached by hand after that keeps the chart that was first seen', async () => {
		const [newest] = definition('terminal').versions.toReversed();
		if (!newest) throw new Error('terminal has no version');
		registry.registries.publish({ ...definition('terminal'), id: 'bare', versions: [{ ...newest, manifests: {} }] });
		const catalog = await openCatalog();
		await addSource(catalog, byNames(['terminal', 'bare']));
		const chartOf = async () => (await catalog.versionDetail('bare', newest.version, [])).chart?.manifestDigest;
		const before = await chartOf();
		copyChart('khal-os/charts/pack-terminal', 'khal-os/charts/pack-bare', newest.version);
		const manifest = newest.manifests.chart?.replace('"id": "terminal"', '"id": "bare"') ?? '';
		await catalog.attachManifest({ slug: 'bare', version: newest.version }, { manifest }, by);

		const tags = registry.registries.state.oci.get('khal-os/charts/pack-bare')?.tags;
		expect(tags?.get(newest.version)).not.toBe(before);
		expect(before).toMatch(/^sha256:/);
		expect(await chartOf()).toBe(before);
	});

	async function install(catalog: Catalog, version: string): Promise<void> {
		const { pack } = await catalog.detail('terminal', new Map());
		const row = await db.client.install.create({
			data: { packId: pack.id, namespace: 'khal', release: 'terminal', createdByName: 'Ana', activeRevision: 1 },
		});
		await db.client.revision.create({
			data: {
				installId: row.id,
				number: 1,
				version,
				frontends: [],
				manifest: {},
				answers: {},
				config: {},
				secrets: {},
				createdByName: 'Ana',
				operationId: '00000000-0000-7000-8000-000000000001',
				operationKind: 'install',
			},
		});
	}
});

describe('one reader per source', () => {
	test('two replicas that want to read at the same moment are one', async () => {
		const [one, two] = [await openCatalog(), await openCatalog()];
		const id = await addSource(one, byNames(), false);
		await one.sources.patch(id, { enabled: true }, by);
		const answers = await Promise.all([one.sync(id), two.sync(id)]);
		await settled(one);

		expect(answers.filter(({ started }) => started).length).toBeLessThanOrEqual(1);
		expect(lines.filter((line) => line.startsWith('source read'))).toHaveLength(1);
	});

	test('a replica sees how far the other one is and can stop it; nothing that was read is lost', async () => {
		const [one, two] = [await openCatalog(), await openCatalog()];
		const id = await addSource(one, byNames(), false);
		registry.registries.inject({ surface: 'oci', match: '/manifests/', effect: 'delay', delayMs: 2500 });
		await one.sources.patch(id, { enabled: true }, by);

		expect((await two.sources.get(id)).health).toBe('syncing');
		expect(await two.cancelSync(id)).toEqual({ cancelled: true });
		await settled(two);
		expect(lines.join('\n')).toContain('Cancelled by an admin.');
		expect((await one.sources.get(id)).health).not.toBe('syncing');
	}, 20_000);

	test('a source that is changed while another replica reads it is read with the new settings at once', async () => {
		const [one, two] = [await openCatalog(), await openCatalog()];
		const id = await addSource(one, byNames(), false);
		registry.registries.inject({ surface: 'oci', match: 'pack-terminal/manifests/', effect: 'delay', delayMs: 2500 });
		await one.sources.patch(id, { enabled: true }, by);
		await until(async () => (await two.sources.get(id)).health === 'syncing');
		await two.sources.patch(id, { config: byNames(['hello']) }, by);
		await settled(two);

		expect(await two.sources.get(id)).toMatchObject({ health: 'good', problem: null });
		expect((await two.sources.get(id)).lastGoodSyncAt).not.toBeNull();
		expect(lines.filter((line) => line.startsWith('source read'))).toHaveLength(1);
	}, 20_000);

	test('a reading that was cancelled before its end leaves a source that was never read', async () => {
		const catalog = await openCatalog();
		const id = await addSource(catalog, byNames(), false);
		registry.registries.inject({ surface: 'oci', match: '/tags/list', effect: 'delay', delayMs: 2500 });
		await catalog.sources.patch(id, { enabled: true }, by);

		expect(await catalog.cancelSync(id)).toEqual({ cancelled: true });
		expect(await catalog.sources.get(id)).toMatchObject({ health: 'never', progress: null, lastGoodSyncAt: null });
	});

	test('nothing is cancelled where nothing runs', async () => {
		const catalog = await openCatalog();
		const id = await addSource(catalog);

		expect(await catalog.cancelSync(id)).toEqual({ cancelled: false });
	});

	test('a reading that its process did not survive goes on where it was', async () => {
		const one = await openCatalog();
		const id = await addSource(one, byNames(), false);
		registry.registries.inject({ surface: 'oci', match: 'pack-terminal/manifests/', effect: 'delay', delayMs: 400 });
		await one.sources.patch(id, { enabled: true }, by);
		await until(async () => (await db.client.packVersion.count()) > 0);
		await one.close();
		opened = [];
		const before = await db.client.packVersion.findMany({ where: { installable: true }, include: { pack: true } });
		registry.registries.forget();
		const two = await openCatalog();
		two.start();
		await until(async () => (await two.sources.get(id)).lastGoodSyncAt !== null);
		const known = await db.client.packVersion.count();

		expect(before.length).toBeGreaterThan(0);
		expect(known).toBeGreaterThan(before.length);
		// What was saved whole before the stop is not asked for again.
		const again = before.map(({ pack, version }) => `oci GET /v2/khal-os/charts/pack-${pack.key}/manifests/${version}`);
		expect(requests().filter((line) => again.includes(line))).toEqual([]);
	}, 20_000);

	test('a registry that asks for patience is left alone until then', async () => {
		const catalog = await openCatalog();
		registry.registries.inject({
			surface: 'oci',
			match: '/tags/list',
			effect: 'answer',
			status: 429,
			headers: { 'retry-after': '120' },
		});
		const id = await addSource(catalog);
		const source = await catalog.sources.get(id);
		const row = await db.client.source.findUniqueOrThrow({ where: { id } });
		const asked = requests().filter((line) => line.includes('/tags/list')).length;

		expect(source).toMatchObject({ health: 'failing', problem: expect.stringContaining('asks for a pause') });
		expect((row.notBefore?.getTime() ?? 0) - Date.now()).toBeGreaterThan(100_000);
		expect(asked).toBeLessThanOrEqual(REPOSITORIES.length);
	});

	async function until(condition: () => Promise<boolean>): Promise<void> {
		for (let tries = 0; tries < 400; tries++) {
			if (await condition()) return;
			await new Promise((resolve) => setTimeout(resolve, 25));
		}
		throw new Error('it did not happen within ten seconds');
	}
});

describe('credentials', () => {
	test('are encrypted anew at the first start with another secret, and then need the old one no more', async () => {
		const id = await addSource(await openCatalog(first), byNames(['terminal']));
		const before = await db.client.source.findUniqueOrThrow({ where: { id } });
		await openCatalog(second, [first]);
		const after = await db.client.source.findUniqueOrThrow({ where: { id } });
		const later = await openCatalog(second);

		expect(after.credentialKey).not.toBe(before.credentialKey);
		expect(after.npmCredentialKey).toBe(after.credentialKey);
		expect((await later.sources.get(id)).credential).toBe('set');
		await later.syncAll();
		expect((await later.sources.get(id)).problem).toBeNull();
	});

	test('that cannot be decrypted need to be entered again, which is said everywhere and breaks nothing', async () => {
		const id = await addSource(await openCatalog(first), byNames(['terminal']));
		const catalog = await openCatalog(second);
		await catalog.syncAll();
		const source = await catalog.sources.get(id);
		const report = await catalog.sources.doctor(id);

		expect(source).toMatchObject({ credential: 'needs-re-entry', health: 'failing' });
		expect(source.hint).toContain('PACKYARD_SECRET_PREVIOUS');
		expect(report.steps).toMatchObject([{ step: 'token', result: 'fail' }]);
		expect((await versionsOf(catalog, 'terminal')).length).toBeGreaterThan(0);

		const token = registry.githubToken;
		await catalog.sources.patch(id, { credential: token, npmCredential: token }, by);
		await settled(catalog);
		expect(await catalog.sources.get(id)).toMatchObject({ credential: 'set', health: 'good', problem: null });
	});
});

test('a registry that is allowed, or added, after a pack named it makes the pack installable at the next sync', async () => {
	const catalog = await openCatalog();
	const repository = 'grkjlq07pmjv/charts/pack-files';
	copyChart('khal-os/charts/pack-terminal', repository, '1.0.0');
	const npmOnly = (hostAliases: Record<string, string>) =>
		WritableSourceConfig.parse({
			kind: 'npm',
			url: registry.npmUrl,
			scope: '@khal-os',
			discovery: { by: 'names', packages: ['@khal-os/pack-files'] },
			allowedHosts: [new URL(registry.storageUrl).host],
			hostAliases,
		});
	const shown = async () =>
		(await catalog.detail('files', new Map())).versions.find(({ version }) => version === '1.0.0');
	const input = { name: 'Frontends', config: npmOnly({}), credential: registry.githubToken, enabled: true };
	const { id } = await catalog.sources.create(input, by);
	await settled(catalog);
	const before = await shown();
	// Charts of a registry nobody configured: the reason names it.
	expect(before).toMatchObject({ installable: false, reasons: [expect.stringContaining('gru.ocir.io')] });

	const charts = { ...byNames(), npm: null, hostAliases: { 'gru.ocir.io': registry.registryHost } };
	await addSource(catalog, { ...charts, discovery: { by: 'names', repositories: [repository] } });
	await catalog.syncAll();
	expect(await shown()).toMatchObject({ installable: true, reasons: [] });
	expect((await catalog.sources.get(id)).problem).toBeNull();
});

test('a chart that only a manifest names is read from another source that knows its registry', async () => {
	const catalog = await openCatalog();
	// The frontends of `files` are here; its chart is in a registry of somebody else.
	const elsewhere = 'grkjlq07pmjv/charts/pack-files';
	copyChart('khal-os/charts/pack-terminal', elsewhere, '1.0.0');
	const charts = { ...byNames(), hostAliases: { 'gru.ocir.io': registry.registryHost } };
	await addSource(catalog, { ...charts, npm: null, discovery: { by: 'names', repositories: [elsewhere] } });
	const npmOnly = WritableSourceConfig.parse({
		kind: 'npm',
		url: registry.npmUrl,
		scope: '@khal-os',
		discovery: { by: 'names', packages: ['@khal-os/pack-files'] },
		allowedHosts: [new URL(registry.storageUrl).host],
	});
	const { id } = await catalog.sources.create(
		{ name: 'Frontends', config: npmOnly, credential: registry.githubToken, enabled: true },
		by,
	);
	await settled(catalog);
	const pack = (await catalog.list(new Map())).packs.find(({ sourceId }) => sourceId === id);
	const { chart } = await catalog.versionDetail(pack?.slug ?? '', '1.0.0', []);
	if (chart === null) throw new Error('the version has no chart');

	expect(chart.reference).toBe(`oci://gru.ocir.io/${elsewhere}`);
	expect((await catalog.chartArchive(chart, { sourceId: id })).length).toBe(chart.size);
});

function copyChart(from: string, to: string, tag: string): void {
	const { state } = registry.registries;
	const source = state.oci.get(from);
	const [, digest = ''] = [...(source?.tags ?? [])].find(([name]) => /^\d/.test(name)) ?? [];
	const manifest = source?.manifests.get(digest);
	if (!source || !manifest) throw new Error(`${from} has no chart`);
	const at = '2026-01-01T00:00:00Z';
	state.commit([
		{ kind: 'oci-repository', repository: to, visibility: 'private', source: null, at },
		...[...source.blobs.values()].map((bytes) => ({ kind: 'blob', repository: to, bytes }) as const),
		{ kind: 'manifest', repository: to, bytes: manifest.bytes, mediaType: manifest.mediaType, tag, at },
	]);
}
