import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OciDiscovery, OciSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import {
	createPackSource,
	type DiscoveredPack,
	type DiscoveredVersion,
	type PackSource,
	runDoctor,
} from '@/lib/registry';
import { DESCRIPTION, makeChart, type PackagedChart } from './support/charts';
import { type ContractRegistry, type RunningRegistry, registries } from './support/oci-registries';
import { createRecorder } from './support/recorder';
import { describeWith } from './support/tools';
import { createWriters, type Writers } from './support/writers';

/**
 * One suite for every OCI registry, the pretend one included: what `helm push` and `oras` write, our client reads.
 * A registry that behaves in another way than the table in support/oci-registries.ts says fails here.
 */

const NAMESPACE = 'acme/charts';
const MANIFEST_TYPE = 'application/vnd.khal.pack-manifest.v1+json';
const NOTES_TYPE = 'application/vnd.khal.pack-notes.v1+markdown';
const INDEX_TYPE = 'application/vnd.khal.pack-index.v1+json';
/** One page of 1000 is not enough for these. */
const MANY = 1005;
const HELM_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const HELM_CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

const manifestText = `${JSON.stringify({ id: 'demo', name: 'Demo', version: '1.0.0' }, null, 2)}\n`;
const earlierText = `${JSON.stringify({ id: 'bare', name: 'Bare', version: '0.0.1' })}\n`;
const attachedText = `${JSON.stringify({ id: 'bare', name: 'Bare', version: '1.0.0' })}\n`;
const index = {
	schemaVersion: 1,
	packs: [
		{ name: 'demo', chart: 'pack-demo' },
		{ name: 'bare', chart: 'pack-bare' },
	],
};

let folder: string;
let charts: Record<'demo' | 'build' | 'candidate' | 'bare' | 'plain' | 'many' | 'rotten' | 'altered', PackagedChart>;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-contract-'));
	const make = (name: string, version: string, files = {}) => makeChart(folder, { name, version, files });
	charts = {
		demo: await make('pack-demo', '1.0.0', { 'khal-app.json': manifestText }),
		build: await make('pack-demo', '1.1.0+build.5', { 'khal-app.json': manifestText }),
		candidate: await make('pack-demo', '2.0.0-rc.1', { 'khal-app.json': manifestText }),
		bare: await make('pack-bare', '1.0.0'),
		plain: await make('pack-plain', '0.1.0'),
		many: await make('pack-many', '0.0.1'),
		rotten: await make('pack-rotten', '1.0.0'),
		altered: await make('pack-altered', '1.0.0'),
	};
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const registry of registries) {
	describeWith(registry.name, ['helm', 'oras', ...registry.needs], () => suite(registry));
}

