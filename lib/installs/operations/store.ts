import { z } from 'zod';
import type { ActorRef } from '@/lib/contracts/names';
import { type Operation, OperationFailure, OperationKind, Step, StepName } from '@/lib/contracts/operations';
import { Blocker } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import { type Db, Prisma, type Tx } from '@/lib/db';
import { assertTransition, openStates, type StoredState, stepTitles } from '../machine';

/** Rows of `operation`: the queue itself (DESIGN section 1, rule 4). What a worker writes while it runs one: progress/store.ts. */

const StoredStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
const Returned = z.object({ version: z.string(), ok: z.boolean() });

const withInstall = {
	install: { select: { namespace: true, release: true, packId: true, pack: { select: { name: true } } } },
} as const satisfies Prisma.OperationInclude;
const include = {
	...withInstall,
	steps: { orderBy: { position: 'asc' } },
} as const satisfies Prisma.OperationInclude;
type Row = Prisma.OperationGetPayload<{ include: typeof include }>;

/** All of an operation that lists need. */
export type OperationOutline = Omit<Operation, 'steps'>;

/** What the worker needs that people are not shown. */
export type Job = { operation: Operation; request: Record<string, unknown>; stepResults: Map<StepName, unknown> };

export type NewOperation = {
	id: string;
	requestId: string;
	installId: string;
	kind: OperationKind;
	fromVersion: string | null;
	toVersion: string | null;
	revision: number | null;
	request: Record<string, unknown>;
	planHash: string | null;
	reason: string | null;
	actor: ActorRef;
	steps: readonly StepName[];
	/** Held by the request that is still delivering secrets; the worker leaves it alone until then. 0 = not held. */
	heldForSeconds: number;
};

/**
 * Insert a queued operation with its steps. The partial unique index refuses a second open operation of one install:
 * the caller turns that into a conflict that names who is at it.
 */
export async function createOperation(tx: Tx, input: NewOperation): Promise<void> {
	await tx.operation.create({
		data: {
			id: input.id,
			requestId: input.requestId,
			installId: input.installId,
			kind: input.kind,
			state: 'queued',
			fromVersion: input.fromVersion,
			toVersion: input.toVersion,
			revision: input.revision,
			request: jsonObject(input.request),
			planHash: input.planHash,
			reason: input.reason,
			requestedById: input.actor.id,
			requestedByName: input.actor.name,
			leaseOwner: input.heldForSeconds > 0 ? holderOf(input.id) : null,
			steps: { create: input.steps.map((name, position) => ({ name, position, state: 'waiting' })) },
		},
		select: { id: true },
	});
	if (input.heldForSeconds > 0) await renewHold(tx, { id: input.id, seconds: input.heldForSeconds });
}

/** Say that the request is still at it. By the database's clock, like every lease. */
export async function renewHold(db: Db | Tx, input: { id: string; seconds: number }): Promise<void> {
	await db.$executeRaw`
		update operation set lease_until = now() + make_interval(secs => ${input.seconds})
		where id = ${input.id}::uuid and lease_owner = ${holderOf(input.id)} and state = 'queued'`;
}

function holderOf(id: string): string {
	return `request:${id}`;
}

/** The request has delivered everything: let a worker take it. */
export async function releaseHold(db: Db, id: string): Promise<void> {
	await db.operation.updateMany({ where: { id, state: 'queued' }, data: { leaseOwner: null, leaseUntil: null } });
}

export type Claimed = { id: string; takenOver: boolean; fence: number };

/**
 * Take the oldest operation nobody works on: queued, or running with a lease that ran out. The database's clock
 * decides, so that processes with different clocks agree. Returns the id, or null when there is nothing to do.
 * `fence` is larger than that of every claim before; from the clock, so that it is also larger than what a runner saw
 * before the database was restored from a backup.
 */
export async function claimOperation(db: Db, input: { owner: string; leaseSeconds: number }): Promise<Claimed | null> {
	const rows = await db.$queryRaw<{ id: string; taken_over: boolean; fence: bigint }[]>`
		with next as (
			select id, state = 'running' as taken_over from operation
			where state in ('queued', 'running') and (lease_until is null or lease_until < now())
			order by created_at limit 1 for update skip locked
		)
		update operation set state = 'running', attempt = attempt + 1, lease_owner = ${input.owner},
			lease_until = now() + make_interval(secs => ${input.leaseSeconds}), started_at = coalesce(started_at, now()),
			fence = greatest((select max(fence) from operation) + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
		from next where operation.id = next.id returning operation.id, next.taken_over, operation.fence`;
	const row = rows[0];
	return row === undefined ? null : { id: row.id, takenOver: row.taken_over, fence: Number(row.fence) };
}

