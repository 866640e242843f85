import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Catalog, createCatalog } from '@/lib/catalog';
import { OciSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { openDatabase } from '@/lib/db';
import { loadKeys } from '@/lib/keys';
import { type PackDefinition, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { findPostgres, startPostgres } from '../support/postgres';

/**
 * `npm run bench:sync`: the numbers of DESIGN section 9 for reading a source. A local registry in a process of its own,
 * 200 packs × 20 versions; our first sync against 8 parallel curls that fetch the very same bytes, then a sync of the
 * unchanged source; the same once more on a real PostgreSQL where Debian's is installed. Ratios of one run; prints a
 * table and JSON, never fails.
 */

const [, , first = '200', ...others] = process.argv;
const PACKS = Number(first);
const VERSIONS = Number(others[0] ?? 20);
const CURLS = 8;
const ROOT = join(import.meta.dirname, '../..');

const Paths = z.object({ paths: z.array(z.string()) });
const Served = z.object({ host: z.string() });
const Counted = z.object({ requests: z.number(), blobs: z.number() });

if (first === 'serve') await serve(Number(others[0]), Number(others[1]));
else await measureAll();

type Result = Readonly<Record<string, string | number | boolean>>;

/** With the embedded database first, as a new portal would; then with a server, where there is one. */
async function measureAll(): Promise<void> {
	const registry = await startRegistry();
	const results: Result[] = [];
	const bin = findPostgres();
	try {
		results.push(await measure(registry, null));
		if (bin !== null) {
			const server = await startPostgres(bin);
			results.push(await measure(registry, server.url).finally(() => server.stop()));
		}
	} finally {
		registry.stop();
	}
	print(results);
}

async function measure(registry: Registry, url: string | null): Promise<Result> {
	const folder = await mkdtemp(join(tmpdir(), 'packyard-bench-'));
	const db = await openDatabase({
		url,
		dataDir: join(folder, 'data'),
		migrationsDir: join(ROOT, 'prisma', 'migrations'),
	});
	const { vault } = await loadKeys({ secret: new Secret(randomBytes(32).toString('hex')), dataDir: folder });
	const log = { info: () => {}, warn: (facts: object, message: string) => console.error(message, facts) };
	const catalog = await createCatalog({ db, vault, managed: [], syncMinutes: 15, log });
	try {
		const before = await fetchWithCurl(registry, folder);
		const resting = process.memoryUsage().rss;
		const memory = watchMemory();
		let id = '';
		const used = process.cpuUsage();
		const coldMs = await timed(async () => {
			id = await addSource(catalog, registry.host);
			await catalog.syncAll();
		});
		const { user, system } = process.cpuUsage(used);
		const peak = memory.stop();
		const { lastGoodSyncAt, problem } = await catalog.sources.get(id);
		const { packs } = await catalog.list(new Map());
		await registry.ask('forget');
		const unchangedMs = await timed(() => catalog.syncAll());
		const unchanged = Counted.parse(await registry.ask('count'));
		const after = await fetchWithCurl(registry, folder);
		const curlMs = Math.min(before, after);
		return {
			database: url === null ? 'embedded' : 'PostgreSQL',
			packs: packs.length,
			versions: packs.reduce((sum, pack) => sum + pack.versions, 0),
			isComplete: lastGoodSyncAt !== null && problem === null && packs.every((pack) => pack.installable),
			curlMs: Math.round(curlMs),
			coldMs: Math.round(coldMs),
			coldProcessorMs: Math.round((user + system) / 1000),
			coldOverCurl: round(coldMs / curlMs),
			unchangedMs: Math.round(unchangedMs),
			unchangedOverCold: round(unchangedMs / coldMs),
			unchangedRequests: unchanged.requests,
			unchangedBlobs: unchanged.blobs,
			memoryPeakMb: Math.round(peak / 1e6),
			memoryOverRestMb: Math.round((peak - resting) / 1e6),
		};
	} finally {
		await catalog.close();
		await db.close();
		await rm(folder, { recursive: true, force: true });
	}
}

async function addSource(catalog: Catalog, host: string): Promise<string> {
	const config = OciSourceConfig.parse({
		kind: 'oci',
		registry: { host, plainHttp: true },
		discovery: { by: 'catalog', prefix: 'khal-os/charts/pack-' },
		hostAliases: { 'ghcr.io': host },
	});
	const input = { name: 'Bench', config, enabled: true };
	return (await catalog.sources.create(input, { id: null, name: 'bench', via: 'cli' })).id;
}

/** Milliseconds for the same bytes with 8 curls side by side, each over one connection that it keeps. */
async function fetchWithCurl(registry: Registry, folder: string): Promise<number> {
	const { paths } = Paths.parse(await registry.ask('paths'));
	const lists = Array.from({ length: CURLS }, (_, lane) => paths.filter((_, index) => index % CURLS === lane));
	const files = await Promise.all(
		lists.map(async (list, lane) => {
			const file = join(folder, `curl-${lane}`);
			const lines = list.map((path) => `url = "http://${registry.host}${path}"\noutput = "/dev/null"`);
			await writeFile(file, lines.join('\n'));
			return file;
		}),
	);
	const accept = 'accept: application/vnd.oci.image.manifest.v1+json';
	return timed(() =>
		Promise.all(files.map((file) => run('curl', ['--silent', '--fail', '-H', accept, '--config', file]))),
	);
}

function run(command: string, args: readonly string[]): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { stdio: 'ignore' });
		child.on('error', reject);
		child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
	});
}

