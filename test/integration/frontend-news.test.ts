import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Catalog, createCatalog } from '@/lib/catalog';
import { OciSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import { loadKeys } from '@/lib/keys';
import { examplePacks, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { freshDatabase } from '../support/database';
import { type Harbor, harborManners, startHarbor } from '../support/harbor';
import { type SearchableNpm, startSearchableNpm } from '../support/searchable-npm';

/** A frontend that is published alone is seen at the next ordinary look, without a request per pack more. */

const by = { id: null, name: 'Ana', via: 'browser' } as const;
const PACKS = ['terminal', 'hello', 'mailroom'];

let db: Database;
let registry: SandboxRegistries;
let harbor: Harbor;
let npm: SearchableNpm;
let catalog: Catalog;
let dataDir: string;

beforeEach(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'packyard-news-'));
	[db, registry] = await Promise.all([freshDatabase(), startRegistries({ dataDir: null, oci: harborManners })]);
	[harbor, npm] = await Promise.all([startHarbor(registry), startSearchableNpm(registry)]);
	const { vault } = await loadKeys({ secret: new Secret('x'.repeat(40)), dataDir });
	catalog = await createCatalog({ db, vault, managed: [], syncMinutes: 15, log: { info() {}, warn() {} } });
});
afterEach(async () => {
	await catalog.close();
	await Promise.all([harbor.close(), npm.close()]);
	await registry.close();
	await db.close();
	await rm(dataDir, { recursive: true, force: true });
});

type Discovery = OciSourceConfig['discovery'];
const byNames: Discovery = { by: 'names', repositories: PACKS.map((name) => `khal-os/charts/pack-${name}`) };
const byHarbor: Discovery = { by: 'harbor', project: 'khal-os', prefix: 'charts/pack-te' };

async function addSource(discovery: Discovery, npmUrl: string): Promise<number> {
	const config = OciSourceConfig.parse({
		kind: 'oci',
		registry: { host: harbor.host, plainHttp: true },
		username: harbor.robot.name,
		discovery,
		npm: { url: npmUrl, scope: '@khal-os' },
		hostAliases: { 'ghcr.io': harbor.host },
		allowedHosts: [new URL(registry.storageUrl).host],
	});
	const token = registry.githubToken;
	await catalog.sources.create({ name: 'Ours', config, credential: token, npmCredential: token, enabled: true }, by);
	await catalog.syncAll();
	return (await catalog.list(new Map())).packs.length;
}

/** Read again, and count what it cost: everything but tokens. */
async function readAgain(): Promise<number> {
	harbor.seen.splice(0);
	npm.seen.splice(0);
	registry.registries.forget();
	await catalog.syncAll();
	const direct = registry.requests.filter(({ surface }) => surface === 'npm').length;
	const atHarbor = harbor.seen.filter(({ path }) => !path.startsWith('/service/token')).length;
	return atHarbor + Math.max(npm.seen.length, direct);
}

function publishFrontend(version: string): void {
	const terminal = examplePacks.find(({ id }) => id === 'terminal');
	const newest = terminal?.versions.at(-1);
	if (!terminal || !newest) throw new Error('the sandbox has no terminal');
	registry.registries.publish({
		...terminal,
		versions: [{ ...newest, version, at: '2027-01-01T00:00:00Z', chart: null }],
	});
}

const versions = async () => (await catalog.detail('terminal', new Map())).versions.map(({ version }) => version);

describe('a frontend that is published alone', () => {
	test.each([
		['charts by name, frontends where one search tells of all', byNames, () => npm.url],
		['charts listed by Harbor, frontends where each is asked for', byHarbor, () => registry.npmUrl],
	])('is seen at the next look: %s', async (_title, discovery, npmUrl) => {
		const packs = await addSource(discovery, npmUrl());
		const unchanged = await readAgain();
		publishFrontend('9.9.9');
		expect(await versions()).not.toContain('9.9.9');
		await catalog.syncAll();

		expect(await versions()).toContain('9.9.9');
		expect(unchanged).toBeLessThanOrEqual(packs + 2);
	});

	test('costs nothing extra where nobody can be searched, and is seen with the next chart', async () => {
		const packs = await addSource(byNames, registry.npmUrl);
		const unchanged = await readAgain();
		publishFrontend('9.9.9');
		await catalog.syncAll();
		const before = await versions();
		const tags = registry.registries.state.oci.get('khal-os/charts/pack-terminal')?.tags;
		const digest = tags?.values().next().value ?? '';
		registry.registries.retag({ repository: 'khal-os/charts/pack-terminal', tag: '9.0.0', digest });
		await catalog.syncAll();

		expect(unchanged).toBe(packs);
		expect(before).not.toContain('9.9.9');
		expect(await versions()).toContain('9.9.9');
	});
});

test('a version that is offered as next is no update for anybody, until it is the latest', async () => {
	const publish = (distTags: string[]) => {
		const terminal = examplePacks.find(({ id }) => id === 'terminal');
		const newest = terminal?.versions.at(-1);
		const frontend = newest?.frontends[0];
		if (!terminal || !newest || !frontend) throw new Error('the sandbox has no terminal');
		const version = { ...newest, version: '8.0.0', at: '2027-01-01T00:00:00Z' };
		registry.registries.publish({ ...terminal, versions: [{ ...version, frontends: [{ ...frontend, distTags }] }] });
	};
	const newest = async () => {
		const { pack, versions: all } = await catalog.detail('terminal', new Map());
		return [pack.latestVersion, all.find(({ version }) => version === '8.0.0')?.prerelease];
	};
	await addSource(byNames, npm.url);
	publish(['next']);
	await catalog.syncAll();
	const early = await newest();
	publish(['latest']);
	await catalog.syncAll();

	expect(early).toEqual(['1.2.0', true]);
	expect(await newest()).toEqual(['8.0.0', false]);
});
