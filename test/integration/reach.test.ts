import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InstallDetail } from '@/lib/contracts/installs';
import { PackDetail, PackList, VersionDetail } from '@/lib/contracts/packs';
import { DoctorReport, SourceDeleted, SourceDetail, SourceList } from '@/lib/contracts/sources';
import { examplePacks, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { type Harbor, harborManners, startHarbor } from '../support/harbor';
import { requestInstall } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';
import { githubSourceOf } from '../support/publisher';
import { pushArtifact } from '../support/push-artifact';
import { startTunnel, type Tunnel } from '../support/tunnel';

/**
 * One publisher, four customers, each with a portal of their own that has never seen the packs of the others: whatever
 * an admin has, the same packs are reached, under the same digests, and what is installed is what was published.
 */

const PACKS = examplePacks.map(({ id }) => id).toSorted();
const CHOSEN = 'terminal';
const INDEX = 'khal-os/charts/pack-index';
/** What the customer's network calls their registry; only their proxy knows where it is. */
const HARBOR = 'harbor.corp.example';

let publisher: SandboxRegistries;
/** The customer's mirror: the same packs behind other manners. */
let mirror: SandboxRegistries;
let harbor: Harbor;
let proxy: Tunnel;
/** What the publisher published of the chosen pack, by a portal that was told everything. */
let published: Awaited<ReturnType<typeof artifactsOf>>;
let bundle: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
	[publisher, mirror] = await Promise.all([
		startRegistries({ dataDir: null }),
		startRegistries({ dataDir: null, oci: harborManners }),
	]);
	harbor = await startHarbor(mirror);
	proxy = await startTunnel({ leadsTo: harbor.host });
	const index = { schemaVersion: 1, packs: PACKS.flatMap(indexed) };
	const type = 'application/vnd.khal.pack-index.v1+json';
	pushArtifact(publisher, { repository: INDEX, tag: 'latest', type, content: JSON.stringify(index) });
	const pulling = { login: 'actions', scopes: ['read:packages'], expiresAt: null, mayNotList: true };
	publisher.registries.state.accounts.set('ghs_pulls_and_never_lists', pulling);
});
afterAll(() => Promise.all([publisher, mirror, harbor, proxy].map((running) => running.close())));

/** A chart next to the index, an npm package, or both: whatever the pack has. */
function indexed(id: string) {
	const chart = publisher.registries.state.oci.has(`khal-os/charts/pack-${id}`) ? `pack-${id}` : null;
	const npm = publisher.registries.state.npm.has(`@khal-os/pack-${id}`) ? `@khal-os/pack-${id}` : null;
	return chart === null && npm === null ? [] : [{ name: id, chart, npm }];
}

/** A portal that nobody has told about any pack: its own settings lead nowhere. */
async function withPortal<T>(visit: (portal: Portal) => Promise<T>, settings: Record<string, string> = {}): Promise<T> {
	const portal = await startPortal({
		settings: {
			PACKYARD_GITHUB_ORG: 'nobody',
			PACKYARD_GITHUB_API_URL: 'http://127.0.0.1:9',
			PACKYARD_OCI_HOST: '127.0.0.1:9',
			PACKYARD_NPM_URL: 'http://127.0.0.1:9',
			...settings,
		},
	});
	try {
		expect((await portal.ask(PackList, 'GET', '/api/packs')).packs).toEqual([]);
		return await visit(portal);
	} finally {
		await portal.close();
	}
}

/** What an admin does in Settings: test, add, and look at the packs. */
async function addSource(portal: Portal, config: object, credentials: { credential?: string; npmCredential?: string }) {
	const report = await portal.ask(DoctorReport, 'POST', '/api/sources/test', { config, ...credentials });
	expect(report.steps.filter(({ result }) => result === 'fail')).toEqual([]);
	const { id } = await portal.ask(SourceDetail, 'POST', '/api/sources', { name: 'Ours', config, ...credentials });
	await portal.runtime.catalog.syncAll();
	const source = await portal.ask(SourceDetail, 'GET', `/api/sources/${id}`);
	expect(source.problem).toBeNull();
	const { packs } = await portal.ask(PackList, 'GET', '/api/packs');
	return packs.map(({ slug }) => slug).toSorted();
}

/** Everything that can be installed of a pack, by version: digests of charts and integrities of frontends. */
async function artifactsOf(portal: Portal, slug = CHOSEN) {
	const { versions } = await portal.ask(PackDetail, 'GET', `/api/packs/${slug}`);
	const found = new Map<string, unknown>();
	for (const { version, installable } of versions) {
		const detail = await portal.ask(VersionDetail, 'GET', `/api/packs/${slug}/versions/${version}`);
		const { chart, frontends, manifestDigest } = detail;
		const digests = { manifest: chart?.manifestDigest, archive: chart?.archiveDigest };
		if (installable) found.set(version, { ...digests, contract: manifestDigest, frontends: integritiesOf(frontends) });
	}
	return found;
}