/** Renew the lease; false when somebody else has taken the operation over, or it has ended. */
export async function renewLease(
	db: Db,
	input: { id: string; owner: string; leaseSeconds: number },
): Promise<{ held: boolean; cancelRequested: boolean }> {
	const rows = await db.$queryRaw<{ cancelled: boolean }[]>`
		update operation set lease_until = now() + make_interval(secs => ${input.leaseSeconds})
		where id = ${input.id}::uuid and lease_owner = ${input.owner} and state = 'running'
		returning cancel_requested_at is not null as cancelled`;
	const row = rows[0];
	return { held: row !== undefined, cancelRequested: row?.cancelled ?? false };
}

/** Give back what this worker holds, whichever claim of it without finishing it (graceful shutdown): the next worker takes it at once. */
export async function releaseLeases(db: Db, worker: string): Promise<void> {
	await db.operation.updateMany({
		where: { leaseOwner: { startsWith: worker }, state: 'running' },
		data: { leaseUntil: new Date(0) },
	});
}

export type Ending = {
	failure?: OperationFailure | null;
	returned?: { version: string; ok: boolean } | null;
};

/** Conditional write of a state change: throws AppError('conflict') when the row is no longer `from`. */
export async function moveOperation(
	tx: Tx,
	id: string,
	move: { from: StoredState; to: StoredState; owner?: string },
	ending: Ending = {},
): Promise<void> {
	assertTransition(move.from, move.to);
	const { count } = await tx.operation.updateMany({
		where: { id, state: move.from, ...(move.owner === undefined ? {} : { leaseOwner: move.owner }) },
		data: {
			state: move.to,
			leaseOwner: null,
			leaseUntil: null,
			finishedAt: new Date(),
			blocker: Prisma.DbNull,
			...(ending.failure ? { failure: jsonObject(ending.failure) } : {}),
			...(ending.returned ? { returned: ending.returned } : {}),
		},
	});
	if (count !== 1) throw new AppError('conflict', `The operation is no longer ${move.from}.`);
}

/** Mark the wish to cancel. A queued operation nobody holds is for the caller to end at once. */
export async function requestCancel(tx: Tx, id: string, actor: ActorRef): Promise<void> {
	await tx.operation.updateMany({
		where: { id, state: { in: [...openStates] }, cancelRequestedAt: null },
		data: { cancelRequestedAt: new Date(), cancelRequestedById: actor.id, cancelRequestedBy: actor.name },
	});
}

/** State of one step of an operation; null when it has no such step. */
export async function findStepState(db: Db, id: string, name: StepName): Promise<string | null> {
	const row = await db.operationStep.findUnique({
		where: { operationId_name: { operationId: id, name } },
		select: { state: true },
	});
	return row?.state ?? null;
}

const Run = z.object({ value: z.object({ helmRevision: z.int() }) });

/**
 * True when Helm's revision was written by an operation of this install, or by the return that ended one. Helm copies
 * labels to later revisions made by hand, so the id alone does not tell: the number has to fit what the run recorded.
 */
export async function isOwnRun(
	db: Db,
	of: { installId: string; operationId: string; helmRevision: number },
): Promise<boolean> {
	const { installId, operationId, helmRevision } = of;
	if (!z.uuid().safeParse(operationId).success) return false;
	const steps = await db.operationStep.findMany({
		where: {
			operation: { installId },
			OR: [
				{ operationId, name: 'apply' },
				{ name: 'return', result: { path: ['value', 'operationId'], equals: operationId } },
			],
		},
		select: { result: true },
	});
	return steps.some(({ result }) => {
		const run = Run.safeParse(result);
		return !run.success || run.data.value.helmRevision === helmRevision;
	});
}

export async function findOperationByRequest(db: Db, requestId: string): Promise<Operation | null> {
	const row = await db.operation.findUnique({ where: { requestId }, include });
	return row === null ? null : toOperation(row);
}

/** Throws AppError('not_found'). */
export async function getOperation(db: Db, id: string): Promise<Operation> {
	return (await getJob(db, id)).operation;
}

