import type { Operation } from '@/lib/contracts/operations';
import { AppError } from '@/lib/core';
import { type Database, violatedConstraint } from '@/lib/db';
import { findOpenOperation } from './operations/store';
import { findLiveRelease } from './store';

/** A release in a namespace; `install` null = something new wants to go there. */
export type Place = { namespace: string; release: string; install: { id: string } | null };

/** The operation that somebody has under way at this place, if any. */
export async function openOperationAt(db: Database, place: Place): Promise<Operation | null> {
	const install = place.install ?? (await findLiveRelease(db.client, place));
	return install === null ? null : findOpenOperation(db.client, install.id);
}

/** Throws `conflict` when somebody is at it, or when a new install finds the place taken. */
export async function assertFree(db: Database, place: Place): Promise<void> {
	const open = await openOperationAt(db, place);
	if (open !== null) throw busyError(open);
	if (place.install !== null) return;
	const taken = await findLiveRelease(db.client, place);
	if (taken === null) return;
	throw new AppError('conflict', `${place.release} in ${place.namespace} is installed already.`, {
		hint: 'Choose another release name or namespace, or open the install.',
		details: { installId: taken.id },
	});
}

/** Turn a violated index (two requests at the same moment) into a sentence that names who is at it. */
export async function refuseWhenBusy<T>(db: Database, place: Place, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const constraint = violatedConstraint(error);
		if (constraint === undefined) throw error;
		await assertFree(db, constraint.includes('one_live_per_release') ? { ...place, install: null } : place);
		throw error;
	}
}

/** "upgrade to 1.3.0, started by Ana" */
export function inWords(operation: Operation): string {
	const what =
		operation.kind === 'uninstall' || operation.toVersion === null
			? operation.kind
			: `${operation.kind} to ${operation.toVersion}`;
	return `${what}, started by ${operation.requestedBy.name}`;
}

/** The refusal a second admin gets: who is doing what, and where to watch it. */
function busyError(operation: Operation): AppError {
	return new AppError('conflict', `Another operation is running on this install: ${inWords(operation)}.`, {
		hint: 'Watch it, and try again when it has ended.',
		details: {
			operationId: operation.id,
			kind: operation.kind,
			startedBy: operation.requestedBy.name,
			createdAt: operation.createdAt,
		},
	});
}