const integritiesOf = (frontends: VersionDetail['frontends']) =>
	frontends.map(({ package: name, integrity }) => `${name} ${integrity}`);

/** From the plan to a running pod, and which chart it runs. */
async function installChosen(portal: Portal) {
	const operation = await requestInstall(portal, { slug: CHOSEN, release: CHOSEN });
	const ended = await portal.finished(operation.id);
	const { install, revision } = await portal.ask(InstallDetail, 'GET', `/api/installs/${ended.installId}`);
	return {
		failure: ended.failure,
		state: install.status.state,
		version: revision?.version ?? '',
		digests: { manifest: revision?.chart?.manifestDigest, archive: revision?.chart?.archiveDigest },
	};
}

describe('whatever an admin has, the same packs are reached', () => {
	test('a classic token alone: every pack of the organisation, and a bundle for those it does not reach', async () => {
		await withPortal(async (portal) => {
			const slugs = await addSource(portal, githubSourceOf(publisher), { credential: publisher.githubToken });
			published = await artifactsOf(portal);
			const response = await portal.send('POST', '/api/bundles/export', { versions: [{ slug: CHOSEN }] });
			bundle = new Uint8Array(await response.arrayBuffer());

			expect(slugs).toEqual(PACKS);
			expect(published.size).toBeGreaterThan(1);
			expect(response.headers.get('content-type')).toBe('application/x-tar');
		});
	});

	test('a token without listing rights: the same packs through an index artifact, or by their names', async () => {
		const credential = 'ghs_pulls_and_never_lists';
		await withPortal(async (portal) => {
			const refused = await portal.ask(DoctorReport, 'POST', '/api/sources/test', {
				config: githubSourceOf(publisher),
				credential,
			});
			const byIndex = await addSource(portal, githubSourceOf(publisher, { index: INDEX }), { credential });
			const throughIndex = await artifactsOf(portal);
			for (const { id, readOnlyReason } of (await portal.ask(SourceList, 'GET', '/api/sources')).sources) {
				if (readOnlyReason === null) await portal.ask(SourceDeleted, 'DELETE', `/api/sources/${id}`);
			}
			expect((await portal.ask(PackList, 'GET', '/api/packs')).packs).toEqual([]);
			const byNames = await addSource(portal, githubSourceOf(publisher, { packs: PACKS }), { credential });

			expect(refused.steps.find(({ step }) => step === 'listing')).toMatchObject({
				result: 'fail',
				nextStep: expect.stringContaining('classic token'),
			});
			expect([byIndex, byNames]).toEqual([PACKS, PACKS]);
			expect(throughIndex).toEqual(published);
			expect(await artifactsOf(portal)).toEqual(published);
		});
	});

	test('a Harbor behind a proxy, with a robot: the same digests, and they are what runs', async () => {
		const config = {
			kind: 'oci',
			registry: { host: HARBOR, plainHttp: true },
			username: harbor.robot.name,
			discovery: { by: 'harbor', project: 'khal-os', prefix: 'charts/' },
			npm: { url: mirror.npmUrl, scope: '@khal-os' },
			hostAliases: { 'ghcr.io': HARBOR },
			allowedHosts: [new URL(mirror.storageUrl).host],
			internal: true,
		};
		const credentials = { credential: harbor.robot.secret, npmCredential: mirror.githubToken };
		await withPortal(
			async (portal) => {
				const slugs = await addSource(portal, config, credentials);
				const found = await artifactsOf(portal);
				const installed = await installChosen(portal);

				expect(slugs).toEqual(PACKS.filter((id) => mirror.registries.state.oci.has(`khal-os/charts/pack-${id}`)));
				expect(found).toEqual(published);
				expect(installed).toMatchObject({ failure: null, state: 'running' });
				expect(published.get(installed.version)).toMatchObject(installed.digests);
				expect(new Set(proxy.seen.map(({ to }) => to))).toEqual(new Set([`${HARBOR}:80`]));
			},
			{ HTTP_PROXY: proxy.url },
		);
	});

	test('a file and nothing else: the same digests, and they are what runs', async () => {
		publisher.registries.forget();
		mirror.registries.forget();
		await withPortal(async (portal) => {
			const response = await fetch(`${portal.url}/api/bundles?name=From%20the%20ship`, {
				method: 'POST',
				headers: { cookie: portal.cookie, origin: portal.url, 'content-type': 'application/x-tar' },
				body: bundle,
			});
			const source = SourceDetail.parse(await response.json());
			const found = await artifactsOf(portal);
			const installed = await installChosen(portal);

			expect(response.status).toBe(201);
			expect(source).toMatchObject({ kind: 'bundle', name: 'From the ship', packs: 1, problem: null });
			expect(found.size).toBe(1);
			expect(found.get(installed.version)).toEqual(published.get(installed.version));
			expect(installed).toMatchObject({ failure: null, state: 'running' });
			expect(published.get(installed.version)).toMatchObject(installed.digests);
			expect([...publisher.requests, ...mirror.requests]).toEqual([]);
		});
	});
});
