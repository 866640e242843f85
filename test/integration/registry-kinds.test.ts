import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SourceConfig, type SourceConfigInput } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { createPackSource, type DiscoveredPack, type PackSource } from '@/lib/registry';
import { examplePacks, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { type Harbor, harborManners, startHarbor } from '../support/harbor';
import { type HostileServer, json, startHostileServer } from '../support/hostile-server';
import { pushArtifact } from '../support/push-artifact';

/** Registries with other manners than GHCR's: a catalog, referrers, passwords by Basic. */
let sandbox: SandboxRegistries;
/** Whatever the sandbox does not play: an npm registry that can be searched. */
let other: HostileServer;
let opened: PackSource[] = [];

const INDEX_TYPE = 'application/vnd.khal.pack-index.v1+json';
const NOTES_TYPE = 'application/vnd.khal.pack-notes.v1+markdown';
const TERMINAL = 'khal-os/charts/pack-terminal';

beforeAll(async () => {
	sandbox = await startRegistries({
		dataDir: null,
		oci: { auth: 'basic', hasCatalog: true, hasReferrers: true, redirectsBlobs: false },
	});
	other = await startHostileServer();
});
afterAll(async () => {
	await sandbox.close();
	await other.close();
});
beforeEach(() => {
	sandbox.registries.forget();
	other.reset();
});
afterEach(async () => {
	await Promise.all(opened.map((source) => source.close()));
	opened = [];
});

type OciInput = Extract<SourceConfigInput, { kind: 'oci' }>;

function oci(discovery: OciInput['discovery'], change: Partial<OciInput> = {}): PackSource {
	return open({
		kind: 'oci',
		registry: { host: sandbox.registryHost, plainHttp: true },
		username: 'robot$packyard',
		discovery,
		npm: { url: sandbox.npmUrl, scope: '@khal-os' },
		allowedHosts: [new URL(sandbox.storageUrl).host],
		hostAliases: { 'ghcr.io': sandbox.registryHost },
		...change,
	});
}

function open(config: SourceConfigInput, credential: string | null = sandbox.githubToken): PackSource {
	const source = createPackSource(SourceConfig.parse(config), {
		credential: credential === null ? null : new Secret(credential),
		npmCredential: new Secret(sandbox.githubToken),
		retries: 0,
	});
	opened.push(source);
	return source;
}

async function only(source: PackSource): Promise<DiscoveredPack> {
	const [pack] = await source.discover();
	if (!pack) throw new Error('no pack was discovered');
	return pack;
}

describe('an OCI registry by explicit repositories', () => {
	test('joins charts and frontends by version, newest first, with a password sent as Basic', async () => {
		const source = oci({ by: 'names', repositories: [TERMINAL] });
		const pack = await only(source);
		const versions = await source.versions(pack);
		const published = examplePacks.find(({ id }) => id === 'terminal')?.versions ?? [];

		expect(pack).toMatchObject({ name: 'terminal', npm: { package: '@khal-os/pack-terminal' } });
		expect(versions.map(({ version }) => version).toSorted()).toEqual(
			published.map(({ version }) => version.replace(/^v/, '')).toSorted(),
		);
		expect(versions.some(({ chart, npm }) => chart !== null && npm !== null)).toBe(true);
		expect(
			new Set(sandbox.requests.filter(({ surface }) => surface === 'oci').map((seen) => seen.authorization)),
		).toEqual(new Set(['none', 'basic']));
	});

	test('a pack without charts there is one of frontends only, and one without anything is an error', async () => {
		const source = oci({ by: 'names', repositories: ['khal-os/charts/pack-nothing'] });

		await expect(source.versions(await only(source))).rejects.toMatchObject({ code: 'not_found' });
	});

	test('the fingerprint is one request and changes with the tags', async () => {
		const source = oci({ by: 'names', repositories: [TERMINAL] });
		const pack = await only(source);
		const before = await source.fingerprint(pack);
		sandbox.registries.forget();
		const again = await source.fingerprint(await only(source));

		expect(again).toBe(before);
		expect(sandbox.requests).toHaveLength(1);

		const digest = sandbox.registries.state.oci.get(TERMINAL)?.tags.values().next().value ?? '';
		sandbox.registries.retag({ repository: TERMINAL, tag: '9.9.9', digest });
		expect(await source.fingerprint(await only(source))).not.toBe(before);
		sandbox.registries.state.commit([{ kind: 'remove-tag', repository: TERMINAL, tag: '9.9.9' }]);
	});

	test('notes that are attached to the chart are its release notes', async () => {
		const source = oci({ by: 'names', repositories: [TERMINAL] });
		const pack = await only(source);
		const [version] = (await source.versions(pack)).filter(({ chart }) => chart !== null);
		if (!version?.chart) throw new Error('terminal has no chart');
		expect(await source.notes(pack, version)).toBeNull();

		const subject = await source.tagDigest(version.chart);
		pushArtifact(sandbox, { repository: TERMINAL, tag: null, type: NOTES_TYPE, content: '# Better', subject });

		expect(await source.notes(pack, version)).toMatchObject({ text: '# Better' });
	});

	test('the doctor walks through it and finds nothing wrong', async () => {
		const report = await oci({ by: 'names', repositories: [TERMINAL] }).probe();

		expect(report.steps.filter(({ result }) => result === 'fail' || result === 'warn')).toEqual([]);
		expect(report.steps.find(({ step }) => step === 'referrers')?.detail).toContain('knows referrers');
	});

	test('the doctor says which step a wrong password fails at', async () => {
		const source = open(
			{
				kind: 'oci',
				registry: { host: sandbox.registryHost, plainHttp: true },
				discovery: { by: 'names', repositories: [TERMINAL] },
			},
			'wrong',
		);
		const report = await source.probe();

		expect(report.steps.find(({ step }) => step === 'tags')).toMatchObject({
			result: 'fail',
			code: '401 UNAUTHORIZED',
		});
	});
});

describe('an OCI registry by its catalog', () => {
	test('every chart repository below the prefix is a pack', async () => {
		const packs = await oci({ by: 'catalog', prefix: 'khal-os/charts/pack-' }).discover();
		const charts = [...sandbox.registries.state.oci.keys()].filter((name) => name.startsWith('khal-os/charts/pack-'));

		expect(packs.map(({ chart }) => chart?.repository)).toEqual(charts.toSorted());
		expect(packs.length).toBeGreaterThan(5);
	});

	test('a registry without one is an error with a next step, never an empty list', async () => {
		other.on('/v2/_catalog', json(404, {}));
		const source = open({
			kind: 'oci',
			registry: { host: other.host, plainHttp: true },
			discovery: { by: 'catalog', prefix: '' },
		});

		await expect(source.discover()).rejects.toMatchObject({ code: 'not_found' });
	});
});

describe('an index artifact', () => {
	const REPOSITORY = 'khal-os/charts/pack-index';
	const index = (packs: unknown[]) =>
		pushArtifact(sandbox, {
			repository: REPOSITORY,
			tag: 'latest',
			type: INDEX_TYPE,
			content: JSON.stringify({ schemaVersion: 1, packs }),
		});

	test('lists packs in two requests, and an unchanged one in one', async () => {
		index([{ name: 'terminal', chart: 'pack-terminal', npm: '@khal-os/pack-terminal' }]);
		const kept = new Map<string, Uint8Array>();
		const source = createPackSource(
			SourceConfig.parse({
				kind: 'oci',
				registry: { host: sandbox.registryHost, plainHttp: true },
				username: 'x',
				discovery: { by: 'index', reference: REPOSITORY },
			}),
			{
				credential: new Secret(sandbox.githubToken),
				artifacts: {
					get: async (digest) => kept.get(digest) ?? null,
					set: async (digest, _type, bytes) => void kept.set(digest, bytes),
				},
			},
		);
		opened.push(source);
		const [pack] = await source.discover();
		sandbox.registries.forget();
		await source.discover();

		expect(pack).toMatchObject({ name: 'terminal', chart: { repository: TERMINAL } });
		expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
			`GET /v2/${REPOSITORY}/manifests/latest`,
		]);
	});

	test('versions, digests and frontends that it tells are asked for nowhere else', async () => {
		const digest = `sha256:${'b'.repeat(64)}`;
		index([
			{
				name: 'terminal',
				chart: 'oci://ghcr.io/khal-os/charts/pack-terminal',
				npm: '@khal-os/pack-terminal',
				versions: [
					{ version: '1.0.0', digest, npm: { integrity: 'sha512-x' }, publishedAt: '2026-01-02T03:04:05Z' },
					{ version: 'v1.1.0', digest: null, npm: null },
				],
			},
		]);
		const source = oci({ by: 'index', reference: `${REPOSITORY}:latest` });
		const pack = await only(source);
		sandbox.registries.forget();
		const versions = await source.versions(pack);

		expect(versions).toEqual([
			{
				version: '1.0.0',
				prerelease: false,
				chart: { host: sandbox.registryHost, repository: TERMINAL, tag: '1.0.0', manifestDigest: digest },
				npm: expect.objectContaining({ integrity: 'sha512-x' }),
				publishedAt: '2026-01-02T03:04:05Z',
			},
		]);
		expect(sandbox.requests).toEqual([]);
	});

	test('an entry that makes no sense is left out and named; the others count', async () => {
		index([{ name: 'terminal', chart: 'pack-terminal' }, { name: '../evil', chart: 'x' }, { name: 'empty' }, 7]);
		const source = oci({ by: 'index', reference: REPOSITORY });

		expect((await source.discover()).map(({ name }) => name)).toEqual(['terminal']);
		expect(source.state().warnings).toHaveLength(3);
	});

	test('something else under that name is refused with how to publish one', async () => {
		const attempt = oci({ by: 'index', reference: `${TERMINAL}:1.0.0` }).discover();

		await expect(attempt).rejects.toMatchObject({
			code: 'upstream_invalid',
			hint: expect.stringContaining('oras push'),
		});
	});

	test('a GitHub source without listing rights reaches the same packs through it', async () => {
		index([{ name: 'terminal', chart: 'pack-terminal' }]);
		const source = open({
			kind: 'github',
			org: 'khal-os',
			apiUrl: sandbox.githubApiUrl,
			npmUrl: sandbox.npmUrl,
			registry: { host: sandbox.registryHost, plainHttp: true },
			index: REPOSITORY,
		});

		expect(await only(source)).toMatchObject({ name: 'terminal', repository: 'khal-os/pack-terminal' });
		expect(sandbox.requests.filter(({ surface }) => surface === 'github')).toEqual([]);
	});
});

