import type { Injection, ReleaseRef, RunnerResult } from '@/lib/contracts/runner';
import { type Clock, isAppError, messageOf, redact } from '@/lib/core';
import type { HelmIntent } from './helm/args';
import { buildHelmArgs } from './helm/args';
import { classify } from './helm/classify';
import { parseManifest, type RenderedObject } from './helm/documents';
import { type InjectedContainer, injectEnvironment } from './helm/inject';
import { startPostRenderer } from './helm/post-renderer';
import { type HelmExit, runHelm } from './helm/run';
import { createWorkspace } from './helm/workspace';
import { type JobContext, resultOf } from './jobs';
import type { KubeClient } from './kube/client';
import type { KubeConnection } from './kube/connection';
import type { RunFiles } from './run-files';

/** What every use case of the runner works with. */
export type RunnerDeps = {
	helmBin: string | null;
	connection: KubeConnection;
	kube: KubeClient;
	runFiles: RunFiles;
	cacheDir: string;
	graceMs: number;
	clock: Clock;
	/** Settled once the leftovers of an earlier process are cleared; never rejects. */
	ready: Promise<void>;
};

export type HelmJob = {
	intent(chartPath: string): HelmIntent;
	ref: ReleaseRef;
	/** null for runs that change nothing: they leave no run file. */
	operationId: string | null;
	chart: Buffer | null;
	values: unknown;
	injection: Injection | null;
	timeoutSeconds: number;
	signal?: AbortSignal;
	onLine?: JobContext['line'];
	/** The rendered objects, injected, before anything is applied. */
	onRendered?: (objects: RenderedObject[]) => void;
};

export type HelmJobOutcome = {
	exit: HelmExit;
	injected: InjectedContainer[];
	warnings: string[];
	/** Why the post-renderer refused; Helm's own text does not say it. */
	renderFailure: string | null;
};

/** One Helm run with everything around it: private directory, post-renderer, run file, cleaning up. */
export async function runHelmJob(deps: RunnerDeps, helmBin: string, job: HelmJob): Promise<HelmJobOutcome> {
	const { connection, cacheDir } = deps;
	const { namespace, release } = job.ref;
	const workspace = await createWorkspace({ connection, namespace, cacheDir, chart: job.chart });
	const found: Pick<HelmJobOutcome, 'injected' | 'warnings'> = { injected: [], warnings: [] };
	const transform = (rendered: string): string => {
		if (!job.injection) return rendered;
		const { text, injected, warnings } = injectEnvironment(rendered, job.injection);
		found.injected = injected;
		found.warnings = warnings;
		job.onRendered?.(parseManifest(text));
		return text;
	};
	const { operationId } = job;
	const note = async (pid: number | null) => {
		if (operationId !== null) await deps.runFiles.write({ operationId, namespace, release, dir: workspace.dir, pid });
	};
	const renderer = await startPostRenderer(workspace.socketPath, transform).catch(async (error: unknown) => {
		await workspace.remove();
		throw error;
	});
	try {
		await note(null);
		const exit = await runHelm({
			bin: helmBin,
			args: buildHelmArgs(job.intent(workspace.chartPath)),
			env: workspace.env,
			cwd: workspace.dir,
			stdin: JSON.stringify(job.values ?? {}),
			// --timeout holds per step (each hook, the wait), not for the whole run.
			watchdogMs: job.timeoutSeconds * 2000 + 60_000,
			graceMs: deps.graceMs,
			...(job.signal && { signal: job.signal }),
			onLine: ({ level, text }) => job.onLine?.(level, text),
			onStart: note,
		});
		return { exit, ...found, renderFailure: renderer.failure() };
	} finally {
		await renderer.close();
		await workspace.remove();
		if (operationId !== null) await deps.runFiles.remove(operationId);
	}
}

/** Explain an unsuccessful run; `stop` is the signal of the job, whose reason tells who ended it. */
export function failureOf({ exit, renderFailure }: HelmJobOutcome, stop: AbortSignal): RunnerResult {
	const detail = renderFailure ? `${renderFailure}\n${exit.error}` : exit.error;
	const rest = { detail: detail.slice(-16_000) };
	if (stop.aborted && stop.reason === 'cancel') return resultOf('cancelled', 'The operation was cancelled.', rest);
	if (stop.aborted) return resultOf('killed', 'The runner was shut down while Helm was working.', rest);
	if (exit.overdue) {
		const hint = 'Try again, with a longer timeout if the workload is slow to start.';
		return resultOf('timeout', 'Helm did not end by itself and was stopped.', { ...rest, hint });
	}
	if (exit.signal) {
		const hint = 'Somebody or the machine (out of memory?) ended the process. Try again.';
		return resultOf('killed', `Helm was ended by ${exit.signal}.`, { ...rest, hint });
	}
	const { outcome, message, hint } = classify(detail);
	return resultOf(outcome, message, { ...rest, hint });
}

/** A failure before or around Helm, as a result. */
export function failureFrom(error: unknown): RunnerResult {
	const detail = redact(messageOf(error));
	if (!isAppError(error)) return resultOf('failed', 'The runner failed.', { detail });
	const hint = error.hint ?? null;
	const { message } = error;
	if (error.code === 'integrity_mismatch') return resultOf('chart', message, { hint, detail });
	if (error.code === 'cluster_unreachable') return resultOf('unreachable', message, { hint, detail });
	if (error.code === 'upstream_forbidden') return resultOf('forbidden', message, { hint, detail });
	if (error.code === 'too_large') return resultOf('too_large', message, { hint, detail });
	return resultOf('failed', message, { hint, detail });
}
