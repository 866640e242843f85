import 'server-only';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Audit, createAudit } from '@/lib/audit';
import { type Auth, createAuth, createSetup, type Setup } from '@/lib/auth';
import { type Catalog, createCatalog, type ManagedSource } from '@/lib/catalog';
import { type Config, ownUrl, readConfig, shownUrl } from '@/lib/config';
import type { Ready } from '@/lib/contracts/health';
import type { Pretend } from '@/lib/contracts/people';
import { AppError, messageOf, Secret } from '@/lib/core';
import { type Database, lockFolder, openDatabase } from '@/lib/db';
import { createInstalls, createWorker, type Installs, type Worker } from '@/lib/installs';
import { loadKeys } from '@/lib/keys';
import { createLogger, type Logger } from '@/lib/log';
import { createPolicy, type PolicyService } from '@/lib/policy';
import { connectFromKubeconfig, connectInCluster, createRunner, type Runner } from '@/lib/runner';
import { createRunnerClient, type RunnerClient } from '@/lib/runner/client';

/** The composition root: the only place where clients and services are made (HOUSE.md rule 6). */
export type Runtime = {
	config: Config;
	log: Logger;
	url: string;
	/** What of it the sandbox plays; null = nothing. */
	sandbox: Pretend | null;
	db: Database;
	auth: Auth;
	setup: Setup;
	audit: Audit;
	catalog: Catalog;
	policy: PolicyService;
	installs: Installs;
	worker: Worker;
	/** The door to the cluster as everybody uses it, over HTTP even in one process. */
	runnerClient: RunnerClient;
	/** The runner itself, for its own routes. Throws AppError('runner_unavailable') when it is another process. */
	localRunner(): Runner;
	baseUrls: () => readonly string[];
	/** The one-time link for the first owner, null when there is one. Every call makes a new link. */
	setupUrl(): Promise<string | null>;
	ready(): Promise<Ready>;
	close(): Promise<void>;
};

// Next compiles instrumentation and routes as separate entries, so a module singleton would exist twice.
const SLOT = Symbol.for('packyard.runtime');
/** Why the last start failed, for the one who started the process (scripts/server.mjs). */
const FAILURE = Symbol.for('packyard.failure');
const LOWEST_FREE_BYTES = 200 * 1024 * 1024;
const WORKER_SILENT_MS = 15_000;
const CHECK_MS = 5000;

/** The runtime of this process, started at the first call. A failed start is tried again by the next call. */
export function getRuntime(): Promise<Runtime> {
	const existing: Promise<Runtime> | undefined = Reflect.get(globalThis, SLOT);
	if (existing !== undefined) return existing;
	const starting = startConfigured();
	setRuntime(starting);
	starting.catch((error: unknown) => {
		Reflect.deleteProperty(globalThis, SLOT);
		Reflect.set(globalThis, FAILURE, error);
	});
	return starting;
}

/** Async, so that settings that cannot be used are a failed start like any other and not thrown at whoever asked. */
async function startConfigured(): Promise<Runtime> {
	return startRuntime(readConfig());
}

/** Make `runtime` the one that routes and pages of this process use (tests bring their own). */
export function setRuntime(runtime: Promise<Runtime>): void {
	Reflect.set(globalThis, SLOT, runtime);
}

/** What tests bring along instead of having it made: a migrated database, a pretend world they can reach into. */
export type Given = {
	loadDump?: Blob;
	sandbox?: SandboxHandle;
	/** Neither worker nor polling: a script asks for one thing and ends. */
	idle?: boolean;
};

/** Start everything for a configuration, in the order it depends on each other; what was started is closed on failure. */
export async function startRuntime(config: Config, given: Given = {}): Promise<Runtime> {
	const log = createLogger({ level: config.logLevel, file: config.logFile });
	const closing: (() => Promise<void>)[] = [];
	try {
		return await assemble({ config, log, closing, given });
	} catch (error) {
		log.error({ err: error }, 'the portal could not start');
		await closeAll(closing, log);
		throw error;
	}
}

type Start = { config: Config; log: Logger; closing: (() => Promise<void>)[]; given: Given };