describe('Harbor', () => {
	let inside: SandboxRegistries;
	let harbor: Harbor;

	beforeAll(async () => {
		inside = await startRegistries({ dataDir: null, oci: harborManners });
		harbor = await startHarbor(inside);
	});
	afterAll(async () => {
		await harbor.close();
		await inside.close();
	});
	beforeEach(() => {
		harbor.seen.splice(0);
		harbor.allow({ list: true });
	});

	function packsIn(project = inside.org, secret = harbor.robot.secret): PackSource {
		return open(
			{
				kind: 'oci',
				registry: { host: harbor.host, plainHttp: true },
				username: harbor.robot.name,
				discovery: { by: 'harbor', project, prefix: 'charts/' },
			},
			secret,
		);
	}

	test('a project is listed with the robot account, tags with their digests in one request', async () => {
		const source = packsIn();
		const packs = await source.discover();
		const pack = packs.find(({ name }) => name === 'terminal');
		harbor.seen.splice(0);
		const versions = pack ? await source.versions(pack) : [];
		const tags = inside.registries.state.oci.get(TERMINAL)?.tags ?? new Map();

		expect(packs.length).toBeGreaterThan(5);
		expect(versions.length).toBe(tags.size);
		for (const { chart } of versions) expect(chart?.manifestDigest).toBe(tags.get(chart?.tag));
		expect(harbor.seen.map(({ path }) => path)).toEqual([
			'/api/v2.0/projects/khal-os/repositories/charts%252Fpack-terminal/artifacts?page=1&page_size=100&with_tag=true',
		]);
	});

	test('charts are pulled with a token of Harbor’s own token service, asked for as the robot', async () => {
		const source = packsIn();
		const pack = (await source.discover()).find(({ name }) => name === 'terminal');
		const [version] = pack ? await source.versions(pack) : [];
		if (!version?.chart) throw new Error('terminal has no chart');
		const { bytes, archive } = await source.fetchChart(version.chart);
		const tokens = harbor.seen.filter(({ path }) => path.startsWith('/service/token'));

		expect(sha256(bytes)).toBe(archive.digest);
		expect(tokens.map(({ method, authorization }) => `${method} ${authorization?.split(' ')[0]}`)).toEqual([
			'GET Basic',
		]);
		expect(new URL(tokens[0]?.path ?? '', 'http://x').searchParams.get('service')).toBe('harbor-registry');
	});

	test('a project of several pages arrives whole, however few repositories are packs', async () => {
		const count = 230;
		const names = Array.from({ length: count }, (_, index) => `pages/charts/${index % 2 ? 'pack' : 'image'}-n${index}`);
		inside.registries.state.commit(
			names.map((repository) => ({
				kind: 'oci-repository' as const,
				repository,
				visibility: 'private' as const,
				source: null,
				at: '2026-01-01T00:00:00Z',
			})),
		);
		const packs = await packsIn('pages').discover();

		expect(packs).toHaveLength(count / 2);
		expect(harbor.seen.map(({ path }) => new URL(path, 'http://x').searchParams.get('page'))).toEqual(['1', '2', '3']);
	});

	test.each([
		['that may not list', 'khal-os', undefined, 'upstream_forbidden', /permission to list/],
		[
			'of a project that is not there, or not for it',
			'nothing',
			undefined,
			'upstream_forbidden',
			/name of the project/,
		],
		['with a wrong secret', 'khal-os', 'wrong', 'upstream_forbidden', /user or robot with its secret/],
	])('a robot %s is told what to do', async (title, project, secret, code, hint) => {
		harbor.allow({ list: title !== 'that may not list' });

		await expect(packsIn(project, secret).discover()).rejects.toMatchObject({
			code,
			hint: expect.stringMatching(hint),
		});
	});

	test('a robot that may pull but not list reads packs by name, and the doctor finds nothing wrong', async () => {
		harbor.allow({ list: false });
		const source = open(
			{
				kind: 'oci',
				registry: { host: harbor.host, plainHttp: true },
				username: harbor.robot.name,
				discovery: { by: 'names', repositories: [TERMINAL] },
			},
			harbor.robot.secret,
		);
		const versions = await source.versions(await only(source));
		const report = await source.probe();

		expect(versions.length).toBeGreaterThan(0);
		expect(report.steps.filter(({ result }) => result === 'fail' || result === 'warn')).toEqual([]);
		expect(report.steps.find(({ step }) => step === 'referrers')?.detail).toContain('knows referrers');
	});

	test('the doctor says which step a robot fails at', async () => {
		harbor.allow({ list: false });
		const report = await packsIn().probe();

		expect(report.steps.find(({ step }) => step === 'listing')).toMatchObject({
			result: 'fail',
			code: '403 FORBIDDEN',
			nextStep: expect.stringMatching(/permission to list/),
		});
	});
});

