import { z } from 'zod';
import type { ActorRef } from '@/lib/contracts/names';
import { type PolicyException, type PolicyRules, PolicyVerdict } from '@/lib/contracts/policy';
import { PowerCode } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import type { Db, Prisma, Tx } from '@/lib/db';
import { defaultRules } from './rules';

/** Rows of `policy` and `policy_exception`. */

export type StoredPolicy = PolicyRules & { revision: number; changedBy: ActorRef | null; changedAt: string | null };

const StoredVerdicts = z.partialRecord(PowerCode, PolicyVerdict);
const exceptionInclude = {
	pack: { select: { name: true, slug: true } },
} as const satisfies Prisma.PolicyExceptionInclude;
type ExceptionRow = Prisma.PolicyExceptionGetPayload<{ include: typeof exceptionInclude }>;

/** What an owner decided; the defaults for whatever nobody has decided yet. */
export async function readPolicy(db: Db | Tx): Promise<StoredPolicy> {
	const row = await db.policy.findUnique({ where: { id: 1 } });
	if (row === null) return { ...defaultRules, revision: 0, changedBy: null, changedAt: null };
	return {
		verdicts: { ...defaultRules.verdicts, ...StoredVerdicts.parse(row.verdicts) },
		returnAfterFailure: row.returnAfterFailure,
		revision: row.revision,
		changedBy: { id: row.changedById, name: row.changedByName },
		changedAt: row.changedAt.toISOString(),
	};
}

/** Throws AppError('conflict') when it is no longer at `basis`. */
export async function writePolicy(
	tx: Tx,
	rules: PolicyRules,
	{ basis, by, at }: { basis: number; by: ActorRef; at: Date },
): Promise<void> {
	const { verdicts, returnAfterFailure } = rules;
	const stamp = { revision: basis + 1, changedAt: at, changedById: by.id, changedByName: by.name };
	const data = { verdicts, returnAfterFailure, ...stamp };
	// Somebody else's first change waits for the end of this one and then finds the row.
	const { count } =
		basis === 0
			? await tx.policy.createMany({ data: { id: 1, ...data }, skipDuplicates: true })
			: await tx.policy.updateMany({ where: { id: 1, revision: basis }, data });
	if (count !== 1)
		throw new AppError('conflict', 'Somebody else changed the policy meanwhile.', {
			hint: 'Load it again, and make your change on what it is now.',
		});
}

/** Newest first; of one pack when `packId` is given. */
export async function listExceptions(db: Db | Tx, filter: { packId?: string } = {}): Promise<PolicyException[]> {
	const rows = await db.policyException.findMany({
		where: filter,
		orderBy: { createdAt: 'desc' },
		include: exceptionInclude,
	});
	return rows.map(toException);
}

/** Throws AppError: `not_found` for an unknown pack, `conflict` when it has this exception already. */
export async function createException(
	tx: Tx,
	input: { packId: string; power: PowerCode; reason: string; by: ActorRef },
): Promise<PolicyException> {
	const { packId, power, reason, by } = input;
	const pack = await tx.pack.findUnique({ where: { id: packId }, select: { name: true } });
	if (pack === null) throw new AppError('not_found', 'There is no such pack.');
	const { count } = await tx.policyException.createMany({
		data: { packId, power, reason, createdById: by.id, createdBy: by.name },
		skipDuplicates: true,
	});
	if (count !== 1) throw new AppError('conflict', `${pack.name} has an exception for this power already.`);
	const row = await tx.policyException.findUniqueOrThrow({
		where: { packId_power: { packId, power } },
		include: exceptionInclude,
	});
	return toException(row);
}

/** The exception that was there. Throws AppError('not_found'). */
export async function deleteException(tx: Tx, id: string): Promise<PolicyException> {
	const row = await tx.policyException.findUnique({ where: { id }, include: exceptionInclude });
	if (row === null) throw new AppError('not_found', 'There is no such exception.');
	await tx.policyException.delete({ where: { id }, select: { id: true } });
	return toException(row);
}

function toException(row: ExceptionRow): PolicyException {
	return {
		id: row.id,
		packId: row.packId,
		packName: row.pack.name,
		slug: row.pack.slug,
		power: PowerCode.parse(row.power),
		reason: row.reason,
		by: { id: row.createdById, name: row.createdBy },
		at: row.createdAt.toISOString(),
	};
}
