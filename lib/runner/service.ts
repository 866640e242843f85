import 'server-only';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ReleaseRef, RunnerHealth } from '@/lib/contracts/runner';
import { type Clock, messageOf } from '@/lib/core';
import { digestOf } from '@/lib/digest';
import type { Runner } from './api';
import { applyRelease } from './apply';
import { concealEnvironment } from './conceal';
import { checkEnvironment, ensureEnvironment, sweepEnvironments } from './environment';
import { createFences } from './fences';
import { recoverRelease } from './helm/recover';
import type { RunnerDeps } from './helm-job';
import { createJobs } from './jobs';
import { createKubeClient, type KubeClient } from './kube/client';
import type { KubeConnection } from './kube/connection';
import { scanForLeaks } from './leak-scan';
import { missingHelm } from './missing-helm';
import { outdated, outdatedError } from './outdated';
import { previewRelease } from './preview/preview';
import { previewRemoval } from './removal-preview';
import { createRunFiles, type RunFiles } from './run-files';
import { readStatus } from './status';
import { uninstallRelease } from './uninstall';

const exec = promisify(execFile);

export type RunnerOptions = {
	/** null when there is none: everything that needs it says so, the rest works. */
	helmBin: string | null;
	kube: KubeConnection;
	/** Run files and Helm's discovery cache; made 0700. */
	stateDir: string;
	clock?: Clock;
	/** From SIGTERM to SIGKILL of a Helm. */
	graceSeconds?: number;
	log?: (line: string) => void;
};

/**
 * The one door to a cluster. Holds its credentials, starts Helm, and ends what an earlier runner process left behind.
 */
export function createRunner(options: RunnerOptions): Runner {
	const { helmBin, kube: connection, stateDir, clock = () => new Date(), graceSeconds = 15, log = () => {} } = options;
	// The cache is per cluster: what one server knows must not answer for another.
	const cacheDir = join(stateDir, 'kube-cache', digestOf(connection.server).slice(7, 23));
	mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
	const kube = createKubeClient(connection);
	const runFiles = createRunFiles(stateDir);
	const ready = endLeftovers({ kube, runFiles, log });
	const deps: RunnerDeps = {
		helmBin,
		connection,
		kube,
		runFiles,
		cacheDir,
		graceMs: graceSeconds * 1000,
		clock,
		ready,
	};
	const jobs = createJobs(clock);
	const fences = createFences(stateDir);
	/** Requests that deliver secrets come before any claim and carry no number. */
	const pass = (ref: ReleaseRef, fence: number | undefined) => {
		if (fence !== undefined && !fences.admit(ref, fence)) throw outdatedError();
	};
	const helmVersion = cachedHelmVersion(helmBin);
	return {
		raiseFence: async (request) => {
			pass(request, request.fence);
			return { fence: request.fence };
		},
		ensureEnvironment: async (request) => {
			pass(request, request.fence);
			return ensureEnvironment(kube, request);
		},
		checkEnvironment: (request) => checkEnvironment(kube, request),
		concealEnvironment: async (request) => {
			pass(request, request.fence);
			return concealEnvironment(kube, request);
		},
		sweepEnvironments: async (request) => {
			pass(request, request.fence);
			return sweepEnvironments(kube, request);
		},
		apply: (request, { signal } = {}) => {
			const { operationId, namespace, release } = request;
			if (!fences.admit(request, request.fence ?? 0)) return jobs.answer(outdated());
			log(`apply ${namespace}/${release} ${request.chart.version} (${operationId})`);
			const work = (context: Parameters<typeof applyRelease>[2]) => applyRelease(deps, request, context);
			return jobs.start({ kind: 'apply', operationId, ref: { namespace, release }, work }, signal);
		},
		uninstall: (request, { signal } = {}) => {
			const { operationId, namespace, release } = request;
			if (!fences.admit(request, request.fence ?? 0)) return jobs.answer(outdated());
			log(`uninstall ${namespace}/${release} (${operationId})`);
			const work = (context: Parameters<typeof uninstallRelease>[2]) => uninstallRelease(deps, request, context);
			return jobs.start({ kind: 'uninstall', operationId, ref: { namespace, release }, work }, signal);
		},
		cancel: async (operationId) => ({ cancelled: await jobs.cancel(operationId) }),
		status: (ref) => readStatus(kube, ref, clock),
		preview: (request, { signal } = {}) => previewRelease(deps, request, signal),
		removalPreview: (ref) => previewRemoval(kube, ref),
		leakScan: (request) => scanForLeaks(kube, request),
		health: async () => ({
			helm: await problemOr(helmVersion),
			cluster: await problemOr(kube.version),
			running: jobs.running(),
		}),
		close: async () => {
			await jobs.close((graceSeconds + 5) * 1000);
			await kube.close();
		},
	};
}

type Leftovers = { kube: KubeClient; runFiles: RunFiles; log: (line: string) => void };

/**
 * At start: Helms of a runner that was killed must not go on without anybody watching, and what they left pending is
 * repaired. Runs wait for this, so that it can never take a living Helm's record for a stuck one.
 */
async function endLeftovers({ kube, runFiles, log }: Leftovers): Promise<void> {
	try {
		const { ended, interrupted } = await runFiles.endOrphans();
		for (const line of ended) log(line);
		for (const ref of interrupted) {
			const { recovered } = await recoverRelease(kube, ref);
			if (recovered) log(`${ref.namespace}/${ref.release}: ${recovered}`);
		}
	} catch (error) {
		// The cluster may be away right now; the next run of a release repairs its own record first.
		log(`Leftovers of an earlier runner could not be cleared: ${messageOf(error)}`);
	}
}

/** Asked once; a failure is asked again, because somebody may just be installing it. */
function cachedHelmVersion(helmBin: string | null): () => Promise<string> {
	let known: string | null = null;
	return async () => {
		if (helmBin === null) throw missingHelm();
		if (known === null) {
			const env = { NODE_ENV: 'production' as const, PATH: '/usr/bin:/bin' };
			const { stdout } = await exec(helmBin, ['version', '--template', '{{.Version}}'], { env, timeout: 10_000 });
			known = stdout.trim();
		}
		return known;
	};
}

async function problemOr(ask: () => Promise<string>): Promise<RunnerHealth['helm']> {
	try {
		return { ok: true, version: await ask(), problem: null };
	} catch (error) {
		return { ok: false, version: null, problem: messageOf(error) };
	}
}
