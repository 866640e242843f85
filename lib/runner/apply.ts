import { type ApplyRequest, type Blocker, type Power, powerIdentity, RunnerResult } from '@/lib/contracts/runner';
import { AppError, messageOf } from '@/lib/core';
import { ensureNamespace } from './environment';
import { holdSecrets } from './environment-data';
import { openChart } from './helm/chart-archive';
import type { RenderedObject } from './helm/documents';
import { parseHelmRelease } from './helm/output';
import { currentRecord, isFailedFirstInstall } from './helm/records';
import { recoverRelease } from './helm/recover';
import { failureFrom, failureOf, type HelmJobOutcome, type RunnerDeps, runHelmJob } from './helm-job';
import { type JobContext, redactDeep, resultOf } from './jobs';
import { type RolloutWatch, watchRollout } from './kube/rollout';
import { missingHelm } from './missing-helm';
import { isOutdated, outdated } from './outdated';
import { CLUSTER_KINDS, powersOf } from './preview/powers';

/**
 * Install or upgrade one release to exactly these bytes and values, watching the rollout beside Helm. Never throws:
 * every way it can end is a result. Idempotent through the operation label on Helm's record.
 */
export async function applyRelease(deps: RunnerDeps, request: ApplyRequest, job: JobContext): Promise<RunnerResult> {
	try {
		if (deps.helmBin === null) throw missingHelm();
		const chart = openChart(request.chart);
		const ready = await prepare(deps, request, job);
		if (ready.done) return ready.done;
		const result = await run(deps, deps.helmBin, { request, chart, job, replace: ready.replace });
		return { ...result, recovered: joined(ready.recovered, result.recovered) };
	} catch (error) {
		return failureFrom(error);
	}
}

type Prepared = { done: RunnerResult } | { done: null; replace: boolean; recovered: string | null };

/** Find out what an earlier attempt left: a live Helm, a stuck record, or the work already done. */
async function prepare(
	{ kube, runFiles, ready }: RunnerDeps,
	request: ApplyRequest,
	job: JobContext,
): Promise<Prepared> {
	await ready;
	const { ended, busy } = await runFiles.endOrphans(request);
	if (busy)
		return {
			done: resultOf('busy', 'Another runner is working on this release.', { hint: 'Wait until it has ended.' }),
		};
	const [{ recovered: stuck, records }] = await Promise.all([
		recoverRelease(kube, request),
		ensureNamespace(kube, request.namespace),
	]);
	const recovered = joined(...ended, stuck);
	if (recovered) job.line('warn', recovered);
	if (isOutdated(records, request.fence)) return { done: outdated() };
	const [newest] = records;
	if (newest?.operationId === request.operationId && newest.status === 'deployed') {
		const message = 'An earlier attempt of this operation had already finished.';
		return { done: resultOf('ok', message, { reused: true, helmRevision: newest.revision, recovered }) };
	}
	const others = records.filter(({ operationId }) => operationId !== request.operationId);
	const found = currentRecord(others)?.revision ?? 0;
	if (typeof request.basedOn === 'number' && found !== request.basedOn) return { done: moved(found, request.basedOn) };
	return { done: null, replace: isFailedFirstInstall(records), recovered };
}

function moved(found: number, basedOn: number): RunnerResult {
	const was = basedOn === 0 ? 'there was none' : `it was ${basedOn}`;
	const message =
		found === 0
			? 'The release was removed after this was approved.'
			: `Helm revision ${found} was made after this was approved; ${was} then.`;
	return resultOf('moved', message, { hint: 'Nothing was changed. Plan again, and look at what changed.' });
}

type Run = { request: ApplyRequest; chart: Buffer; job: JobContext; replace: boolean };

