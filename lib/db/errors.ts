import { AppError, at, isAppError, isRecord, messageOf, textAt } from '@/lib/core';

/**
 * The one translation of what Prisma, adapter-pg, node-postgres and PGlite throw, `cause` kept:
 * a unique violation → `conflict`, a missing row → `not_found`, an unreachable database → `database_unavailable`.
 * Anything else is returned as it came (it ends as a 500).
 */
export function translateDatabaseError(error: unknown): unknown {
	if (isAppError(error)) return error;
	const codes = codesOf(error);
	if (codes.has('P2002') || codes.has('23505')) {
		const constraint = violatedConstraint(error);
		return new AppError('conflict', 'Something else with the same name or number exists already.', {
			cause: error,
			details: constraint === undefined ? {} : { constraint },
		});
	}
	if (codes.has('P2025')) return new AppError('not_found', 'That no longer exists.', { cause: error });
	if (isWriteConflict(error)) {
		return new AppError('conflict', 'Somebody else changed the same thing at the same moment.', {
			cause: error,
			hint: 'Try again.',
		});
	}
	if (UNAVAILABLE.some((code) => codes.has(code)) || [...codes].some((code) => LOST.test(code)) || isLostText(error)) {
		return new AppError('database_unavailable', 'The database does not answer.', {
			cause: error,
			hint: 'It is tried again with the next request; look at the log of the database when this stays.',
		});
	}
	return error;
}

/** Name of the unique index an insert or update ran into (adapter-pg 7.10 has no `meta.target`), if that is what happened. */
export function violatedConstraint(error: unknown): string | undefined {
	for (const link of chainOf(error)) {
		const found =
			textAt(link, 'meta', 'driverAdapterError', 'cause', 'constraint', 'index') ??
			textAt(link, 'details', 'constraint') ??
			(textAt(link, 'code') === '23505' ? textAt(link, 'constraint') : undefined);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** True when the database gave up one of two transactions that met (serialisation failure, deadlock): try again. */
export function isWriteConflict(error: unknown): boolean {
	const codes = codesOf(error);
	return ['P2034', '40001', '40P01'].some((code) => codes.has(code));
}

/** Prisma's own codes (prisma.io/docs/orm/reference/error-reference) and the system's, for "cannot be reached". */
const UNAVAILABLE = [
	'P1000',
	'P1001',
	'P1002',
	'P1008',
	'P1017',
	'P2024',
	'P2028',
	'P2037',
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOTFOUND',
	'EPIPE',
	'ETIMEDOUT',
];
/** SQLSTATE class 08 (connection), 53 (resources), 57P0x (shut down, starting up). */
const LOST = /^(08...|53...|57P0.)$/;

function codesOf(error: unknown): Set<string> {
	const codes = chainOf(error).flatMap((link) => [
		textAt(link, 'code'),
		textAt(link, 'errorCode'),
		textAt(link, 'originalCode'),
		textAt(link, 'meta', 'code'),
		textAt(link, 'meta', 'driverAdapterError', 'cause', 'originalCode'),
	]);
	return new Set(codes.filter((code) => code !== undefined));
}

/** node-postgres reports a connection that died between two messages without any code. */
function isLostText(error: unknown): boolean {
	return chainOf(error).some((link) =>
		/^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
			messageOf(link),
		),
	);
}

function chainOf(error: unknown): Record<string, unknown>[] {
	const chain: Record<string, unknown>[] = [];
	for (let link = error; isRecord(link) && !chain.includes(link); link = at(link, 'cause')) chain.push(link);
	return chain;
}
