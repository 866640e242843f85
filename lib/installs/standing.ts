import type { ReleaseStatus } from '@/lib/contracts/runner';
import { type AppError, isAppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { RunnerClient } from '@/lib/runner/client';
import { isOwnRun } from './operations/store';
import type { StoredRevision } from './store';

/** How the release stands in the cluster at this moment, as far as a plan depends on it. */
export type Standing = {
	/** The Helm revision that describes what runs; 0 = Helm knows no such release; null = the cluster was not asked. */
	helmRevision: number | null;
	/** Why the cluster could not be asked. */
	problem: AppError | null;
	/** One sentence when Helm's record was written by somebody else. */
	outside: string | null;
	drift: ReleaseStatus['drift'];
	/** Objects of the release that are no longer there. */
	missing: string[];
	/** Keys in the Secret of the base revision. */
	present: string[];
	/** Secrets of the base revision that are no longer in the cluster: they need re-entry. */
	lost: string[];
};

/** A pack without a chart has nothing in the cluster. */
export const nothingThere: Standing = {
	helmRevision: null,
	problem: null,
	outside: null,
	drift: [],
	missing: [],
	present: [],
	lost: [],
};

const LOOK_MS = 10_000;

type Place = {
	namespace: string;
	release: string;
	installId: string | null;
	/** Something of this install is known to run. */
	runs: boolean;
	base: StoredRevision | null;
};

/** Look without changing anything. An unreachable cluster is a fact here (`problem`), not an error. */
export async function standingOf(
	{ db, runner }: { db: Database; runner: RunnerClient },
	{ namespace, release, installId, runs, base }: Place,
): Promise<Standing> {
	const options = { signal: AbortSignal.timeout(LOOK_MS) };
	try {
		const [status, secrets] = await Promise.all([
			runner.status({ namespace, release }, options),
			secretsOf(runner, { namespace, release, revision: base }, options),
		]);
		return {
			helmRevision: status.release?.revision ?? 0,
			problem: null,
			outside: await outsideChange(db, { installId, runs }, status),
			drift: status.drift,
			missing: status.resources.flatMap(({ exists, kind, name }) => (exists ? [] : [`${kind} ${name}`])),
			...secrets,
		};
	} catch (error) {
		if (!isAppError(error)) throw error;
		return { ...nothingThere, problem: error };
	}
}

/** What the Secret of a revision holds, and what it should hold and does not. Throws what the runner throws. */
export async function secretsOf(
	runner: RunnerClient,
	place: { namespace: string; release: string; revision: StoredRevision | null },
	options: { signal: AbortSignal },
): Promise<Pick<Standing, 'present' | 'lost'>> {
	const { namespace, release, revision } = place;
	if (revision === null || revision.chart === null) return { present: [], lost: [] };
	const { secretKeys } = await runner.checkEnvironment({ namespace, release, revision: revision.number }, options);
	const lost = Object.keys(revision.secrets).filter((key) => !secretKeys.includes(key));
	return { present: secretKeys, lost: lost.sort() };
}

/** Every run of ours carries the id of its operation on Helm's record; any other record is somebody else's. */
async function outsideChange(
	db: Database,
	{ installId, runs }: Pick<Place, 'installId' | 'runs'>,
	{ release }: ReleaseStatus,
): Promise<string | null> {
	if (release === null) return runs ? 'The release was removed outside Packyard. Going on installs it again.' : null;
	const { operationId, revision: helmRevision } = release;
	if (installId !== null && operationId !== null) {
		if (await isOwnRun(db.client, { installId, operationId, helmRevision })) return null;
	}
	const what = release.chart === null ? 'a chart that cannot be read' : release.chart;
	return `Helm revision ${helmRevision} (${what}) was made outside Packyard. Going on replaces it.`;
}
