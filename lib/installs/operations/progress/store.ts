import { z } from 'zod';
import { type OperationLine, StepName } from '@/lib/contracts/operations';
import type { Blocker } from '@/lib/contracts/runner';
import { AppError, at, isAppError } from '@/lib/core';
import { type Db, Prisma } from '@/lib/db';

/** Rows of `operation_step` and `operation_line`: what a worker writes while it runs an operation. */

const MAX_LINES_READ = 500;
const MAX_LINE_LENGTH = 2000;

/** Who may write about a running operation: the one that holds its lease. */
export type Held = { id: string; owner: string };

const TAKEN_OVER = 'taken-over';

/** True for what a write throws when another worker has the operation now, or it has ended. */
export function wasTakenOver(error: unknown): boolean {
	return isAppError(error, 'conflict') && at(error.details, 'lease') === TAKEN_OVER;
}

export function takenOver(): AppError {
	return new AppError('conflict', 'Another worker has taken this operation over.', { details: { lease: TAKEN_OVER } });
}

/**
 * The row of an operation as long as this owner holds it, locked against a claim until the write is done: what a worker
 * that was given up writes late lands nowhere.
 */
function heldBy({ id, owner }: Held) {
	return Prisma.sql`held as (
		select id from operation where id = ${id}::uuid and lease_owner = ${owner} and state = 'running' for share
	)`;
}

/** Throws AppError('conflict') when the lease is lost (`wasTakenOver`), like every write about a step. */
export async function startStep(db: Db, held: Held, name: StepName): Promise<void> {
	const count = await db.$executeRaw`
		with ${heldBy(held)}
		insert into operation_step (id, operation_id, name, state, position, started_at)
		select gen_random_uuid(), held.id, ${name}, 'running', ${LATE_STEP[name] ?? 50}::int, now() from held
		on conflict (operation_id, name) do update
		set state = 'running', started_at = excluded.started_at, finished_at = null, detail = null`;
	if (count === 0) throw takenOver();
}

/** `diagnose` and `return` join the list when they are needed, after the ordinary steps. */
const LATE_STEP: Partial<Record<StepName, number>> = { diagnose: 90, return: 91 };

/** How a step ended and what it found, in one write. `result` left out: what is remembered stays. */
export async function finishStep(
	db: Db,
	held: Held,
	input: { name: StepName; state: 'done' | 'failed' | 'skipped'; detail: string | null; result?: unknown },
): Promise<void> {
	const detail = input.detail?.slice(0, MAX_LINE_LENGTH) ?? null;
	const count = await db.$executeRaw`
		with ${heldBy(held)}
		update operation_step set state = ${input.state}, finished_at = now(), detail = coalesce(${detail}::text, detail),
			result = coalesce(${remembered(input.result)}::jsonb, result)
		from held where operation_id = held.id and name = ${input.name}`;
	if (count === 0) throw takenOver();
}

/** Keep something a repeated run of this step must find again (an id sent to the runner, for instance). */
export async function rememberInStep(db: Db, held: Held, name: StepName, result: unknown): Promise<void> {
	const count = await db.$executeRaw`
		with ${heldBy(held)}
		update operation_step set result = ${remembered(result)}::jsonb
		from held where operation_id = held.id and name = ${name}`;
	if (count === 0) throw takenOver();
}

function remembered(result: unknown): string | null {
	return result === undefined ? null : JSON.stringify({ value: result });
}

/** The last line of a step that runs. Nothing when the lease is lost: whoever needs to know finds out by the next write. */
export async function describeStep(db: Db, { id, owner }: Held, name: StepName, detail: string): Promise<void> {
	await db.operationStep.updateMany({
		where: { operationId: id, name, state: 'running', operation: { leaseOwner: owner, state: 'running' } },
		data: { detail: detail.slice(0, MAX_LINE_LENGTH) },
	});
}

/** As with the last line of a step. */
export async function setBlocker(db: Db, { id, owner }: Held, blocker: Blocker | null): Promise<void> {
	await db.operation.updateMany({
		where: { id, leaseOwner: owner, state: 'running' },
		data: { blocker: blocker ?? Prisma.DbNull },
	});
}

export async function appendLines(db: Db, id: string, lines: readonly Omit<OperationLine, 'id'>[]): Promise<void> {
	if (lines.length === 0) return;
	await db.operationLine.createMany({
		data: lines.map((line) => ({
			operationId: id,
			at: new Date(line.at),
			step: line.step,
			level: line.level,
			text: line.text.slice(0, MAX_LINE_LENGTH),
		})),
	});
}

export async function listLines(db: Db, id: string, after: number): Promise<OperationLine[]> {
	const rows = await db.operationLine.findMany({
		where: { operationId: id, id: { gt: after } },
		orderBy: { id: 'asc' },
		take: MAX_LINES_READ,
		select: { id: true, at: true, step: true, level: true, text: true },
	});
	return rows.map((row) => ({
		id: Number(row.id),
		at: row.at.toISOString(),
		step: StepName.nullable().catch(null).parse(row.step),
		level: z.enum(['debug', 'info', 'warn', 'error']).catch('info').parse(row.level),
		text: row.text,
	}));
}