async function assemble({ config, log, closing, given }: Start): Promise<Runtime> {
	// The embedded database takes the folder itself. With another one, runs, keys and the pretend world still live there.
	if (config.databaseUrl !== null) {
		const lock = await lockFolder(config.dataDir);
		closing.push(() => lock.release());
	}
	const db = await openDatabase({
		url: config.databaseUrl,
		dataDir: config.dataDir,
		migrationsDir: join(config.rootDir, 'prisma', 'migrations'),
		...(given.loadDump === undefined ? {} : { loadDump: given.loadDump }),
		onIdleError: (problem) => log.warn({ problem }, 'a database connection was lost'),
	});
	closing.push(() => db.close());
	const keys = await loadKeys({ ...config, previous: config.secretPrevious });
	const runnerToken = config.runnerToken ?? keys.runnerToken;
	const world = await openWorld(config, given.sandbox ?? null);
	closing.push(() => world.close());

	const runner =
		config.role === 'portal'
			? null
			: createRunner({
					helmBin: config.helmBin,
					kube: await world.connect(),
					stateDir: join(config.dataDir, 'runner'),
					log: (line) => log.debug({ part: 'runner' }, line),
				});
	if (runner !== null) closing.push(() => runner.close());
	const runnerClient = createRunnerClient({ baseUrl: config.runnerUrl ?? ownUrl(config), token: runnerToken });
	const url = config.publicUrl ?? shownUrl(config);
	const baseUrls = () => [url, ownUrl(config)];
	const auth = createAuth({
		db,
		secret: keys.session,
		runnerToken,
		baseUrls,
		signInLimit: config.signInLimit,
		onProblem: (level, message) => log[level]({ part: 'auth' }, message),
	});
	const setup = createSetup({ db });
	const catalog = await createCatalog({
		db,
		vault: keys.vault,
		// A runner that shares the database knows only its own settings, not the portal's.
		managed: config.role === 'runner' || world.source === null ? null : [world.source],
		proxies: config.proxies,
		syncMinutes: config.syncMinutes,
		log,
	});
	closing.push(() => catalog.close());
	let wake = () => {};
	const policy = createPolicy({ db });
	const { fingerprint } = keys;
	const installs = createInstalls({
		db,
		catalog,
		policy,
		runner: runnerClient,
		fingerprint,
		leaseSeconds: config.leaseSeconds,
		keepRevisions: config.keepRevisions,
		wake: () => wake(),
	});
	const worker = createWorker({
		...config,
		db,
		catalog,
		runner: runnerClient,
		fingerprint,
		observe: installs.observeAll,
		log,
	});
	wake = worker.wake;
	if (config.role !== 'runner' && given.idle !== true) {
		catalog.start();
		worker.start();
		closing.push(() => worker.stop());
	}
	log.info({ url, database: db.kind, sandbox: world.sandbox, role: config.role }, 'started');
	return {
		config,
		log,
		url,
		sandbox: world.sandbox,
		db,
		auth,
		setup,
		audit: createAudit(db),
		catalog,
		policy,
		installs,
		worker,
		runnerClient,
		localRunner: () => {
			if (runner !== null) return runner;
			throw new AppError('runner_unavailable', 'This process is a portal; its runner is another one.', {
				hint: 'Send runner requests to PACKYARD_RUNNER_URL.',
			});
		},
		baseUrls,
		setupUrl: async () => {
			// A runner answers to its portal only: it has no people.
			if (config.role === 'runner') return null;
			const token = await setup.ensureToken();
			return token === null ? null : `${url}/setup?token=${token}`;
		},
		ready: () => readiness({ config, db, worker, runnerClient }),
		close: () => closeAll(closing, log),
	};
}

type World = {
	sandbox: Pretend | null;
	/** null = a runner that has a cluster: packs are no business of it. */
	source: ManagedSource | null;
	connect(): ReturnType<typeof connectFromKubeconfig>;
	close(): Promise<void>;
};

/** The part of the sandbox that is needed to point the real clients at it. */
type SandboxHandle = {
	org: string;
	githubApiUrl: string;
	registryHost: string;
	npmUrl: string;
	storageUrl: string;
	githubToken: string;
	cluster: { kubeconfig(): string };
	close(): Promise<void>;
};

/** Real registries and a real cluster where they are configured; the sandbox plays whatever this role lacks of them. */
async function openWorld(config: Config, given: SandboxHandle | null): Promise<World> {
	const { github, kube } = config;
	const packs = config.role !== 'runner' && github === null;
	const cluster = config.role !== 'portal' && kube === null;
	if (!packs && !cluster) {
		const source = github === null ? null : githubSource(github);
		return { sandbox: null, source, connect: () => connectTo(kube), close: async () => {} };
	}
	// The one line that knows the sandbox (HOUSE.md rule 32).
	const sandbox: SandboxHandle =
		given ?? (await (await import('@/lib/sandbox')).startSandbox({ dataDir: join(config.dataDir, 'sandbox') }));
	return {
		sandbox: packs && cluster ? 'everything' : packs ? 'packs' : 'cluster',
		source: github === null ? sandboxSource(sandbox) : githubSource(github),
		connect: () => (kube === null ? connectFromKubeconfig({ text: sandbox.cluster.kubeconfig() }) : connectTo(kube)),
		close: () => sandbox.close(),
	};
}