describe('an npm registry', () => {
	test('named packages are packs whose versions are npm versions', async () => {
		const source = open({
			kind: 'npm',
			url: sandbox.npmUrl,
			scope: '@khal-os',
			discovery: { by: 'names', packages: ['@khal-os/pack-terminal'] },
		});
		const pack = await only(source);
		const versions = await source.versions(pack);

		expect(pack).toMatchObject({ name: 'terminal', chart: null });
		expect(versions.length).toBeGreaterThan(0);
		expect(versions.every(({ chart, npm }) => chart === null && npm !== null)).toBe(true);
	});

	test('a search is paged until it adds nothing, and other scopes are left out', async () => {
		const objects = (...names: string[]) => ({ objects: names.map((name) => ({ package: { name } })), total: 99 });
		other.on('from=0', json(200, objects('@acme/pack-a', '@acme/sdk', '@evil/pack-b')));
		other.on('from=3', json(200, objects('@acme/pack-c')));
		other.on('from=4', json(200, objects()));
		const source = open({ kind: 'npm', url: other.url, scope: '@acme', discovery: { by: 'search' } });

		expect((await source.discover()).map(({ name }) => name)).toEqual(['a', 'c']);
	});

	test('a registry without search says to name the packages', async () => {
		const source = open({ kind: 'npm', url: other.url, scope: '@acme', discovery: { by: 'search' } });

		await expect(source.discover()).rejects.toMatchObject({ hint: expect.stringContaining('Name the packages') });
	});

	test('with a user name the credential is sent as Basic', async () => {
		other.on('/@acme%2fpack-a', json(200, { name: '@acme/pack-a', versions: {} }));
		const source = open({
			kind: 'npm',
			url: other.url,
			scope: '@acme',
			username: 'ana',
			discovery: { by: 'names', packages: ['@acme/pack-a'] },
		});
		await source.versions(await only(source));

		expect(other.seen[0]?.authorization).toBe(`Basic ${Buffer.from(`ana:${sandbox.githubToken}`).toString('base64')}`);
	});

	test('its charts come from registries that are allowed by name, without its credential', async () => {
		other.on('/v2/charts/pack-a/tags/list', json(200, { tags: ['1.0.0'] }));
		const config: SourceConfigInput = {
			kind: 'npm',
			url: sandbox.npmUrl,
			scope: '@khal-os',
			discovery: { by: 'names', packages: ['@khal-os/pack-terminal'] },
		};
		const refused = open(config).resolveChart(`oci://${other.host}/charts/pack-a`, '1.0.0');

		await expect(refused).rejects.toMatchObject({ code: 'not_installable', details: { registry: other.host } });
		expect(await open({ ...config, allowedHosts: [other.host] }).servesRegistry(other.host)).toBe(true);
		expect(await open({ ...config, allowedHosts: [other.host] }).servesRegistry('else.example')).toBe(false);
	});
});

test('a request rate spreads the requests of a source', async () => {
	const waits: number[] = [];
	const source = createPackSource(
		SourceConfig.parse({
			kind: 'oci',
			registry: { host: other.host, plainHttp: true },
			discovery: { by: 'names', repositories: ['a/pack-x'] },
			requestsPerSecond: 2,
		}),
		{ credential: null, sleep: async (ms) => void waits.push(ms), now: () => new Date(0) },
	);
	opened.push(source);
	other.on('/v2/a/pack-x/manifests/', json(404, {}));
	const chart = { host: other.host, repository: 'a/pack-x', tag: '1.0.0', manifestDigest: null };
	for (let time = 0; time < 3; time++) await source.tagDigest(chart).catch(() => undefined);

	expect(waits).toEqual([500, 1000]);
});
