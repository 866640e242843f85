import { z } from 'zod';
import { ActorRef, Id, Timestamp } from './names';
import { Blocker } from './runner';

export const OperationKind = z.enum([
	'install',
	'upgrade',
	'downgrade',
	'configure',
	'rollback',
	'uninstall',
	'recover',
]);
export type OperationKind = z.infer<typeof OperationKind>;

/** `interrupted` is a queued or running row whose lease ran out and that no worker has taken yet; derived. */
export const OperationState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted']);
export type OperationState = z.infer<typeof OperationState>;

/** Named, idempotent, recorded; a finished step is skipped on retry (DESIGN section 5). */
export const StepName = z.enum([
	'fetch',
	'verify',
	'environment',
	'apply',
	'rollout',
	'frontend',
	'leak-scan',
	'commit',
	'diagnose',
	'return',
	'remove',
	'sweep',
]);
export type StepName = z.infer<typeof StepName>;

export const Step = z.object({
	name: StepName,
	/** Words for people: "Fetch chart". */
	title: z.string(),
	state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
	startedAt: Timestamp.nullable(),
	finishedAt: Timestamp.nullable(),
	/** Last line, e.g. "Deployment pack-x 0/1". */
	detail: z.string().nullable(),
});
export type Step = z.infer<typeof Step>;

export const OperationFailure = z.object({
	code: z.string(),
	message: z.string(),
	hint: z.string().nullable(),
	/** Raw text for support, redacted. */
	technical: z.string().nullable(),
	step: StepName.nullable(),
	blocker: Blocker.nullable(),
});
export type OperationFailure = z.infer<typeof OperationFailure>;

export const Operation = z.object({
	id: Id,
	installId: Id,
	packId: Id,
	packName: z.string(),
	namespace: z.string(),
	release: z.string(),
	kind: OperationKind,
	state: OperationState,
	fromVersion: z.string().nullable(),
	toVersion: z.string().nullable(),
	revision: z.int().nullable(),
	requestedBy: ActorRef,
	reason: z.string().nullable(),
	planHash: z.string().nullable(),
	createdAt: Timestamp,
	startedAt: Timestamp.nullable(),
	finishedAt: Timestamp.nullable(),
	attempt: z.int(),
	cancelRequestedBy: ActorRef.nullable(),
	steps: z.array(Step),
	/** What holds the rollout up right now. */
	blocker: Blocker.nullable(),
	failure: OperationFailure.nullable(),
	/** After a failed upgrade: what was done about it, e.g. "Returned to 1.2.0". */
	returned: z.object({ version: z.string(), ok: z.boolean() }).nullable(),
	/** True when nobody holds the lease although the operation is not finished. */
	leaseExpired: z.boolean(),
});
export type Operation = z.infer<typeof Operation>;

/** Why an operation that has not ended cannot be cancelled any more; null = it can. One sentence for people. */
export function cancelRefusal({ steps, fromVersion }: Pick<Operation, 'steps' | 'fromVersion'>): string | null {
	const reached = (name: StepName) => steps.some((step) => step.name === name && step.state !== 'waiting');
	if (reached('return'))
		return `It is putting ${fromVersion ?? 'what ran before'} back. That is not stopped half-way, because nothing usable would run then.`;
	if (reached('diagnose')) return 'It has stopped already. What happened is being recorded, and it ends by itself.';
	if (reached('commit')) return 'Everything is done already. Only the result is being recorded.';
	return null;
}

/**
 * It failed and what ran before was not put back, by policy or because that failed, too: the cluster stands between two
 * revisions, and the one that ran is a state to return to.
 */
export function isLeftAsItIs({ state, steps }: Pick<Operation, 'state' | 'steps'>): boolean {
	if (state !== 'failed' && state !== 'cancelled') return false;
	return steps.some((step) => step.name === 'return' && (step.state === 'skipped' || step.state === 'failed'));
}

export const OperationLine = z.object({
	id: z.int(),
	at: Timestamp,
	step: StepName.nullable(),
	level: z.enum(['debug', 'info', 'warn', 'error']),
	text: z.string(),
});
export type OperationLine = z.infer<typeof OperationLine>;

/** GET /api/operations/{id}?after=<line id>: the operation and the lines after that id (at most 500). */
export const OperationView = z.object({ operation: Operation, lines: z.array(OperationLine) });
export type OperationView = z.infer<typeof OperationView>;

export const OperationList = z.object({ operations: z.array(Operation) });
export type OperationList = z.infer<typeof OperationList>;

/** GET /api/operations query. */
export const OperationFilter = z.object({
	installId: Id.optional(),
	active: z.enum(['true', 'false']).optional(),
	limit: z.coerce.number().int().min(1).max(200).optional(),
});
export type OperationFilter = z.infer<typeof OperationFilter>;
