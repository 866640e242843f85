import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GithubSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { sha256, sri512 } from '@/lib/digest';
import { createPackSource, type PackSource, readArchive, runDoctor } from '@/lib/registry';
import { examplePacks, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { githubSourceOf } from '../support/publisher';

/** DESIGN section 4: where a publisher may put the manifest, first wins, and what the lookup calls it. */
const lookupOrder = [
	['chart', 'chart-file'],
	['chart-files', 'chart-file'],
	['annotation', 'chart-annotation'],
	['referrer', 'oci-referrer'],
	['npm', 'npm-tarball'],
	['repository', 'repository'],
] as const;

let sandbox: SandboxRegistries;
let source: PackSource;

function configOf(change: Partial<GithubSourceConfig> = {}): GithubSourceConfig {
	return GithubSourceConfig.parse(githubSourceOf(sandbox, change));
}

/** An ETag cache in memory, as the catalog keeps one in the database. */
function memoryCache() {
	const kept = new Map<string, { etag: string; body: string }>();
	return {
		get: async (key: string) => kept.get(key) ?? null,
		set: async (key: string, entry: { etag: string; body: string }) => void kept.set(key, entry),
	};
}

beforeAll(async () => {
	sandbox = await startRegistries({ dataDir: null });
	source = createPackSource(configOf(), { credential: new Secret(sandbox.githubToken), cache: memoryCache() });
});

afterAll(async () => {
	await source.close();
	await sandbox.close();
});

beforeEach(() => sandbox.registries.forget());

describe('the sandbox through the real clients', () => {
	test('every example pack is discovered once', async () => {
		const packs = await source.discover();

		expect(packs.map((pack) => pack.name)).toEqual(examplePacks.map((pack) => pack.id).sort());
	});

	test('every version of every pack is listed newest first, with the digest of its chart', async () => {
		for (const pack of await source.discover()) {
			const definition = examplePacks.find((candidate) => candidate.id === pack.name);
			const versions = await source.versions(pack);

			expect(versions.map(({ version }) => version).sort()).toEqual(
				definition?.versions.map(({ version }) => version.replace(/^v/, '')).sort(),
			);
			for (const { chart } of versions) expect(chart?.manifestDigest ?? `sha256:${'0'.repeat(64)}`).toMatch(/^sha256:/);
		}
	});

	test('every manifest that was published is found where DESIGN section 4 says', async () => {
		for (const pack of await source.discover()) {
			const definition = examplePacks.find(({ id }) => id === pack.name);
			for (const version of await source.versions(pack)) {
				const published = definition?.versions.find(
					(candidate) => candidate.version.replace(/^v/, '') === version.version,
				);
				const place = lookupOrder.find(([place]) => published?.manifests[place] !== undefined);
				const lookup = await source.fetchManifest(pack, version);

				expect([pack.name, version.version, lookup.found?.origin]).toEqual([pack.name, version.version, place?.[1]]);
				if (place) expect(withoutSpace(lookup.found?.raw)).toBe(withoutSpace(published?.manifests[place[0]]));
				if (lookup.found) expect(lookup.found.digest).toBe(sha256(lookup.found.raw));
			}
		}
	});

	test('a chart is fetched by digest, with the bytes the descriptor promises', async () => {
		const { pack, version } = await oneWithChart();

		const fetched = await source.fetchChart(version.chart);
		const files = await readArchive(fetched.bytes, { wanted: (path) => path.endsWith('/Chart.yaml') });

		expect(sha256(fetched.bytes)).toBe(fetched.archive.digest);
		expect(fetched.chart.name).toBe(`pack-${pack.name}`);
		expect([...files.keys()]).toContain(`pack-${pack.name}/Chart.yaml`);
	});

	test('the credential never reaches the storage that blobs are redirected to', async () => {
		const { version } = await oneWithChart();
		sandbox.registries.forget();

		await source.fetchChart(version.chart);
		const storage = sandbox.requests.filter((request) => request.surface === 'storage');
		const registry = sandbox.requests.filter((request) => request.surface === 'oci');

		expect(storage.length).toBeGreaterThan(0);
		expect(storage.every((request) => request.authorization === 'none')).toBe(true);
		expect(registry.some((request) => request.authorization === 'bearer')).toBe(true);
	});

	test('a tarball is fetched with its integrity', async () => {
		const pack = (await source.discover()).find(({ npm }) => npm !== null);
		const versions = pack ? await source.versions(pack) : [];
		const npm = versions.find((version) => version.npm !== null)?.npm;
		if (!npm) throw new Error('the sandbox has no frontend');

		const fetched = await source.fetchTarball(npm);

		expect(sri512(fetched.bytes)).toBe(fetched.integrity);
		expect(npm.integrity).toContain(fetched.integrity);
	});

	test('release notes come from the release of the version', async () => {
		const pack = (await source.discover()).find(({ name }) => name === 'terminal');
		if (!pack) throw new Error('the sandbox has no terminal');
		const [definition] = examplePacks.filter(({ id }) => id === 'terminal');

		for (const version of await source.versions(pack)) {
			const published = definition?.versions.find(
				(candidate) => candidate.version.replace(/^v/, '') === version.version,
			);
			expect((await source.notes(pack, version))?.text ?? null).toBe(published?.notes);
		}
	});

	test('a second look at an unchanged source is conditional and reads no blob', async () => {
		for (const pack of await source.discover()) await source.versions(pack);
		sandbox.registries.forget();

		const packs = await source.discover();
		for (const pack of packs) await source.versions(pack);
		const github = sandbox.requests.filter((request) => request.surface === 'github');

		expect(github.every((request) => request.status === 304)).toBe(true);
		expect(sandbox.requests.filter((request) => request.surface === 'storage')).toEqual([]);
		expect(github.length).toBeLessThanOrEqual(packs.length + 2);
	});

	test('a chart reference to a registry that is not configured names the registry to allow', async () => {
		const attempt = source.resolveChart('oci://gru.ocir.io/tenant/charts/pack-files', '1.0.0');

		await expect(attempt).rejects.toMatchObject({
			code: 'not_installable',
			details: { registry: 'gru.ocir.io' },
			hint: expect.stringContaining('gru.ocir.io'),
		});
	});

	test('a chart reference to an aliased registry is read from its alias', async () => {
		const { pack, version } = await oneWithChart();

		const chart = await source.resolveChart(`oci://ghcr.io/khal-os/charts/pack-${pack.name}`, version.version);

		expect(chart).toMatchObject({ host: sandbox.registryHost, tag: version.chart.tag });
	});

	test('a tampered blob is refused as an integrity mismatch', async () => {
		const fresh = createPackSource(configOf(), { credential: new Secret(sandbox.githubToken) });
		const { version } = await oneWithChart('scratchpad');
		const info = await fresh.chartInfo(version.chart);
		sandbox.registries.tamper(info.archive.digest);

		await expect(fresh.fetchChart(version.chart)).rejects.toMatchObject({ code: 'integrity_mismatch' });
		await fresh.close();
	});

	test('public charts are read by explicit name without any credential', async () => {
		const anonymous = createPackSource(configOf({ packs: ['terminal'] }), { credential: null });
		const [pack] = await anonymous.discover();
		const versions = pack ? await anonymous.versions({ ...pack, npm: null }) : [];

		expect(versions.length).toBeGreaterThan(0);
		await anonymous.close();
	});

	test('an expired token still reads public charts, and is reported', async () => {
		const stale = createPackSource(configOf({ packs: ['terminal'] }), { credential: new Secret('ghp_expired0000') });
		const [pack] = await stale.discover();
		const versions = pack ? await stale.versions({ ...pack, npm: null }) : [];

		expect(versions.length).toBeGreaterThan(0);
		expect(stale.state().credentialRejected).toMatchObject({ status: 403 });
		await stale.close();
	});

	test('the doctor finds a healthy source healthy', async () => {
		const report = await runDoctor(configOf(), { credential: new Secret(sandbox.githubToken) });

		expect(report.steps.filter(({ result }) => result === 'fail' || result === 'warn')).toEqual([]);
		expect(report.result).toBe('ok');
	});

	test('the doctor names an unknown token and goes on without it', async () => {
		const report = await runDoctor(configOf(), { credential: new Secret('ghp_unknown0000') });
		const listing = report.steps.find(({ step }) => step === 'listing');

		expect(report.result).toBe('fail');
		expect(listing).toMatchObject({ result: 'fail', code: '401' });
		expect(listing?.nextStep).toContain('read:packages');
	});

	test('the doctor asks GitHub about the token also where packs are named, and says what it lacks or that it ended', async () => {
		const examine = async (credential: string) => {
			const report = await runDoctor(configOf({ packs: ['terminal'] }), { credential: new Secret(credential) });
			return report.steps.find(({ step }) => step === 'token');
		};
		const tell = (headers: Record<string, string>) =>
			sandbox.registries.inject({ surface: 'github', match: '/rate_limit', effect: 'answer', status: 200, headers });

		expect(await examine(sandbox.githubToken)).toMatchObject({ result: 'ok' });
		expect(await examine('ghp_expired0000')).toMatchObject({
			result: 'fail',
			code: '401',
			detail: expect.stringContaining('has expired, or was revoked'),
			nextStep: expect.stringContaining('read:packages'),
		});
		const forget = tell({ 'x-oauth-scopes': 'repo, gist' });
		expect(await examine(sandbox.githubToken)).toMatchObject({
			result: 'warn',
			detail: 'The token has the scopes repo, gist; reading packages needs read:packages.',
		});
		forget();
		const soon = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
		const end = { 'github-authentication-token-expiration': `${soon} 00:00:00 UTC`, 'x-oauth-scopes': 'read:packages' };
		const stop = tell(end);
		expect(await examine(sandbox.githubToken)).toMatchObject({ result: 'warn', detail: `The token ends on ${soon}.` });
		stop();
	});

	test('the doctor names the storage that blobs come from', async () => {
		const report = await runDoctor(configOf(), { credential: new Secret(sandbox.githubToken) });

		expect(report.steps.find(({ step }) => step === 'blob')).toMatchObject({
			result: 'ok',
			detail: expect.stringContaining(`from ${new URL(sandbox.storageUrl).host}`),
		});
	});

	test('an offline source is an error, never an empty list', async () => {
		const fresh = createPackSource(configOf(), { credential: new Secret(sandbox.githubToken), retries: 0 });
		sandbox.registries.goOffline(true);
		try {
			await expect(fresh.discover()).rejects.toMatchObject({ code: 'upstream_unavailable' });
		} finally {
			sandbox.registries.goOffline(false);
			await fresh.close();
		}
	});
});

/** Publishers minify what they put into an annotation. */
function withoutSpace(text: string | undefined): string | undefined {
	return text?.replace(/\s+/g, '');
}

async function oneWithChart(name = 'terminal') {
	const pack = (await source.discover()).find((candidate) => candidate.name === name);
	if (!pack) throw new Error(`the sandbox has no pack ${name}`);
	for (const version of await source.versions(pack)) {
		if (version.chart) return { pack, version: { ...version, chart: version.chart } };
	}
	throw new Error(`${name} has no chart`);
}
