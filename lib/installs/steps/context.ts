import type { Catalog } from '@/lib/catalog';
import type { Operation, OperationLine, StepName } from '@/lib/contracts/operations';
import type { Blocker, ChartPayload } from '@/lib/contracts/runner';
import type { Database } from '@/lib/db';
import type { RunnerClient } from '@/lib/runner/client';
import type { OperationRequest } from '../schema';
import type { StoredInstall, StoredRevision } from '../store';

export type StepTimes = { helmTimeoutSeconds: number; patienceSeconds: number };

/** What every step gets. A step may be run again after a crash: it must find out what is already done. */
export type StepContext = {
	db: Database;
	runner: RunnerClient;
	catalog: Catalog;
	times: StepTimes;
	operation: Operation;
	request: OperationRequest;
	install: StoredInstall;
	/** The revision being delivered; null for an uninstall. */
	revision: StoredRevision | null;
	/** Aborted when the operation is cancelled, its lease is lost, or the process stops. */
	signal: AbortSignal;
	/** A line of the operation's log. */
	say(level: OperationLine['level'], text: string): void;
	/** The last line of the current step. */
	describe(text: string): Promise<void>;
	block(blocker: Blocker | null): Promise<void>;
	/** What an earlier attempt of this step remembered. */
	recall(step: StepName): unknown;
	remember(step: StepName, value: unknown): Promise<void>;
	/** The same, for what is written together with something else. */
	know(step: StepName, value: unknown): void;
	keepRevisions: number;
};

/** How a step ended; `detail` is its last line. A step that fails throws. */
export type StepOutcome = { state: 'done' | 'skipped' | 'failed'; detail: string; result?: unknown };

export type Step = (context: StepContext) => Promise<StepOutcome>;

/** The revision this operation delivers; only an uninstall has none. */
export function revisionOf(context: StepContext): StoredRevision {
	if (context.revision === null) throw new Error(`operation ${context.operation.id} has no revision`);
	return context.revision;
}

/** The chart of a revision as the runner takes it, from the store of artifacts. */
export async function chartPayload(context: StepContext, revision: StoredRevision): Promise<ChartPayload> {
	if (revision.chart === null) throw new Error(`revision ${revision.number} has no chart`);
	const bytes = await context.catalog.chartArchive(revision.chart, {
		sourceId: context.install.sourceId,
		signal: context.signal,
	});
	const name = revision.chart.reference.split('/').at(-1)?.split(/[:@]/)[0] ?? context.install.slug;
	return {
		name,
		version: revision.version,
		digest: revision.chart.archiveDigest,
		archive: Buffer.from(bytes).toString('base64'),
	};
}
