import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { appendAudit } from '@/lib/audit';
import { AppError, at, isAppError, messageOf } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { DigestStore } from '../artifacts/store';
import { type SyncReport, syncSource } from '../sync';
import type { OpenSource, SourceClients } from './clients';
import {
	claimSource,
	getSource,
	listSources,
	releaseClaim,
	renewClaim,
	requestCancel,
	type StoredSource,
	type SyncOutcome,
	type SyncProgress,
} from './store';
import { describeChart } from './summary';

export type PollerLog = { info(facts: object, message: string): void; warn(facts: object, message: string): void };

type Options = {
	db: Database;
	clients: SourceClients;
	artifacts: DigestStore;
	syncMinutes: number;
	log: PollerLog;
	now?: () => Date;
};

/** Reads sources: one reader per source across all replicas, when it is due or somebody asks. */
export type Poller = {
	/** Look for due sources now and then, from now on. */
	start(): void;
	/** Read a source now. `started` is false when it is being read already, here or elsewhere, or is switched off. */
	sync(id: string): Promise<{ started: boolean; finished: Promise<void> }>;
	/** Read every enabled source now and wait for it. */
	syncAll(): Promise<void>;
	/**
	 * Stop whoever reads a source and wait until it has stopped, for a while; what was read so far is kept. False when
	 * nobody does.
	 */
	cancel(id: string): Promise<boolean>;
	/** How far the reading in this process is. */
	progress(id: string): SyncProgress | null;
	isBusy(): boolean;
	stop(): Promise<void>;
};

type Running = { progress: SyncProgress; stop: AbortController; finished: Promise<void>; started: Promise<boolean> };

/** How long a reader may be silent before another one takes its source over. */
const LEASE_MS = 20_000;
/** A beat renews the lease and asks whether somebody on another replica wants the reading to stop. */
const BEAT_MS = 2_000;
const TICK_MS = 5_000;
/** How long whoever cancels waits for the reader; it hears of it at its next beat. */
const STOP_MS = 3 * BEAT_MS;
const STOP_LOOK_MS = 100;
/** At start a source is read again unless another replica has just done so. */
const FRESH_MS = 60_000;
/** Reasons to stop, as the signal carries them. */
const CANCELLED = 'Cancelled by an admin.';
const LOST = 'Another process has taken this source over.';
const STOPPING = 'The portal is stopping.';