type Registry = { host: string; ask(question: string): Promise<unknown>; stop(): void };

/** The registry in a process of its own, so that its work is not taken for ours. */
async function startRegistry(): Promise<Registry> {
	const child = fork(import.meta.filename, ['serve', String(PACKS), String(VERSIONS)], { execArgv: process.execArgv });
	const answer = () =>
		new Promise<unknown>((resolve, reject) => {
			child.once('message', resolve);
			child.once('exit', () => reject(new Error('the registry ended')));
		});
	const { host } = Served.parse(await answer());
	return {
		host,
		ask: (question) => {
			const pending = answer();
			child.send(question);
			return pending;
		},
		stop: () => void child.kill(),
	};
}

async function serve(packs: number, versions: number): Promise<void> {
	const sandbox = await startRegistries({
		dataDir: null,
		packs: Array.from({ length: packs }, (_, index) => packOf(index, versions)),
		oci: { auth: 'none', hasCatalog: true, redirectsBlobs: false },
	});
	process.on('message', (question) => {
		if (question === 'paths') process.send?.({ paths: pathsOf(sandbox) });
		else if (question === 'count') process.send?.(countOf(sandbox));
		else {
			sandbox.registries.forget();
			process.send?.('forgotten');
		}
	});
	process.send?.({ host: sandbox.registryHost });
}

function pathsOf(sandbox: SandboxRegistries): string[] {
	return [...sandbox.registries.state.oci].flatMap(([name, { tags, blobs }]) => [
		...[...tags.keys()].map((tag) => `/v2/${name}/manifests/${tag}`),
		...[...blobs.keys()].map((digest) => `/v2/${name}/blobs/${digest}`),
	]);
}

function countOf({ requests }: SandboxRegistries) {
	return { requests: requests.length, blobs: requests.filter(({ path }) => path.includes('/blobs/')).length };
}

/** A pack with a chart, a manifest inside it and ten settings; its image is somewhere else. */
function packOf(index: number, versions: number): PackDefinition {
	const id = `bench-${String(index).padStart(3, '0')}`;
	return {
		id,
		description: `Pack ${index}`,
		visibility: 'public',
		repositoryVisibility: 'public',
		versions: Array.from({ length: versions }, (_, minor) => ({
			version: `1.${minor}.0`,
			at: new Date(Date.UTC(2026, 0, 1 + minor)).toISOString(),
			notes: null,
			manifests: { chart: manifestOf(id, minor) },
			chart: { image: `docker.io/acme/${id}`, port: 8080 },
			frontends: [],
		})),
	};
}

function manifestOf(id: string, minor: number): string {
	return JSON.stringify({
		id,
		name: id,
		version: `1.${minor}.0`,
		description: `The pack ${id}`,
		author: 'Bench',
		backend: { image: `docker.io/acme/${id}`, helmChart: `oci://ghcr.io/khal-os/charts/pack-${id}`, ports: [8080] },
		env: Array.from({ length: 10 }, (_, key) => ({
			key: `OPTION_${key}_${minor % 3}`,
			description: `Option ${key} of the pack`,
			required: key % 2 === 0,
			type: key === 0 ? 'secret' : 'string',
		})),
	});
}

function watchMemory(): { stop(): number } {
	let peak = process.memoryUsage().rss;
	const timer = setInterval(() => {
		peak = Math.max(peak, process.memoryUsage().rss);
	}, 50);
	return {
		stop: () => {
			clearInterval(timer);
			return peak;
		},
	};
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

function print(results: readonly Result[]): void {
	const bars: Readonly<Record<string, string>> = {
		coldOverCurl: '≤ 2',
		unchangedRequests: `≤ ${PACKS + 2}`,
		unchangedBlobs: '0',
		isComplete: 'true',
	};
	const names = Object.keys(results[0] ?? {}).filter((name) => name !== 'database');
	const row = (name: string) => ({
		...Object.fromEntries(results.map((result) => [result.database, result[name]])),
		bar: bars[name] ?? '',
	});
	console.table(Object.fromEntries(names.map((name) => [name, row(name)])));
	for (const result of results) console.log(JSON.stringify({ bench: 'sync', ...result }));
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
