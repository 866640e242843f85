import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalog, createCatalog } from '@/lib/catalog';
import { GithubSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import { sha256 } from '@/lib/digest';
import { loadKeys } from '@/lib/keys';
import { type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { archiveOf } from '../support/chart-fixture';
import { freshDatabase } from '../support/database';
import { githubSourceOf } from '../support/publisher';
import { pushArtifact } from '../support/push-artifact';

const by = { id: null, name: 'Ana', via: 'cli' } as const;

/** A portal with registries, and one that nothing reaches. */
let here: Catalog;
let away: Catalog;
let databases: Database[];
let registry: SandboxRegistries;
let dataDir: string;

beforeAll(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'packyard-bundle-'));
	databases = await Promise.all([freshDatabase(), freshDatabase()]);
	registry = await startRegistries({ dataDir: null });
	[here, away] = await Promise.all([openCatalog(databases[0]), openCatalog(databases[1])]);
	const config = GithubSourceConfig.parse(githubSourceOf(registry));
	await here.sources.create({ name: 'GitHub', config, credential: registry.githubToken, enabled: true }, by);
	await here.syncAll();
});
afterAll(async () => {
	await Promise.all([here.close(), away.close()]);
	await registry.close();
	await Promise.all(databases.map((db) => db.close()));
	await rm(dataDir, { recursive: true, force: true });
});

async function openCatalog(db: Database | undefined): Promise<Catalog> {
	if (db === undefined) throw new Error('no database');
	const { vault } = await loadKeys({ secret: new Secret('a-secret-of-at-least-thirty-two-characters'), dataDir });
	const log = { info: () => {}, warn: () => {} };
	return createCatalog({ db, vault, managed: [], syncMinutes: 15, log });
}

/** One pack of each shape: chart and frontend, chart with an attached manifest, frontend only, several apps. */
const selection = [{ slug: 'terminal' }, { slug: 'ghost' }, { slug: 'settings' }, { slug: 'hello' }];

async function exported(wanted: readonly { slug: string; version?: string }[] = selection): Promise<Buffer> {
	return Buffer.concat([...(await here.exportBundle(wanted)).tar]);
}