function connectTo(kube: Config['kube']): ReturnType<typeof connectFromKubeconfig> {
	if (kube === null) throw new AppError('invalid_request', 'PACKYARD_KUBECONFIG is not set.');
	if (kube.kubeconfig === 'in-cluster') return connectInCluster();
	const { kubeconfig: path, context, env } = kube;
	return connectFromKubeconfig({ path }, { env, ...(context === null ? {} : { context }) });
}

function githubSource(github: NonNullable<Config['github']>): ManagedSource {
	return {
		name: `GitHub ${github.org}`,
		managedBy: 'settings',
		config: {
			kind: 'github',
			org: github.org,
			apiUrl: github.apiUrl,
			registry: { host: github.ociHost },
			npmUrl: github.npmUrl,
			allowedHosts: github.allowedHosts,
		},
		credential: github.token,
	};
}

function sandboxSource(sandbox: SandboxHandle): ManagedSource {
	return {
		name: 'Sandbox',
		managedBy: 'sandbox',
		config: {
			kind: 'github',
			org: sandbox.org,
			apiUrl: sandbox.githubApiUrl,
			registry: { host: sandbox.registryHost, plainHttp: true },
			npmUrl: sandbox.npmUrl,
			hostAliases: { 'ghcr.io': sandbox.registryHost },
			allowedHosts: [new URL(sandbox.storageUrl).host],
			internal: true,
		},
		credential: new Secret(sandbox.githubToken),
	};
}

async function readiness({
	config,
	db,
	worker,
	runnerClient,
}: Pick<Runtime, 'config' | 'db' | 'worker' | 'runnerClient'>): Promise<Ready> {
	const [database, runner, disk] = await Promise.all([
		checkDatabase(db),
		checkRunner(runnerClient),
		checkDisk(config.dataDir),
	]);
	const { lastLookAt, problem } = worker.state();
	const silent = lastLookAt === null || Date.now() - lastLookAt.getTime() > WORKER_SILENT_MS;
	const checks = {
		database,
		worker: {
			ok: config.role === 'runner' || !silent,
			detail: problem ?? (silent ? 'The worker has not looked for work for a while.' : 'Looks for work every second.'),
		},
		runner,
		disk,
	};
	return { ready: Object.values(checks).every((check) => check.ok), checks };
}

async function checkDatabase(db: Database): Promise<{ ok: boolean; detail: string }> {
	try {
		// It may have stopped answering without closing anything; whoever asks must not hang with it.
		const late = delay(CHECK_MS, 'late' as const, { ref: false });
		if ((await Promise.race([db.ping(), late])) !== 'late') return { ok: true, detail: db.kind };
		return { ok: false, detail: `The database has not answered for ${CHECK_MS / 1000} seconds.` };
	} catch (error) {
		return { ok: false, detail: messageOf(error) };
	}
}

async function checkRunner(runner: RunnerClient): Promise<{ ok: boolean; detail: string }> {
	try {
		const { helm, cluster } = await runner.health({ signal: AbortSignal.timeout(CHECK_MS) });
		const problems = [helm.problem, cluster.problem].filter((problem) => problem !== null);
		return {
			ok: helm.ok && cluster.ok,
			detail: problems.length > 0 ? problems.join(' ') : `Helm ${helm.version}, Kubernetes ${cluster.version}`,
		};
	} catch (error) {
		return { ok: false, detail: error instanceof AppError ? error.message : 'The runner did not answer in time.' };
	}
}

async function checkDisk(dataDir: string): Promise<{ ok: boolean; detail: string }> {
	try {
		const { bavail, bsize } = await statfs(dataDir);
		const free = bavail * bsize;
		return { ok: free > LOWEST_FREE_BYTES, detail: `${Math.round(free / 1024 / 1024)} MB free in the data folder` };
	} catch (error) {
		return { ok: false, detail: messageOf(error) };
	}
}

/** Last started, first closed; one that fails does not keep the others open. */
async function closeAll(closing: (() => Promise<void>)[], log: Logger): Promise<void> {
	for (const close of closing.reverse()) {
		try {
			await close();
		} catch (error) {
			log.error({ err: error }, 'something did not close');
		}
	}
	closing.length = 0;
}
