import { setTimeout as delay } from 'node:timers/promises';
import type { RunnerEvent, RunnerResult } from '@/lib/contracts/runner';
import { AppError, type ErrorCode } from '@/lib/core';
import { secretKeysOf } from '../environment';
import { leaveWhenStopped } from '../patience';
import type { StoredRevision } from '../store';
import { chartPayload, type StepContext } from './context';

/** Names of the objects that revision `number` of a release owns; the runner uses the same. */
export function environmentNames(release: string, number: number): { configMapName: string; secretName: string } {
	const name = `${release}-env-r${number}`;
	return { configMapName: name, secretName: name };
}

/**
 * Have the runner apply one revision. Throws AppError with the runner's sentence and the blocker in `details` when it
 * does not end well.
 */
export async function applyRevision(
	context: StepContext,
	input: { revision: StoredRevision; operationId: string; goesBack: boolean },
): Promise<RunnerResult> {
	const { revision } = input;
	const { namespace, release } = context.install;
	const keys = [...Object.keys(revision.config), ...secretKeysOf(revision)];
	const request = {
		operationId: input.operationId,
		namespace,
		release,
		revision: revision.number,
		chart: await chartPayload(context, revision),
		values: {},
		injection: {
			image: revision.manifest.backend?.image ?? null,
			...environmentNames(release, revision.number),
			keys,
		},
		// What a return finds is what the operation itself has left.
		basedOn: input.operationId === context.operation.id ? context.request.helmRevision : null,
		// What ran once may come back, whatever its chart makes of the cluster today.
		powers: input.goesBack ? null : revision.powers,
		description: `Packyard revision ${revision.number}`,
		timeoutSeconds: context.times.helmTimeoutSeconds,
		patienceSeconds: context.times.patienceSeconds,
		takeOwnership: context.request.takeOver || context.request.takeOwnership,
		// Fields of an object that is taken over have another manager; what drifted was looked at before.
		forceConflicts: context.request.takeOver || context.request.takeOwnership,
	};
	leaveWhenStopped(context.signal);
	// Kept before it is sent: from here on nobody can be sure that Helm has not begun.
	if (input.operationId === context.operation.id && !wasSent(context)) await context.remember('apply', { sent: true });
	return follow(context, input.operationId, (signal) => context.runner.apply(request, { signal }));
}

/** This operation, in this attempt or an earlier one, has asked the runner for its Helm run. */
export function wasSent(context: Pick<StepContext, 'recall'>): boolean {
	return context.recall('apply') !== undefined;
}

/** A cancelled Helm has 15 s to record that it was stopped (runner: graceSeconds). */
const CANCEL_MS = 30_000;
const CANCEL_AGAIN_MS = 250;

/**
 * Follow a run of the runner to its result. A cancelled operation cancels it there and waits for the end, so that
 * whatever is asked for next does not find the release busy. A process that merely stops or lost its lease leaves the
 * run alone: the next attempt attaches to it by the same id.
 */
export async function follow(
	context: StepContext,
	operationId: string,
	start: (signal: AbortSignal) => AsyncIterable<RunnerEvent>,
): Promise<RunnerResult> {
	const leaving = new AbortController();
	const leave = () => leaving.abort();
	let late: NodeJS.Timeout | undefined;
	let ended = false;
	// The request may still be on its way, and nobody there to be cancelled yet: asked until there is, or it has ended.
	const cancel = async () => {
		while (!ended) {
			const told = await context.runner.cancel(operationId).catch(() => null);
			if (told?.cancelled === true) return;
			await delay(CANCEL_AGAIN_MS);
		}
	};
	const stop = () => {
		if (context.signal.reason !== 'cancelled') return leave();
		late = setTimeout(leave, CANCEL_MS);
		void cancel();
	};
	context.signal.addEventListener('abort', stop, { once: true });
	if (context.signal.aborted) stop();
	let result: RunnerResult | null = null;
	try {
		for await (const event of start(leaving.signal)) {
			if (event.kind === 'line') context.say(event.level, event.text);
			else if (event.kind === 'blocker') {
				await context.block(event.blocker);
				if (event.blocker !== null) await context.describe(event.blocker.sentence);
			} else if (event.kind === 'result') result = event.result;
		}
	} finally {
		ended = true;
		clearTimeout(late);
		context.signal.removeEventListener('abort', stop);
	}
	if (result === null)
		throw new AppError('runner_unavailable', 'The runner stopped answering before it had a result.', {
			hint: 'The operation is tried again by itself.',
		});
	for (const warning of result.warnings) context.say('warn', warning);
	if (result.recovered !== null) context.say('info', result.recovered);
	if (result.ok) return result;
	throw new AppError(codeByOutcome(result.outcome), result.message, {
		...(result.hint === null ? {} : { hint: result.hint }),
		details: {
			outcome: result.outcome,
			technical: result.detail,
			blocker: result.blocker,
			untouched: BEFORE_ANYTHING.includes(result.outcome),
		},
	});
}

/** Helm ends like this before it changes anything in the cluster: there is nothing to return from. */
const BEFORE_ANYTHING: readonly RunnerResult['outcome'][] = [
	'busy',
	'superseded',
	'moved',
	'unauthenticated',
	'chart',
	'values_schema',
	'template',
	'post_render',
	'not_approved',
	'missing_crd',
	'ownership',
];

/**
 * Refuse to write over what somebody changed outside Packyard, unless taking over was chosen. Asked before Helm starts:
 * Helm finds such a conflict half-way, with some objects already changed.
 */
export async function assertNotChangedOutside(context: StepContext): Promise<void> {
	const { namespace, release } = context.install;
	if (context.request.takeOver || context.request.baseRevision === null) return;
	const { drift } = await context.runner.status({ namespace, release }, { signal: context.signal });
	if (drift.length === 0) return;
	const changes = drift.map(({ object, fields, manager }) => `${object}: ${fields.join(', ')} (by ${manager})`);
	for (const change of changes) context.say('warn', `Changed outside Packyard: ${change}`);
	throw new AppError('conflict', `${drift.map(({ object }) => object).join(', ')} changed outside Packyard.`, {
		hint: 'Nothing was changed. Choose to take it over, or undo that change first.',
		details: { outcome: 'field_conflict', technical: changes.join('\n'), untouched: true },
	});
}

function codeByOutcome(outcome: RunnerResult['outcome']): ErrorCode {
	if (outcome === 'cancelled') return 'cancelled';
	if (outcome === 'unreachable' || outcome === 'unauthenticated' || outcome === 'forbidden')
		return 'cluster_unreachable';
	if (
		outcome === 'busy' ||
		outcome === 'superseded' ||
		outcome === 'field_conflict' ||
		outcome === 'ownership' ||
		outcome === 'name_in_use'
	)
		return 'conflict';
	if (outcome === 'not_approved' || outcome === 'moved') return 'plan_moved';
	if (outcome === 'hook') return 'hook_failed';
	if (outcome === 'timeout') return 'timeout';
	if (outcome === 'too_large') return 'too_large';
	return 'not_installable';
}