async function* pieces(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
	for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const importInto = (catalog: Catalog, bytes: Uint8Array, name = 'From the ship') =>
	catalog.importBundle({ name, stream: pieces(bytes) }, by);

describe('a bundle', () => {
	test('brings the same digests, manifests and notes to a portal that no registry reaches', async () => {
		const bytes = await exported();
		registry.registries.goOffline(true);
		const source = await importInto(away, bytes).finally(() => registry.registries.goOffline(false));
		const shared = await Promise.all(
			selection.map(async ({ slug }) => {
				const { versions, pack } = await away.detail(slug, new Map());
				const [version] = versions;
				return [
					await away.version(pack.id, version?.version ?? ''),
					await here.version((await here.detail(slug, new Map())).pack.id, version?.version ?? ''),
				] as const;
			}),
		);

		expect(source).toMatchObject({ kind: 'bundle', packs: selection.length, problem: null, health: 'good' });
		for (const [imported, original] of shared) {
			expect(imported).toMatchObject({
				installable: true,
				chart: original.chart,
				frontends: original.frontends,
				manifestDigest: original.manifestDigest,
				notes: original.notes,
			});
		}
	});

	test('gives out the very bytes that were reviewed, without asking anybody', async () => {
		await importInto(away, await exported());
		registry.registries.forget();
		const { pack } = await away.detail('terminal', new Map());
		const stored = await away.version(pack.id, pack.latestVersion ?? '');
		if (stored.chart === null) throw new Error('terminal has no chart');
		const chart = await away.chartArchive(stored.chart, { sourceId: pack.sourceId });

		expect(sha256(chart)).toBe(stored.chart.archiveDigest);
		for (const frontend of stored.frontends) {
			expect((await away.frontendArchive(frontend, { sourceId: pack.sourceId })).length).toBeGreaterThan(0);
		}
		expect(registry.requests).toEqual([]);
	});

	test('of the same versions is the same file, byte for byte, and importing it twice is one source', async () => {
		const [first, second] = [await exported(), await exported(selection.toReversed())];
		const one = await importInto(away, first, 'Once');
		const two = await importInto(away, second, 'Twice');

		expect(sha256(second)).toBe(sha256(first));
		expect(two.id).toBe(one.id);
	});

	test('can be exported again from where it was imported', async () => {
		const bytes = await exported([{ slug: 'terminal' }]);
		await importInto(away, await exported());
		const again = Buffer.concat([...(await away.exportBundle([{ slug: 'terminal' }])).tar]);

		expect(sha256(again)).toBe(sha256(bytes));
	});

	test('has the manifest that was reviewed, also when somebody has attached another one since', async () => {
		const { pack } = await here.detail('ghost', new Map());
		const { manifestDigest, chart, version } = await here.version(pack.id, pack.latestVersion ?? '');
		const repository = chart?.reference.replace(/^oci:\/\/[^/]+\//, '') ?? '';
		const type = 'application/vnd.khal.pack-manifest.v1+json';
		const subject = chart?.manifestDigest ?? '';
		pushArtifact(registry, { repository, tag: null, type, content: '{"id":"ghost","name":"Other"}', subject });
		const source = await importInto(away, await exported([{ slug: 'ghost' }]), 'Reviewed');
		const imported = (await away.list(new Map())).packs.find(({ sourceId }) => sourceId === source.id);

		expect((await away.version(imported?.id ?? '', version)).manifestDigest).toBe(manifestDigest);
	});

	test('of a version that cannot be installed is refused with the reason', async () => {
		const blocked = (await here.list(new Map())).packs.find(({ installable }) => !installable);
		if (blocked === undefined) throw new Error('the sandbox has only good packs');

		await expect(here.exportBundle([{ slug: blocked.slug }])).rejects.toMatchObject({ code: 'not_installable' });
	});

	test('has a doctor that looks whether everything is still there', async () => {
		const { id } = await importInto(away, await exported());

		expect(await away.sources.doctor(id)).toMatchObject({ result: 'ok', steps: [{ step: 'store', result: 'ok' }] });
	});
});

describe('a file that is not what it says', () => {
	test.each([
		['text', async () => Buffer.from('no tar at all '.repeat(100))],
		['a tar that is cut off', async () => (await exported()).subarray(0, 20_000)],
		['a blob that was changed', async () => flipped(await exported())],
		['a layout whose manifest names its config without a digest', async () => layoutOf({ config: {} })],
		['a layout whose manifest is no manifest', async () => layoutOf('a text')],
		['a layout whose layer has no digest', async () => layoutOf({ config: null, layers: [7] })],
		['a layout that names no pack', async () => layoutOf({ layers: [] }, {})],
	])('%s is refused, and nothing of it becomes a source', async (_title, make) => {
		const before = (await away.sources.list()).sources.length;

		await expect(importInto(away, await make(), 'Bad')).rejects.toMatchObject({ code: 'invalid_request' });
		expect((await away.sources.list()).sources).toHaveLength(before);
	});

	/** A tar that is an OCI layout in every respect, with one manifest of whatever it may be. */
	async function layoutOf(json: unknown, texts: object = { 'khal.ai/bundle.pack': 'x' }): Promise<Buffer> {
		const manifest = Buffer.from(JSON.stringify(json));
		const mediaType = 'application/vnd.oci.image.manifest.v1+json';
		const entry = { mediaType, digest: sha256(manifest), size: manifest.length, annotations: texts };
		return gunzipSync(
			archiveOf([
				{ path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
				{ path: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests: [entry] }) },
				{ path: `blobs/sha256/${entry.digest.slice('sha256:'.length)}`, content: manifest },
			]),
		);
	}

	/** The last byte of the first blob's content. */
	function flipped(bytes: Buffer): Buffer {
		const start = bytes.indexOf('blobs/sha256/') + 512;
		const copy = Buffer.from(bytes);
		copy[start] = (copy[start] ?? 0) ^ 1;
		return copy;
	}
});
