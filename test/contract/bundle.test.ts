import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalog, createCatalog } from '@/lib/catalog';
import { GithubSourceConfig, OciSourceConfig } from '@/lib/contracts/source-config';
import { listAt, Secret, textAt } from '@/lib/core';
import type { Database } from '@/lib/db';
import { sha256 } from '@/lib/digest';
import { loadKeys } from '@/lib/keys';
import { type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { freshDatabase } from '../support/database';
import { githubSourceOf } from '../support/publisher';
import { describeWith, pathOf } from './support/tools';

const run = promisify(execFile);
const by = { id: null, name: 'Ana', via: 'cli' } as const;

/** What `packyard bundle export` writes, read by the programs that everybody else uses. */
describeWith('an exported bundle', ['oras', 'skopeo'], () => {
	let folder: string;
	let db: Database;
	let registry: SandboxRegistries;
	let catalog: Catalog;
	let layout: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'packyard-layout-'));
		layout = join(folder, 'bundle.tar');
		[db, registry] = await Promise.all([freshDatabase(), startRegistries({ dataDir: null, oci: { auth: 'none' } })]);
		const { vault } = await loadKeys({ secret: new Secret('x'.repeat(40)), dataDir: folder });
		const log = { info: () => {}, warn: () => {} };
		catalog = await createCatalog({ db, vault, managed: [], syncMinutes: 15, log });
		const config = GithubSourceConfig.parse(githubSourceOf(registry));
		await catalog.sources.create({ name: 'GitHub', config, credential: registry.githubToken, enabled: true }, by);
		await catalog.syncAll();
		const { tar } = await catalog.exportBundle([{ slug: 'terminal' }, { slug: 'ghost' }, { slug: 'settings' }]);
		await writeFile(layout, Buffer.concat([...tar]));
	});
	afterAll(async () => {
		await catalog.close();
		await registry.close();
		await db.close();
		await rm(folder, { recursive: true, force: true });
	});

	async function oras(...args: string[]): Promise<string> {
		return (await run(pathOf('oras'), args, { cwd: folder, env: { ...process.env, HOME: folder } })).stdout;
	}

	/** Without a trust policy of this machine, and without its credentials. */
	async function skopeo(...args: string[]): Promise<string> {
		const all = ['--insecure-policy', '--tmpdir', folder, ...args];
		return (await run(pathOf('skopeo'), all, { cwd: folder, env: { ...process.env, HOME: folder } })).stdout;
	}

	async function versionOf(slug: string) {
		const { pack } = await catalog.detail(slug, new Map());
		return catalog.version(pack.id, pack.latestVersion ?? '');
	}

	test('names every chart, npm package and the index as a tag of the layout', async () => {
		const tags = (await oras('repo', 'tags', '--oci-layout', layout)).trim().split('\n');
		const terminal = await versionOf('terminal');

		expect(tags).toContain('pack-index');
		expect(tags).toContain(`chart-terminal-${terminal.version}`);
		expect(tags.filter((tag) => tag.startsWith('npm-khal-os-pack-settings-'))).toHaveLength(1);
	});

	test('holds charts under the digests they have in their registry', async () => {
		const { version, chart } = await versionOf('terminal');
		const text = await oras('manifest', 'fetch', '--oci-layout', `${layout}:chart-terminal-${version}`);

		expect(sha256(text)).toBe(chart?.manifestDigest);
	});

	test('holds what is attached to a chart where oras finds it', async () => {
		const { version } = await versionOf('ghost');
		const found = await oras('discover', '--format', 'json', '--oci-layout', `${layout}:chart-ghost-${version}`);
		const json: unknown = JSON.parse(found);
		const types = [...listAt(json, 'referrers'), ...listAt(json, 'manifests')].map((entry) =>
			textAt(entry, 'artifactType'),
		);

		expect(types).toContain('application/vnd.khal.pack-manifest.v1+json');
		expect(types).toContain('application/vnd.khal.pack-notes.v1+markdown');
	});

	test('can be copied into a registry, where a source finds its packs by the index', async () => {
		const { version, chart } = await versionOf('terminal');
		const target = `${registry.registryHost}/mirror`;
		const copy = (from: string, to: string) =>
			oras('cp', '--from-oci-layout', '--to-plain-http', `${layout}:${from}`, `${target}/${to}`);
		await copy(`chart-terminal-${version}`, `pack-terminal:${version}`);
		await copy('pack-index', 'pack-index:latest');
		const source = await catalog.sources.create(
			{
				name: 'Mirror',
				config: {
					kind: 'oci',
					registry: { host: registry.registryHost, plainHttp: true },
					username: null,
					discovery: { by: 'index', reference: 'mirror/pack-index:latest' },
					npm: { url: registry.npmUrl, scope: '@khal-os', username: null },
					allowedHosts: [new URL(registry.storageUrl).host],
					hostAliases: {},
					ca: null,
					proxy: null,
					internal: false,
					requestsPerSecond: null,
				},
				npmCredential: registry.githubToken,
				enabled: false,
			},
			by,
		);
		await catalog.sources.patch(source.id, { enabled: true }, by);
		await catalog.syncAll();
		const mirrored = (await catalog.list(new Map())).packs.find(
			({ sourceId, name }) => sourceId === source.id && name.includes('Terminal'),
		);

		expect(mirrored?.installable).toBe(true);
		expect((await catalog.version(mirrored?.id ?? '', version)).chart?.manifestDigest).toBe(chart?.manifestDigest);
	});

	test('is an archive skopeo reads: the chart it names is, byte for byte, that of the registry', async () => {
		const { version, chart } = await versionOf('terminal');
		const raw = await skopeo('inspect', '--raw', `oci-archive:${layout}:chart-terminal-${version}`);

		expect(sha256(raw)).toBe(chart?.manifestDigest);
	});

	test('is copied by skopeo into a registry and into a layout on disk under the same digest', async () => {
		const { version, chart } = await versionOf('terminal');
		const from = `oci-archive:${layout}:chart-terminal-${version}`;
		const place = `docker://${registry.registryHost}/skopeo/pack-terminal:${version}`;
		const unpacked = `oci:${join(folder, 'unpacked')}:chart-terminal`;
		await skopeo('copy', '--preserve-digests', '--dest-tls-verify=false', from, place);
		await skopeo('copy', '--preserve-digests', from, unpacked);
		const copies = [
			await skopeo('inspect', '--raw', '--tls-verify=false', place),
			await skopeo('inspect', '--raw', unpacked),
		];
		const { id } = await catalog.sources.create(
			{
				name: 'Skopeo',
				config: OciSourceConfig.parse({
					kind: 'oci',
					registry: { host: registry.registryHost, plainHttp: true },
					discovery: { by: 'names', repositories: ['skopeo/pack-terminal'] },
					npm: { url: registry.npmUrl, scope: '@khal-os' },
					allowedHosts: [new URL(registry.storageUrl).host],
				}),
				npmCredential: registry.githubToken,
				enabled: true,
			},
			by,
		);
		await catalog.syncAll();
		const found = (await catalog.list(new Map())).packs.find(({ sourceId }) => sourceId === id);
		const copied = await catalog.version(found?.id ?? '', version);

		expect(copies.map((raw) => sha256(raw))).toEqual([chart?.manifestDigest, chart?.manifestDigest]);
		expect(copied.installable).toBe(true);
		expect(copied.chart).toMatchObject({ manifestDigest: chart?.manifestDigest, archiveDigest: chart?.archiveDigest });
	});

	test('has a name for everything in it, attachments and npm tarballs too, that skopeo copies it by', async () => {
		const names = (await oras('repo', 'tags', '--oci-layout', layout)).trim().split('\n');
		const index: unknown = JSON.parse((await run('tar', ['-xOf', layout, 'index.json'])).stdout);
		const entries = listAt(index, 'manifests');
		const digests: string[] = [];
		for (const name of names) {
			const target = `oci:${join(folder, 'all')}:${name}`;
			await skopeo('copy', '--preserve-digests', `oci-archive:${layout}:${name}`, target);
			digests.push(sha256(await skopeo('inspect', '--raw', target)));
		}

		expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/^manifest-ghost-/), 'pack-index']));
		expect(digests.toSorted()).toEqual(entries.map((entry) => textAt(entry, 'digest')).toSorted());
	});
});
