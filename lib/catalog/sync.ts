import { isAppError, messageOf } from '@/lib/core';
import type { Database, Db } from '@/lib/db';
import type { DiscoveredPack, PackSource } from '@/lib/registry';
import type { DigestStore } from './artifacts/store';
import { planLook, SYNCS_UNTIL_GONE } from './plan';
import type { DescribeChart, FindElsewhere } from './read-version';
import type { SyncProgress } from './sources/store';
import { listStandings, updatePack } from './store';
import { digestPack, type PackReport, readPack } from './sync-pack';
import { createWriter, type Writer } from './writer';

export type SyncReport = {
	packs: number;
	/** Packs whose versions were compared one by one. */
	looked: number;
	versionsRead: number;
	added: number;
	vanished: number;
	moved: number;
	failed: { pack: string; problem: string; hint: string | null }[];
};

export type SyncInput = {
	db: Database;
	sourceId: string;
	sourceName: string;
	source: PackSource;
	artifacts: DigestStore;
	describe: DescribeChart;
	elsewhere: FindElsewhere;
	now: () => Date;
	onProgress: (progress: SyncProgress) => void;
	signal: AbortSignal;
};

const PACKS_AT_ONCE = 4;

/**
 * Read a source into the catalog. Every pack stands alone: one that cannot be read keeps its last good state and is
 * named in the report. What was read is saved as it is read, so that an interrupted sync goes on where it was. Throws
 * when the source cannot be listed at all, when a registry asks for patience, and when it is cancelled.
 */
export async function syncSource(input: SyncInput): Promise<SyncReport> {
	input.onProgress({ done: 0, total: 0, line: 'Listing packs' });
	const discovered = await input.source.discover(input.signal);
	const standings = await listStandings(input.db.client, input.sourceId);
	const report: SyncReport = {
		packs: discovered.length,
		looked: 0,
		versionsRead: 0,
		added: 0,
		vanished: 0,
		moved: 0,
		failed: [],
	};
	const fail = (pack: string, error: unknown) =>
		void report.failed.push({ pack, problem: messageOf(error), hint: hintOf(error) });
	const { db, artifacts, now } = input;
	const source = { id: input.sourceId, name: input.sourceName };
	const writer = createWriter({ db, artifacts, source, now, onFailed: fail });
	let done = 0;
	const queue = [...discovered];
	/** A refusal that concerns the whole source; the other lanes stop at their next pack. */
	let refusal: unknown = null;
	const next = async () => {
		for (let pack = queue.shift(); pack !== undefined && refusal === null; pack = queue.shift()) {
			input.signal.throwIfAborted();
			input.onProgress({ done, total: discovered.length, line: `Reading ${pack.name}` });
			try {
				add(report, await syncPack({ ...input, writer }, pack, standings.get(pack.name) ?? null));
			} catch (error) {
				input.signal.throwIfAborted();
				// Going on would only be told to wait again, for every pack that is left.
				if (isAppError(error, 'rate_limited')) refusal = error;
				else fail(pack.name, error);
			}
			done++;
		}
	};
	const lanes = await Promise.allSettled(Array.from({ length: PACKS_AT_ONCE }, next));
	await writer.flush();
	await artifacts.flush();
	for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
	if (refusal !== null) throw refusal;
	const listed = new Set(discovered.map((pack) => pack.name));
	for (const [key, pack] of standings) if (!listed.has(key)) await missPack(db.client, pack);
	input.onProgress({ done, total: discovered.length, line: 'Done' });
	return report;
}

type Standings = Awaited<ReturnType<typeof listStandings>>;

/** Null when the listing says that nothing changed and there is no reason to doubt it. */
async function syncPack(
	input: SyncInput & { writer: Writer },
	pack: DiscoveredPack,
	standing: NonNullable<ReturnType<Standings['get']>> | null,
): Promise<PackReport | null> {
	const fingerprint = await input.source.fingerprint(pack, input.signal);
	const look = planLook(standing, fingerprint, {
		now: input.now(),
		spread: standing === null ? 0 : spreadOf(standing.id),
	});
	if (standing !== null && look === 'none') {
		if (standing.missingSyncs > 0) await welcomeBack(input.db.client, standing, pack);
		return null;
	}
	const watched = look === 'thorough' ? 'all' : standing?.installed ? 'installed' : 'none';
	return readPack(input, pack, { packId: standing?.id ?? null, fingerprint, watched });
}

function add(report: SyncReport, pack: PackReport | null): void {
	if (pack === null) return;
	report.looked++;
	report.versionsRead += pack.read;
	report.added += pack.added;
	report.vanished += pack.vanished;
	report.moved += pack.moved;
}

/** Listed again as it was: what `missPack` wrote over is made from its versions once more, without asking anybody. */
async function welcomeBack(db: Db, { id }: { id: string }, pack: DiscoveredPack): Promise<void> {
	await digestPack(db, id, pack, { missingSyncs: 0 });
}

/** One listing without a pack may be a hiccup; its data is kept in any case. */
async function missPack(db: Db, pack: { id: string; missingSyncs: number }): Promise<void> {
	const missingSyncs = pack.missingSyncs + 1;
	await updatePack(db, pack.id, {
		missingSyncs,
		...(missingSyncs >= SYNCS_UNTIL_GONE
			? { installable: false, reasons: ['The source no longer lists this pack. What is known of it is kept.'] }
			: {}),
	});
}

/** A number from 0 to 1 that stays the same for a pack: the last digits of its id are random. */
function spreadOf(id: string): number {
	return Number.parseInt(id.slice(-4), 16) / 0xffff;
}

function hintOf(error: unknown): string | null {
	return isAppError(error) ? (error.hint ?? null) : null;
}