export function createPoller(options: Options): Poller {
	const { db, clients, artifacts, syncMinutes, log } = options;
	const now = options.now ?? (() => new Date());
	const owner = randomUUID();
	const running = new Map<string, Running>();
	let timer: NodeJS.Timeout | undefined;
	let isStopped = false;

	/** `seen`: the last try that made the source due; absent = read it whatever was tried before. */
	function begin(id: string, seen?: string | null): Running {
		const current = running.get(id);
		if (current !== undefined) return { ...current, started: Promise.resolve(false) };
		const stop = new AbortController();
		const until = () => new Date(now().getTime() + LEASE_MS);
		const started = claimSource(db.client, id, {
			owner,
			now: now(),
			until: until(),
			...(seen === undefined ? {} : { seen }),
		});
		const entry: Running = {
			progress: { done: 0, total: 0, line: 'Starting' },
			stop,
			started,
			finished: Promise.resolve(),
		};
		running.set(id, entry);
		entry.finished = started
			.then((isOurs) => (isOurs ? read(id, entry, until) : undefined))
			.catch((error: unknown) => log.warn({ source: id, problem: messageOf(error) }, 'source could not be claimed'))
			.finally(() => running.delete(id));
		return entry;
	}

	async function read(id: string, entry: Running, until: () => Date): Promise<void> {
		const { signal } = entry.stop;
		const beat = setInterval(() => {
			renewClaim(db.client, id, { owner, until: until(), progress: entry.progress }).then(
				(word) => {
					if (word === 'cancel') entry.stop.abort(new AppError('cancelled', CANCELLED));
					if (word === 'lost') entry.stop.abort(new AppError('cancelled', LOST));
				},
				(error: unknown) => log.warn({ source: id, problem: messageOf(error) }, 'lease was not renewed'),
			);
		}, BEAT_MS);
		let outcome: SyncOutcome | null = null;
		try {
			const open = await clients.open(id);
			const report = await syncSource({
				db,
				sourceId: id,
				sourceName: open.row.name,
				source: open.source,
				artifacts,
				describe: (chart) => describeChart(open.config, chart),
				elsewhere: (host) => elsewhere(host, id),
				now,
				onProgress: (progress) => {
					entry.progress = progress;
				},
				signal,
			});
			outcome = outcomeOf(report, open);
			await tell(open, { ...report, outcome });
		} catch (error) {
			if (!signal.aborted) outcome = failure(error, now());
			const problem = signal.aborted ? messageOf(signal.reason) : messageOf(error);
			log[signal.aborted ? 'info' : 'warn']({ source: id, problem }, 'source was not read to its end');
		} finally {
			clearInterval(beat);
			await artifacts.flush().catch(() => undefined);
			const interrupted = messageOf(signal.reason) === STOPPING && signal.aborted;
			await releaseClaim(db.client, id, { owner, now: now(), outcome, interrupted });
		}
	}

	async function elsewhere(host: string, except: string) {
		const other = await clients.serving(host, except);
		return other && { source: other.source, describe: (chart: Chart) => describeChart(other.config, chart) };
	}

	/** A line in the log always; in the audit trail when the catalog changed or the source broke or healed. */
	async function tell({ row, config }: OpenSource, report: SyncReport & { outcome: SyncOutcome }): Promise<void> {
		const { outcome, failed, ...counts } = report;
		log.info({ source: row.name, ...counts, failed: failed.length }, 'source read');
		const changed = report.added + report.vanished + report.moved;
		if (changed === 0 && (outcome.problem === null) === (row.problem === null)) return;
		const { id, name } = row;
		await db.transaction((tx) =>
			appendAudit(tx, {
				kind: 'source.synced',
				actor: { id: null, name: 'Packyard' },
				via: 'worker',
				subject: `source:${id}`,
				summary: `Read ${name}: ${report.added} new, ${report.moved} moved, ${report.vanished} gone`,
				at: now(),
				data: {
					sourceId: id,
					name,
					kind: config.kind,
					ok: outcome.problem === null,
					problem: outcome.problem,
					added: report.added,
					changed: report.moved,
					vanished: report.vanished,
				},
			}),
		);
	}

	function isDue(row: StoredSource, time: number, isFirstLook: boolean): boolean {
		if (!row.enabled || (row.notBefore !== null && row.notBefore.getTime() > time)) return false;
		// A lease that ran out without being given back: its holder died, the reading goes on here.
		if (row.pollerUntil !== null) return row.pollerUntil.getTime() < time;
		if (row.lastTriedAt === null) return true;
		if (at(row.config, 'kind') === 'bundle') return row.lastGoodSyncAt === null && isFirstLook;
		const age = time - Date.parse(row.lastTriedAt);
		return age > (isFirstLook ? FRESH_MS : syncMinutes * 60_000 * jitterOf(row));
	}

	async function look(isFirstLook: boolean): Promise<void> {
		const time = now().getTime();
		for (const row of await listSources(db.client)) {
			if (!isStopped && isDue(row, time, isFirstLook)) begin(row.id, row.lastTriedAt);
		}
	}

	function schedule(): void {
		if (isStopped) return;
		timer = setTimeout(() => void look(false).catch(complain).finally(schedule), TICK_MS);
		timer.unref();
	}

	function complain(error: unknown): void {
		log.warn({ problem: messageOf(error) }, 'could not look for due sources');
	}

	/** Whoever changes a source next wants to be its next reader. A holder that is dead is not waited for. */
	async function released(id: string, current: Running | undefined): Promise<void> {
		const late = performance.now() + STOP_MS;
		await Promise.race([current?.finished, delay(STOP_MS, undefined, { ref: false })]);
		while (performance.now() < late) {
			const { pollerUntil } = await getSource(db.client, id);
			if (pollerUntil === null || pollerUntil <= now()) return;
			await delay(STOP_LOOK_MS);
		}
	}

	async function sync(id: string): Promise<{ started: boolean; finished: Promise<void> }> {
		await getSource(db.client, id);
		const { started, finished } = begin(id);
		return { started: await started, finished };
	}

	return {
		sync,
		start: () => void look(true).catch(complain).finally(schedule),
		async syncAll() {
			const rows = await listSources(db.client);
			const begun = rows.filter((row) => row.enabled).map((row) => begin(row.id));
			await Promise.all(begun.map(({ finished }) => finished));
		},
		async cancel(id) {
			await getSource(db.client, id);
			const current = running.get(id);
			current?.stop.abort(new AppError('cancelled', CANCELLED));
			const isElsewhere = await requestCancel(db.client, id, now());
			await released(id, current);
			return current !== undefined || isElsewhere;
		},
		progress: (id) => running.get(id)?.progress ?? null,
		isBusy: () => running.size > 0,
		async stop() {
			isStopped = true;
			clearTimeout(timer);
			const current = [...running.values()];
			for (const entry of current) entry.stop.abort(new AppError('cancelled', STOPPING));
			await Promise.all(current.map((entry) => entry.finished));
		},
	};
}

type Chart = { host: string; repository: string };

/** Up to a tenth longer, different for every source and try, so that nobody asks in the same second as everybody. */
function jitterOf(row: StoredSource): number {
	const text = `${row.id}${row.lastTriedAt ?? ''}`;
	let sum = 0;
	for (const char of text) sum = (sum * 31 + char.charCodeAt(0)) % 1000;
	return 1 + sum / 10_000;
}

function outcomeOf({ failed, packs }: SyncReport, { source }: OpenSource): SyncOutcome {
	const [first] = failed;
	if (first !== undefined) {
		const which = failed.length === 1 ? `pack ${first.pack}` : `packs ${first.pack} and ${failed.length - 1} more`;
		return {
			// One bad pack does not make a reading bad, but one in which nothing could be read was not a good one.
			good: failed.length < packs,
			problem: `The ${which} could not be read: ${first.problem}`,
			hint: first.hint ?? 'What was known before is still shown. Sync again, or run the doctor of this source.',
			code: 'partial',
			notBefore: null,
		};
	}
	const rejected = source.state().credentialRejected;
	if (rejected !== null) {
		return {
			good: true,
			problem: `The stored credential was refused by ${rejected.host} (${rejected.status}).`,
			hint: 'Public packs are still read. Replace the credential in Settings.',
			code: 'credential',
			notBefore: null,
		};
	}
	return { good: true, problem: null, hint: null, code: null, notBefore: null };
}

function failure(error: unknown, now: Date): SyncOutcome {
	const seconds = isAppError(error) ? error.details.retryAfterSeconds : null;
	return {
		good: false,
		problem: messageOf(error),
		hint: isAppError(error) ? (error.hint ?? null) : null,
		code: isAppError(error) ? error.code : 'internal',
		notBefore: typeof seconds === 'number' ? new Date(now.getTime() + seconds * 1000) : null,
	};
}
