import { messageOf } from '@/lib/core';
import type { Archive } from './schema';
import type { StepContext } from './steps/context';
import { listInstallsAt, listRevisions, type StoredRevision } from './store';

/** What decides whether the environment of a revision stays in the cluster. */
export type KeepFacts = { number: number; activatedAt: string | null; archived: Archive };

/**
 * Numbers of the revisions whose environment is kept: the newest `keep` states that ran, what runs and what is wanted,
 * and every revision whose Secret still holds an archived value of one of those. Pure.
 */
export function keptRevisions(
	revisions: readonly KeepFacts[],
	install: { activeRevision: number | null; desiredRevision: number | null },
	keep: number,
): number[] {
	const states = revisions
		.filter(({ activatedAt }) => activatedAt !== null)
		.map(({ number }) => number)
		.sort((a, b) => b - a);
	const wanted = [install.activeRevision, install.desiredRevision].filter((number) => number !== null);
	const kept = new Set([...wanted, ...states.slice(0, keep)]);
	for (const { number, archived } of revisions) {
		if (!kept.has(number)) continue;
		for (const value of Object.values(archived)) if (typeof value !== 'string') kept.add(value.revision);
	}
	return [...kept].sort((a, b) => a - b);
}

/**
 * Delete the environments nobody can return to any more. What a removed install of the same place kept on purpose
 * stays. To be called while the operation is still open: afterwards the next one may be writing its own. Never throws:
 * what could not be swept now is swept by the next operation.
 */
export async function sweepOldEnvironments(context: StepContext): Promise<void> {
	const { db, runner, install, operation, keepRevisions } = context;
	if (operation.kind === 'uninstall') return;
	const { namespace, release } = install;
	// The revision of this operation runs already; that it does is written in a moment.
	const running = (revision: StoredRevision): KeepFacts =>
		revision.number === context.revision?.number ? { ...revision, activatedAt: revision.createdAt } : revision;
	try {
		const here = await listInstallsAt(db.client, { namespace, release });
		const lists = await Promise.all(
			here
				.filter(({ id, dataKept }) => id === install.id || dataKept)
				.map(async (one) => keptRevisions((await listRevisions(db.client, one.id)).map(running), one, keepRevisions)),
		);
		const { deleted } = await runner.sweepEnvironments({ namespace, release, keepRevisions: lists.flat() });
		if (deleted.length > 0) context.say('info', `Swept ${deleted.length} objects of old revisions.`);
	} catch (error) {
		context.say('warn', `Old configurations could not be swept: ${messageOf(error)}`);
	}
}
