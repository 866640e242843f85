import type { OperationKind, StepName } from '@/lib/contracts/operations';
import { AppError } from '@/lib/core';

/** States a row can be in; `interrupted` is shown for `running` without a live lease and never stored. */
export type StoredState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** What may follow what. A lease that ran out leaves the row `running`: another worker claims it as it is. */
export const transitions = {
	queued: ['running', 'cancelled', 'failed'],
	running: ['succeeded', 'failed', 'cancelled'],
	succeeded: [],
	failed: [],
	cancelled: [],
} as const satisfies Record<StoredState, readonly StoredState[]>;

export const openStates = ['queued', 'running'] as const satisfies readonly StoredState[];

/** Throws AppError('conflict') when `to` may not follow `from`. */
export function assertTransition(from: StoredState, to: StoredState): void {
	const allowed: readonly StoredState[] = transitions[from];
	if (!allowed.includes(to)) throw new AppError('conflict', `An operation that is ${from} cannot become ${to}.`);
}

const delivery = ['fetch', 'verify', 'environment', 'apply', 'rollout', 'frontend', 'leak-scan', 'commit'] as const;

/** The steps of each kind in order (DESIGN section 5). `diagnose` and `return` are added when an attempt fails. */
export const stepsByKind = {
	install: delivery,
	upgrade: delivery,
	downgrade: delivery,
	configure: delivery,
	rollback: delivery,
	recover: delivery,
	uninstall: ['remove', 'sweep', 'commit'],
} as const satisfies Record<OperationKind, readonly StepName[]>;

/** Words for people. */
export const stepTitles = {
	fetch: 'Fetch chart and frontends',
	verify: 'Verify digests',
	environment: 'Write configuration and secrets',
	apply: 'Apply with Helm',
	rollout: 'Wait for the rollout',
	frontend: 'Publish frontends',
	'leak-scan': 'Check for leaked secrets',
	commit: 'Record the result',
	diagnose: 'Find the cause',
	return: 'Return to the last good revision',
	remove: 'Remove the release',
	sweep: 'Remove configuration and secrets',
} as const satisfies Record<StepName, string>;

/** Steps that make no sense for a pack without a chart. */
const clusterSteps: readonly StepName[] = ['environment', 'apply', 'rollout', 'leak-scan'];

/** Which steps an operation of this kind has for a pack with or without a chart and frontends. */
export function planSteps(kind: OperationKind, has: { chart: boolean; frontends: boolean }): StepName[] {
	const all: readonly StepName[] = stepsByKind[kind];
	return all.filter((step) => (has.chart || !clusterSteps.includes(step)) && (has.frontends || step !== 'frontend'));
}