function suite(registry: ContractRegistry): void {
	let running: RunningRegistry;
	let writers: Writers;
	let pushed: Record<keyof typeof charts, string>;
	let attachments: string[];
	const recorder = createRecorder();
	const sources: PackSource[] = [];

	beforeAll(async () => {
		const place = await mkdtemp(join(folder, 'registry-'));
		running = await registry.start(place);
		writers = await createWriters(running, place);
		const push = (chart: PackagedChart) => writers.pushChart(chart.archive, NAMESPACE);
		pushed = {
			demo: await push(charts.demo),
			build: await push(charts.build),
			candidate: await push(charts.candidate),
			bare: await push(charts.bare),
			plain: await pushWithOras(writers, charts.plain),
			many: await push(charts.many),
			rotten: await push(charts.rotten),
			altered: await push(charts.altered),
		};
		const more = Array.from({ length: MANY - 1 }, (_, number) => `0.0.${number + 2}`);
		await writers.tag(`${NAMESPACE}/pack-many:0.0.1`, more);
		const bare = `${NAMESPACE}/pack-bare:1.0.0`;
		attachments = [
			await writers.attach(bare, { type: MANIFEST_TYPE, name: 'khal-app.json', text: earlierText }),
			await writers.attach(bare, { type: MANIFEST_TYPE, name: 'khal-app.json', text: attachedText }),
			await writers.attach(bare, { type: NOTES_TYPE, name: 'notes.md', text: '## Fixed\n' }),
		];
		await writeFile(join(place, 'index.json'), JSON.stringify(index));
		const flags = ['--artifact-type', INDEX_TYPE];
		await writers.pushFiles(`${NAMESPACE}/pack-index:latest`, [`index.json:${INDEX_TYPE}`], { folder: place, flags });
	});

	beforeEach(() => void recorder.requests.splice(0));

	afterAll(async () => {
		await Promise.all(sources.map((source) => source.close()));
		await running?.close();
	});

	/** A source as an admin would configure it; `change` is what this test does differently. */
	function configOf(discovery: OciDiscovery, change: { username?: string; allowedHosts?: string[] } = {}) {
		return OciSourceConfig.parse({
			kind: 'oci',
			registry: { host: running.host, plainHttp: true },
			username: running.account?.username ?? null,
			discovery,
			allowedHosts: running.otherHosts,
			...change,
		});
	}

	function open(config: OciSourceConfig, password: string | null = running.account?.password ?? null): PackSource {
		const credential = password === null ? null : new Secret(password);
		const source = createPackSource(config, { credential, retries: 0, onAnswer: recorder.onAnswer });
		sources.push(source);
		return source;
	}

	const named = (...names: string[]): OciDiscovery => ({
		by: 'names',
		repositories: names.map((name) => `${NAMESPACE}/${name}`),
	});

	/** The one pack of a source by its name, and all its versions. */
	async function look(name: string, source = open(configOf(named(name)))) {
		const [pack] = await source.discover();
		if (pack === undefined) throw new Error(`${name} was not discovered`);
		return { source, pack, versions: await source.versions(pack) };
	}

	async function lookAt(name: string, version: string) {
		const { source, pack, versions } = await look(name);
		return { source, pack, ...withChart(pack, versions, version) };
	}

	test('versions are the tags, newest first, with _ read as + and a prerelease told apart', async () => {
		const { versions } = await look('pack-demo');

		expect(versions.map(({ version, prerelease, chart }) => [version, prerelease, chart?.tag])).toEqual([
			['2.0.0-rc.1', true, '2.0.0-rc.1'],
			['1.1.0+build.5', false, '1.1.0_build.5'],
			['1.0.0', false, '1.0.0'],
		]);
	});

	test('a long tag list arrives whole, in as many pages as the registry makes of it', async () => {
		const { versions } = await look('pack-many');
		const pages = recorder.requests.filter(({ path, status }) => path.includes('/tags/list') && status === 200);

		expect(versions).toHaveLength(MANY);
		expect([versions[0]?.version, versions.at(-1)?.version]).toEqual([`0.0.${MANY}`, '0.0.1']);
		expect(pages).toHaveLength(registry.pagesTags ? 2 : 1);
	});

	test('a tag and its digest lead to the same manifest, whose digest is the one Helm reported', async () => {
		const { source, chart } = await lookAt('pack-demo', '1.1.0+build.5');

		const byTag = await source.chartInfo(chart);
		const byDigest = await source.chartInfo({ ...chart, manifestDigest: pushed.build });

		expect(byTag.manifestDigest).toBe(pushed.build);
		expect(byDigest).toEqual(byTag);
		expect(await source.tagDigest(chart)).toBe(pushed.build);
		expect(await writers.digestOf(`${NAMESPACE}/pack-demo:1.1.0_build.5`)).toBe(pushed.build);
	});

	test('the config blob is Chart.yaml', async () => {
		const { source, chart } = await lookAt('pack-demo', '1.0.0');
		const { chart: read, annotations } = await source.chartInfo(chart);
		const { apiVersion: _apiVersion, ...written } = charts.demo.metadata;

		expect(read).toEqual({ ...written, deprecated: false });
		expect(annotations['org.opencontainers.image.description']).toBe(DESCRIPTION);
	});

	test('the archive that arrives is the one that was pushed', async () => {
		const { source, chart } = await lookAt('pack-demo', '1.0.0');
		const fetched = await source.fetchChart(chart);

		expect(sha256(fetched.bytes)).toBe(charts.demo.digest);
		expect(fetched.archive).toMatchObject({ digest: charts.demo.digest, size: fetched.bytes.length });
	});

	test('a chart pushed with oras, whose manifest names its media type, is read like one of Helm', async () => {
		const { source, pack, version, chart } = await lookAt('pack-plain', '0.1.0');
		const fetched = await source.fetchChart(chart);

		expect(fetched.manifestDigest).toBe(pushed.plain);
		expect(sha256(fetched.bytes)).toBe(charts.plain.digest);
		expect((await source.fetchManifest(pack, version)).found).toBeNull();
	});

	test('khal-app.json is found in the chart', async () => {
		const { source, pack, version } = await lookAt('pack-demo', '1.0.0');

		expect((await source.fetchManifest(pack, version)).found).toEqual({
			origin: 'chart-file',
			raw: manifestText,
			digest: sha256(manifestText),
		});
	});

	test('what oras attached is found, the later one, where oras itself finds it', async () => {
		const { source, pack, version, chart } = await lookAt('pack-bare', '1.0.0');
		const { found } = await source.fetchManifest(pack, version);
		const answers = recorder.requests.filter(({ path }) => path.includes('/referrers/'));
		const fallback = recorder.requests.filter(({ path }) => path.includes('/manifests/sha256-'));

		expect(found).toMatchObject({ origin: 'oci-referrer', raw: attachedText });
		expect(answers.at(-1)?.status).toBe(registry.hasReferrers ? 200 : 404);
		expect(fallback.length > 0).toBe(!registry.hasReferrers);
		const listed = await writers.attached(`${NAMESPACE}/pack-bare@${pushed.bare}`);
		expect(listed.map(({ digest }) => digest).sort()).toEqual([...attachments].sort());
		const tags = await writers.tags(chart.repository);
		expect(tags.includes(pushed.bare.replace(':', '-'))).toBe(!registry.hasReferrers);
	});

	test('attached release notes are the notes of the version, and nothing attached is no notes', async () => {
		const { source, pack, version } = await lookAt('pack-bare', '1.0.0');
		const other = await lookAt('pack-demo', '1.0.0');

		expect(await source.notes(pack, version)).toMatchObject({ text: '## Fixed\n' });
		expect(await other.source.notes(other.pack, other.version)).toBeNull();
	});

	test('an index artifact lists the packs', async () => {
		const source = open(configOf({ by: 'index', reference: `${NAMESPACE}/pack-index` }));
		const packs = await source.discover();

		expect(packs.map(({ name, chart }) => [name, chart?.repository])).toEqual([
			['bare', `${NAMESPACE}/pack-bare`],
			['demo', `${NAMESPACE}/pack-demo`],
		]);
	});

	test('the catalog lists the packs, or its absence is an error that says what to do', async () => {
		const source = open(configOf({ by: 'catalog', prefix: `${NAMESPACE}/pack-` }));

		if (registry.hasCatalog) {
			const names = (await source.discover()).map(({ name }) => name);
			expect(names).toEqual(['altered', 'bare', 'demo', 'many', 'plain', 'rotten']);
		} else {
			const refusal = { code: expect.stringMatching(/^(not_found|upstream_forbidden)$/), hint: expect.any(String) };
			await expect(source.discover()).rejects.toMatchObject(refusal);
		}
	});

	test.each([
		['a tag that is not there', 'pack-demo', { tag: '9.9.9' }],
		['a digest that is not there', 'pack-demo', { manifestDigest: `sha256:${'0'.repeat(64)}` }],
		['a repository that is not there', 'pack-none', {}],
	])('%s is an error with a next step, never nothing', async (_title, name, change) => {
		const source = open(configOf(named(name)));
		const place = { host: running.host, repository: `${NAMESPACE}/${name}` };
		const chart = { ...place, tag: '1.0.0', manifestDigest: null, ...change };

		await expect(source.fetchChart(chart)).rejects.toMatchObject({ code: 'not_found', hint: expect.any(String) });
	});

	test('an archive that rotted in the registry is refused', async () => {
		const { source, chart } = await lookAt('pack-rotten', '1.0.0');
		await running.rot(charts.rotten.digest);

		await expect(source.fetchChart(chart)).rejects.toMatchObject({ code: 'integrity_mismatch' });
	});

	test('a manifest that rotted in the registry is refused, by digest and by tag', async () => {
		const { source, chart } = await lookAt('pack-altered', '1.0.0');
		await running.rot(pushed.altered);
		const byDigest = source.chartInfo({ ...chart, manifestDigest: pushed.altered });

		await expect(byDigest).rejects.toMatchObject({ code: 'integrity_mismatch' });
		await expect(source.chartInfo(chart)).rejects.toMatchObject({ code: 'integrity_mismatch' });
	});

	test('the doctor finds nothing wrong', async () => {
		const credential = running.account === null ? null : new Secret(running.account.password);
		const report = await runDoctor(configOf(named('pack-demo')), { credential });

		expect(report.steps.filter(({ result }) => result === 'warn' || result === 'fail')).toEqual([]);
		expect(report.steps.find(({ step }) => step === 'blob')?.result).toBe('ok');
		expect(report.steps.find(({ step }) => step === 'referrers')?.code).toBe(registry.hasReferrers ? '200' : '404');
	});

	if (registry.auth === 'none') {
		test('a stored credential is not shown to a registry that does not ask for one', async () => {
			const { versions } = await look('pack-demo', open(configOf(named('pack-demo')), 'unasked'));

			expect(versions).toHaveLength(3);
			expect(new Set(recorder.requests.map(({ authorization }) => authorization))).toEqual(new Set(['none']));
		});
		return;
	}

	test('the credential goes out as the registry wants it, and to nobody else', async () => {
		const { source, chart } = await lookAt('pack-demo', '1.0.0');
		await source.fetchChart(chart);
		const atRegistry = recorder.requests.filter(({ host, path }) => host === running.host && path.startsWith('/v2/'));
		const elsewhere = recorder.requests.filter(({ host }) => host !== running.host);
		const wanted = registry.auth === 'basic' ? 'basic' : 'bearer';

		expect(new Set(atRegistry.map(({ authorization }) => authorization))).toEqual(new Set(['none', wanted]));
		for (const { path, authorization } of elsewhere) {
			expect([path, authorization]).toEqual([path, path.startsWith('/token') ? 'basic' : 'none']);
		}
	});

	test.each([
		['no credential', null],
		['a wrong password', 'wrong'],
	])('with %s nothing is read, and the error says what to check', async (_title, password) => {
		const source = open(configOf(named('pack-demo')), password);
		const [pack] = await source.discover();

		await expect(pack && source.versions(pack)).rejects.toMatchObject({
			code: 'upstream_forbidden',
			hint: expect.stringMatching(/credential/),
		});
	});

	test('no password is ever sent to a token endpoint on a host that was not allowed', async () => {
		const source = open(configOf(named('pack-demo'), { allowedHosts: [] }));
		const [pack] = await source.discover();
		const answer = pack ? source.versions(pack) : Promise.reject(new Error('not discovered'));

		if (registry.hasForeignTokens) await expect(answer).rejects.toMatchObject({ code: 'upstream_forbidden' });
		else await expect(answer).resolves.toHaveLength(3);
		expect(recorder.requests.filter(({ host }) => host !== running.host)).toEqual([]);
	});
	if (registry.auth !== 'token') return;

	test.each([
		['without a credential', null],
		['with a credential that is no longer valid', 'revoked'],
	])('what is public is read %s, by a token for nobody in particular', async (_title, password) => {
		running.makePublic(`${NAMESPACE}/pack-plain`);
		const { source, versions, pack } = await look('pack-plain', open(configOf(named('pack-plain')), password));
		const fetched = await source.fetchChart(withChart(pack, versions, '0.1.0').chart);

		expect(sha256(fetched.bytes)).toBe(charts.plain.digest);
		expect(source.state().credentialRejected === null).toBe(password === null);
		const tokens = recorder.requests.filter(({ path }) => path.startsWith('/token'));
		expect(tokens.at(-1)).toMatchObject({ authorization: 'none', status: 200 });
	});
}

/** The same blobs and media types as `helm push`, with the manifest that oras makes of them. */
async function pushWithOras(writers: Writers, chart: PackagedChart): Promise<string> {
	const place = await mkdtemp(join(folder, 'oras-'));
	const file = `${chart.name}-${chart.version}.tgz`;
	await writeFile(join(place, 'config.json'), JSON.stringify(chart.metadata));
	await writeFile(join(place, file), await readFile(chart.archive));
	const flags = ['--config', `config.json:${HELM_CONFIG}`];
	const reference = `${NAMESPACE}/${chart.name}:${chart.version}`;
	return writers.pushFiles(reference, [`${file}:${HELM_CHART}`], { folder: place, flags });
}

function withChart(pack: DiscoveredPack, versions: readonly DiscoveredVersion[], wanted: string) {
	const version = versions.find((candidate) => candidate.version === wanted);
	if (!version?.chart) throw new Error(`${pack.name} has no chart of ${wanted}`);
	return { version, chart: version.chart };
}