async function run(deps: RunnerDeps, helmBin: string, { request, chart, job, replace }: Run): Promise<RunnerResult> {
	const { kube, clock } = deps;
	const { namespace, release, operationId, injection } = request;
	// Held until the end, so that redact() knows them while log lines pass through.
	const held = await holdSecrets(kube, request);
	const patience = new AbortController();
	let hopeless: Blocker | null = null;
	let unapproved: Power[] = [];
	const watch = watchRollout({
		kube,
		namespace,
		clock,
		keys: injection.keys,
		patienceMs: request.patienceSeconds * 1000,
		onBlocker: job.blocker,
		onHopeless: (blocker) => {
			hopeless = blocker;
			job.line('warn', `Waiting longer will not help: ${blocker.sentence}`);
			patience.abort();
		},
		onTrouble: (sentence) => job.line('warn', sentence),
	});
	try {
		const outcome = await runHelmJob(deps, helmBin, {
			intent: (chartPath) => ({
				kind: 'apply',
				mode: replace ? 'replace' : 'upgrade',
				release,
				chartPath,
				operationId,
				fence: request.fence ?? 0,
				description: request.description,
				timeoutSeconds: request.timeoutSeconds,
				takeOwnership: request.takeOwnership ?? false,
				forceConflicts: request.forceConflicts ?? false,
			}),
			ref: request,
			operationId,
			chart,
			values: request.values,
			injection,
			timeoutSeconds: request.timeoutSeconds,
			signal: AbortSignal.any([job.signal, patience.signal]),
			onLine: job.line,
			onRendered: (objects) => {
				unapproved = beyond(request.powers ?? null, objects);
				// Helm ends here, before it has changed anything.
				if (unapproved.length > 0) throw new AppError('plan_moved', unapprovedWords(unapproved));
				watch.expect(objects);
			},
		});
		await watch.stop();
		const injected = outcome.injected.map(({ workload, container }) => `${workload} / ${container}`);
		const rest = { injected, warnings: outcome.warnings };
		if (unapproved.length > 0) {
			const hint = 'Nothing was changed. Plan again, and look at what it would get.';
			return {
				...resultOf('not_approved', unapprovedWords(unapproved), { hint, detail: outcome.exit.error }),
				...rest,
			};
		}
		if (outcome.exit.code === 0) return { ...succeeded(outcome), ...rest };
		const result = await failed(deps, { request, job, outcome, watch, hopeless });
		// Now, and not when the result is told: pods print what they were given, and nobody knows the values any more then.
		return RunnerResult.parse(redactDeep({ ...result, ...rest }));
	} finally {
		await watch.stop();
		held.clear();
	}
}

/**
 * A chart can look at the cluster while it is rendered, so it can show one face to the plan and another one to Helm.
 * Kinds that only discovery knows to be cluster-wide are left to the plan.
 */
function beyond(approved: readonly Power[] | null, objects: readonly RenderedObject[]): Power[] {
	if (approved === null) return [];
	const known = new Set(approved.map(powerIdentity));
	const powers = powersOf(objects, { isClusterScoped: ({ kind }) => CLUSTER_KINDS.includes(kind) });
	return powers.filter((power) => !known.has(powerIdentity(power)));
}

function unapprovedWords(powers: readonly Power[]): string {
	const what = powers.slice(0, 4).map(({ subject, sentence }) => `${subject}: ${sentence}`);
	return `The chart asks for more now than in the approved plan. ${what.join(' ')}`;
}

function succeeded({ exit }: HelmJobOutcome): RunnerResult {
	const { version } = parseHelmRelease(exit.stdout);
	return resultOf('ok', 'Helm applied the chart and everything is ready.', { helmRevision: version });
}

type Failed = {
	request: ApplyRequest;
	job: JobContext;
	outcome: HelmJobOutcome;
	watch: RolloutWatch;
	hopeless: Blocker | null;
};

async function failed(deps: RunnerDeps, { request, job, outcome, watch, hopeless }: Failed): Promise<RunnerResult> {
	const result = hopeless
		? resultOf('not_ready', hopeless.sentence, { detail: outcome.exit.error, hint: 'Correct it, then retry.' })
		: failureOf(outcome, job.signal);
	const blocker = hopeless ?? (DIAGNOSED.includes(result.outcome) ? await diagnose(watch, job) : null);
	// Another Helm holds a busy release; its pending record is not ours to touch.
	const after = result.outcome === 'busy' ? NOTHING : await recoverAfter(deps, request, job);
	const message = blocker && result.outcome !== 'cancelled' ? blocker.sentence : result.message;
	return { ...result, ...after, message, blocker };
}

/** Outcomes in which pods may tell more than Helm. */
const DIAGNOSED: readonly string[] = ['not_ready', 'timeout', 'hook', 'failed', 'killed'];

async function diagnose(watch: RolloutWatch, job: JobContext): Promise<Blocker | null> {
	try {
		return await watch.diagnose();
	} catch (error) {
		job.line('warn', `The pods could not be looked at: ${messageOf(error)}`);
		return null;
	}
}

type After = Pick<RunnerResult, 'recovered' | 'helmRevision'>;
const NOTHING: After = { recovered: null, helmRevision: null };

async function recoverAfter({ kube }: RunnerDeps, request: ApplyRequest, job: JobContext): Promise<After> {
	try {
		const { recovered, records } = await recoverRelease(kube, request);
		const own = records.find(({ operationId }) => operationId === request.operationId);
		return { recovered, helmRevision: own?.revision ?? null };
	} catch (error) {
		// The next run recovers before it starts; this one has failed for its own reason.
		job.line('warn', `The release record could not be checked yet: ${messageOf(error)}`);
		return NOTHING;
	}
}

function joined(...parts: (string | null)[]): string | null {
	const said = parts.filter((part) => part !== null);
	return said.length > 0 ? said.join(' ') : null;
}