/** Throws AppError('not_found'). */
export async function getJob(db: Db, id: string): Promise<Job> {
	const row = await db.operation.findUnique({ where: { id }, include });
	if (row === null) throw new AppError('not_found', 'There is no such operation.');
	const stepResults = new Map<StepName, unknown>();
	for (const step of row.steps) {
		const stored = z.object({ value: z.unknown() }).safeParse(step.result);
		if (stored.success) stepResults.set(StepName.parse(step.name), stored.data.value);
	}
	return {
		operation: toOperation(row),
		request: z.record(z.string(), z.unknown()).catch({}).parse(row.request),
		stepResults,
	};
}

export async function listOperations(
	db: Db,
	filter: { installId?: string; open?: boolean; limit: number },
): Promise<Operation[]> {
	const rows = await db.operation.findMany({
		where: {
			...(filter.installId === undefined ? {} : { installId: filter.installId }),
			...(filter.open === undefined
				? {}
				: { state: filter.open ? { in: [...openStates] } : { notIn: [...openStates] } }),
		},
		orderBy: { createdAt: 'desc' },
		take: filter.limit,
		include,
	});
	return rows.map(toOperation);
}

/** The newest operation of each install, by install; two statements however many installs there are. */
export async function lastOperations(db: Db, installIds: readonly string[]): Promise<Map<string, OperationOutline>> {
	if (installIds.length === 0) return new Map();
	const newest = await db.$queryRaw<{ id: string }[]>`
		SELECT DISTINCT ON (install_id) id::text FROM operation WHERE install_id = ANY(${[...installIds]}::uuid[])
		ORDER BY install_id, created_at DESC`;
	const rows = await db.operation.findMany({
		where: { id: { in: newest.map(({ id }) => id) } },
		include: withInstall,
	});
	return new Map(rows.map((row) => [row.installId, toOutline(row)]));
}

/** The open operation of an install, if there is one. */
export async function findOpenOperation(db: Db, installId: string): Promise<Operation | null> {
	const [operation] = await listOperations(db, { installId, open: true, limit: 1 });
	return operation ?? null;
}

function toOperation(row: Row): Operation {
	return {
		...toOutline(row),
		steps: row.steps.map((step) => {
			const name = StepName.parse(step.name);
			return {
				name,
				title: stepTitles[name],
				state: Step.shape.state.catch('waiting').parse(step.state),
				startedAt: step.startedAt?.toISOString() ?? null,
				finishedAt: step.finishedAt?.toISOString() ?? null,
				detail: step.detail,
			};
		}),
	};
}

function toOutline(row: Omit<Row, 'steps'>): OperationOutline {
	const stored = StoredStateSchema.parse(row.state);
	const open = stored === 'queued' || stored === 'running';
	// Grace of one second: the process clock may differ a little from the database's.
	const leaseExpired =
		stored === 'running' && (row.leaseUntil === null || row.leaseUntil.getTime() + 1000 < Date.now());
	return {
		id: row.id,
		installId: row.installId,
		packId: row.install.packId,
		packName: row.install.pack.name,
		namespace: row.install.namespace,
		release: row.install.release,
		kind: OperationKind.parse(row.kind),
		state: leaseExpired ? 'interrupted' : stored,
		fromVersion: row.fromVersion,
		toVersion: row.toVersion,
		revision: row.revision,
		requestedBy: { id: row.requestedById, name: row.requestedByName },
		reason: row.reason,
		planHash: row.planHash,
		createdAt: row.createdAt.toISOString(),
		startedAt: row.startedAt?.toISOString() ?? null,
		finishedAt: row.finishedAt?.toISOString() ?? null,
		attempt: row.attempt,
		cancelRequestedBy:
			row.cancelRequestedAt === null ? null : { id: row.cancelRequestedById, name: row.cancelRequestedBy ?? 'someone' },
		blocker: open ? Blocker.nullable().catch(null).parse(row.blocker) : null,
		failure: OperationFailure.nullable().catch(null).parse(row.failure),
		returned: Returned.nullable().catch(null).parse(row.returned),
		leaseExpired,
	};
}

/** Prisma wants its own JSON type; a JSON round trip gives exactly that and drops `undefined`. */
function jsonObject(value: Record<string, unknown> | object): Prisma.InputJsonObject {
	return JSON.parse(JSON.stringify(value));
}
