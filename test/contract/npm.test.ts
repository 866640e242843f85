import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { NpmSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { sha256, sri512 } from '@/lib/digest';
import { createPackSource, type PackSource, readArchive, runDoctor } from '@/lib/registry';
import { createFrontendNews } from '@/lib/registry/frontend-news';
import { createHttp } from '@/lib/registry/http/client';
import { createNpmClient } from '@/lib/registry/npm/client';
import { type ContractNpmRegistry, npmRegistries, type RunningNpmRegistry } from './support/npm-registries';
import { createRecorder } from './support/recorder';
import { describeWith } from './support/tools';

/** One suite for every npm registry, the pretend one included: what `npm publish` writes, our client reads. */

const SCOPE = '@acme';
const NAME = `${SCOPE}/pack-note`;
const manifestOf = (version: string) => `${JSON.stringify({ id: 'note', name: 'Note', version }, null, 2)}\n`;
const releases = [
	{ version: '1.0.0', distTag: 'old', manifest: manifestOf('1.0.0') },
	{ version: '1.10.0', distTag: 'latest', manifest: manifestOf('1.10.0') },
	{ version: '2.0.0-rc.1', distTag: 'next', manifest: manifestOf('2.0.0-rc.1') },
];
const rotten = { version: '0.1.0', distTag: 'latest', manifest: manifestOf('0.1.0') };

let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-contract-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const registry of npmRegistries) {
	describeWith(registry.name, registry.needs, () => suite(registry));
}

