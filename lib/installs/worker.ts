import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { appendAudit } from '@/lib/audit';
import type { Catalog } from '@/lib/catalog';
import { messageOf, type Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { RunnerClient } from '@/lib/runner/client';
import { takenOver, wasTakenOver } from './operations/progress/store';
import { type Claimed, claimOperation, getJob, releaseLeases, renewLease } from './operations/store';
import { runOperation } from './run';

export type WorkerOptions = {
	db: Database;
	runner: RunnerClient;
	catalog: Catalog;
	leaseSeconds: number;
	helmTimeoutSeconds: number;
	patienceSeconds: number;
	keepRevisions: number;
	/** Keyed fingerprint of a secret, as for `createInstalls`. */
	fingerprint(secret: Secret): string;
	/** One look at everything that runs (`installs.observeAll`). */
	observe(signal: AbortSignal): Promise<void>;
	log: {
		info(facts: object, message: string): void;
		warn(facts: object, message: string): void;
		error(facts: object, message: string): void;
	};
};

export type Worker = {
	start(): void;
	/** There is something to do: look at once instead of at the next poll. */
	wake(): void;
	/** For `/api/ready`: when it last looked for work, and what it holds. */
	state(): { lastLookAt: Date | null; running: string[]; problem: string | null };
	/** Stop taking work, abort what runs, give the leases back. */
	stop(): Promise<void>;
};

type Run = {
	/** Who holds the lease. */
	owner: string;
	/** Apart, because a cancelled operation that puts things back still has to notice that it lost its lease. */
	leave: AbortController;
	cancelled: AbortController;
	ended: Promise<void>;
};

const AT_ONCE = 4;
const POLL_MS = 1000;
const OBSERVE_MS = 20_000;

/**
 * Takes operations from the table and runs them, each under a lease that it keeps renewing. When this process dies,
 * the lease runs out and any worker goes on at the step that was not finished.
 */
export function createWorker(options: WorkerOptions): Worker {
	const { db, log } = options;
	const me = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
	const running = new Map<string, Run>();
	const stopped = new AbortController();
	let wakeUp = () => {};
	let lastLookAt: Date | null = null;
	let problem: string | null = null;

	async function loop(): Promise<void> {
		while (!stopped.signal.aborted) {
			const took = running.size < AT_ONCE && (await takeOne());
			if (took) continue;
			await new Promise<void>((resolve) => {
				const timer = globalThis.setTimeout(resolve, POLL_MS);
				wakeUp = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	}

	async function takeOne(): Promise<boolean> {
		try {
			// Of every claim its own: a process that was frozen for longer than its lease may take its own operation over.
			const owner = `${me}:${randomUUID().slice(0, 8)}`;
			const claimed = await claimOperation(db.client, { owner, leaseSeconds: options.leaseSeconds });
			lastLookAt = new Date();
			problem = null;
			if (claimed === null) return false;
			running.get(claimed.id)?.leave.abort('lease-lost');
			const run: Run = {
				owner,
				leave: new AbortController(),
				cancelled: new AbortController(),
				ended: Promise.resolve(),
			};
			running.set(claimed.id, run);
			run.ended = work(claimed, run).finally(() => {
				if (running.get(claimed.id) === run) running.delete(claimed.id);
				wakeUp();
			});
			return true;
		} catch (error) {
			problem = messageOf(error);
			log.warn({ problem }, 'the worker cannot look for work');
			return false;
		}
	}

	async function work(claimed: Claimed, run: Run): Promise<void> {
		const { id, fence } = claimed;
		const beat = setInterval(() => void heartbeat(id, run), Math.max(200, (options.leaseSeconds * 1000) / 4));
		try {
			if (claimed.takenOver) await recordTakeOver(id);
			const signals = { leave: run.leave.signal, cancelled: run.cancelled.signal };
			await runOperation({ ...options, ...signals, owner: run.owner, fence, hold: () => hold(id, run) }, id);
		} catch (error) {
			// Whatever got here was not an outcome of the operation: leave it to the next attempt.
			log.error({ operation: id, problem: messageOf(error) }, 'an operation was interrupted');
		} finally {
			clearInterval(beat);
		}
	}

	async function hold(id: string, { owner, leave, cancelled }: Run): Promise<void> {
		const { held, cancelRequested } = await renewLease(db.client, { id, owner, leaseSeconds: options.leaseSeconds });
		if (!held) {
			leave.abort('lease-lost');
			throw takenOver();
		}
		if (cancelRequested) cancelled.abort('cancelled');
	}

	async function heartbeat(id: string, run: Run): Promise<void> {
		try {
			await hold(id, run);
		} catch (error) {
			if (wasTakenOver(error)) return;
			// The database may be restarting; if it stays away the lease runs out, which is exactly right.
			log.warn({ operation: id, problem: messageOf(error) }, 'the lease could not be renewed');
		}
	}

	async function recordTakeOver(id: string): Promise<void> {
		const { operation } = await getJob(db.client, id);
		await db.transaction((tx) =>
			appendAudit(tx, {
				actor: { id: null, name: 'Packyard' },
				via: 'worker',
				kind: 'operation.recovered',
				subject: `install:${operation.installId}`,
				summary: `The interrupted ${operation.kind} of ${operation.packName} goes on`,
				at: new Date(),
				data: {
					installId: operation.installId,
					operationId: id,
					operation: operation.kind,
					version: operation.toVersion,
					revision: operation.revision,
					attempt: operation.attempt,
					from: null,
				},
			}),
		);
		log.info({ operation: id, attempt: operation.attempt }, 'took over an interrupted operation');
	}

	async function observing(): Promise<void> {
		while (!stopped.signal.aborted) {
			await setTimeout(OBSERVE_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
			if (stopped.signal.aborted) return;
			await options
				.observe(stopped.signal)
				.catch((error: unknown) => log.warn({ problem: messageOf(error) }, 'the cluster could not be observed'));
		}
	}

	let loops: Promise<unknown> = Promise.resolve();
	return {
		start: () => {
			loops = Promise.all([loop(), observing()]);
		},
		wake: () => {
			wakeUp();
			for (const [id, run] of running) void heartbeat(id, run);
		},
		state: () => ({ lastLookAt, running: [...running.keys()], problem }),
		stop: async () => {
			stopped.abort();
			wakeUp();
			const current = [...running.values()];
			for (const { leave } of current) leave.abort('stopping');
			await Promise.all([loops, ...current.map(({ ended }) => ended)]);
			await releaseLeases(db.client, me);
		},
	};
}