function suite(registry: ContractNpmRegistry): void {
	let running: RunningNpmRegistry;
	let integrities: Map<string, string>;
	const recorder = createRecorder();
	const sources: PackSource[] = [];

	beforeAll(async () => {
		running = await registry.start(await mkdtemp(join(folder, 'npm-')));
		integrities = await running.publish(NAME, releases);
		await running.publish(`${SCOPE}/pack-rotten`, [rotten]);
	});

	beforeEach(() => void recorder.requests.splice(0));

	afterAll(async () => {
		await Promise.all(sources.map((source) => source.close()));
		await running?.close();
	});

	function configOf(change: { names?: string[]; username?: string } = {}): NpmSourceConfig {
		const { names = [NAME], username = null } = change;
		return NpmSourceConfig.parse({
			kind: 'npm',
			url: running.url,
			scope: SCOPE,
			username,
			discovery: names.length === 0 ? { by: 'search' } : { by: 'names', packages: names },
			allowedHosts: running.otherHosts,
		});
	}

	/** What the admin stored, as a rule: a token where one is needed, nothing where not. */
	function open(config = configOf(), credential = registry.isOpen ? null : running.token): PackSource {
		const secret = credential === null ? null : new Secret(credential);
		const source = createPackSource(config, { credential: secret, retries: 0, onAnswer: recorder.onAnswer });
		sources.push(source);
		return source;
	}

	async function look(source = open()) {
		const [pack] = await source.discover();
		if (pack === undefined) throw new Error(`${NAME} was not discovered`);
		const versions = await source.versions(pack);
		return { source, pack, versions };
	}

	test('versions are those of the packument, newest first, with dist-tags and what npm published them with', async () => {
		const { pack, versions } = await look();

		expect(pack.name).toBe('note');
		expect(
			versions.map(({ version, prerelease, npm }) => [version, prerelease, npm?.distTags, npm?.integrity]),
		).toEqual([
			['2.0.0-rc.1', true, ['next'], integrities.get('2.0.0-rc.1')],
			['1.10.0', false, ['latest'], integrities.get('1.10.0')],
			['1.0.0', false, ['old'], integrities.get('1.0.0')],
		]);
		expect(versions.every(({ publishedAt }) => (publishedAt !== null) === registry.tellsTimes)).toBe(true);
	});

	test('a tarball is the one that was published, and can be read', async () => {
		const { source, versions } = await look();
		const npm = versions[0]?.npm;
		if (!npm) throw new Error('no frontend');
		const fetched = await source.fetchTarball(npm);
		const files = await readArchive(fetched.bytes, { wanted: () => true });

		expect(sri512(fetched.bytes)).toBe(integrities.get('2.0.0-rc.1'));
		expect([...files.keys()]).toEqual(expect.arrayContaining(['package/package.json', 'package/dist/bundle.mjs']));
	});

	test('khal-app.json is found in the tarball of each version', async () => {
		const { source, pack, versions } = await look();

		for (const version of versions) {
			const raw = manifestOf(version.version);
			const { found } = await source.fetchManifest(pack, version);
			expect(found).toEqual({ origin: 'npm-tarball', raw, digest: sha256(raw) });
		}
	});

	test('a version that was reviewed with another integrity is refused, and its bytes are not even asked for', async () => {
		const { source } = await look();
		const integrity = sri512(new TextEncoder().encode('what was reviewed'));
		recorder.requests.splice(0);

		await expect(source.fetchTarball({ package: NAME, version: '1.0.0', integrity })).rejects.toMatchObject({
			code: 'integrity_mismatch',
		});
		expect(recorder.requests.filter(({ path }) => !path.startsWith('/@acme%2fpack-note'))).toEqual([]);
	});

	test('a tarball that rotted in the registry is refused', async () => {
		const source = open();
		const frontend = { package: `${SCOPE}/pack-rotten`, version: rotten.version, integrity: null };
		expect((await source.fetchTarball(frontend)).bytes.length).toBeGreaterThan(0);
		await running.rot(frontend.package, frontend.version);

		await expect(source.fetchTarball(frontend)).rejects.toMatchObject({ code: 'integrity_mismatch' });
	});

	test('a package that is not there is an error, a version that is not there (yet) is not', async () => {
		const source = open(configOf({ names: [`${SCOPE}/pack-none`] }));
		const [pack] = await source.discover();

		await expect(pack && source.versions(pack)).rejects.toMatchObject({ code: 'not_found', hint: expect.any(String) });
		expect(await source.findFrontend(NAME, '9.9.9')).toBeNull();
		expect(await source.findFrontend(NAME, '1.10.0')).toMatchObject({ integrity: integrities.get('1.10.0') });
	});

	test('a search finds the packs of the scope, or its absence is an error that says what to do', async () => {
		const source = open(configOf({ names: [] }));

		if (registry.hasSearch) {
			expect((await source.discover()).map(({ name }) => name)).toEqual(['note', 'rotten']);
		} else {
			const refusal = { code: 'upstream_invalid', hint: expect.stringMatching(/Name the packages/) };
			await expect(source.discover()).rejects.toMatchObject(refusal);
		}
	});

	test('a frontend that is published alone changes what a source knows of it, where the registry can be searched', async () => {
		const name = `${SCOPE}/pack-alone`;
		await running.publish(name, [{ version: '1.0.0', distTag: 'latest', manifest: manifestOf('1.0.0') }]);
		const http = createHttp({
			allow: { configured: [new URL(running.url).host], allowed: [], plainHttp: [], internal: false },
		});
		const credential = registry.isOpen ? null : new Secret(running.token);
		const npm = createNpmClient({
			http,
			baseUrl: running.url,
			username: null,
			credential,
			cache: null,
			artifacts: null,
		});
		const news = createFrontendNews(npm);
		const first = await news.of(name);
		news.forget();
		const unchanged = await news.of(name);
		await running.publish(name, [{ version: '1.1.0', distTag: 'latest', manifest: manifestOf('1.1.0') }]);
		news.forget();
		const changed = await news.of(name);
		await http.close();

		expect(first === null).toBe(!registry.hasSearch);
		expect(unchanged).toBe(first);
		expect(changed === first).toBe(!registry.hasSearch);
	});

	test('the doctor finds nothing wrong', async () => {
		const report = await runDoctor(configOf(), { credential: registry.isOpen ? null : new Secret(running.token) });

		expect(report.steps.filter(({ result }) => result === 'warn' || result === 'fail')).toEqual([]);
		expect(report.steps.find(({ step }) => step === 'npm')?.result).toBe('ok');
	});

	test('the token goes to the registry and never to where the tarball is', async () => {
		const source = open(configOf(), running.token);
		const { versions } = await look(source);
		const npm = versions[0]?.npm;
		if (npm) await source.fetchTarball(npm);
		const [own, other] = [true, false].map((isOwn) =>
			recorder.requests.filter(({ host }) => (host === new URL(running.url).host) === isOwn),
		);

		expect(new Set(own?.map(({ authorization }) => authorization))).toEqual(new Set(['bearer']));
		expect(other?.map(({ authorization }) => authorization)).toEqual(running.otherHosts.map(() => 'none'));
	});

	if (registry.takesPasswords) {
		test('a name and a password do as well', async () => {
			const { versions } = await look(open(configOf({ username: running.username }), running.password));

			expect(versions).toHaveLength(releases.length);
			expect(new Set(recorder.requests.map(({ authorization }) => authorization))).toEqual(new Set(['basic']));
		});
	}

	if (registry.isOpen) return;

	test.each([
		['without a token', null],
		['with a wrong token', 'npm_wrong'],
	])('%s nothing is read, and the error says what to do', async (_title, token) => {
		const source = open(configOf(), token);
		const [pack] = await source.discover();

		await expect(
			pack && source.fetchTarball({ package: NAME, version: '1.0.0', integrity: null }),
		).rejects.toMatchObject({
			code: 'upstream_forbidden',
			hint: expect.stringMatching(/token/),
		});
	});
}
