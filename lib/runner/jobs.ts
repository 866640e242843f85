import {
	type Blocker,
	type HelmOutcome,
	type ReleaseRef,
	RunnerEvent,
	type RunnerResult,
} from '@/lib/contracts/runner';
import { AppError, type Clock, redact } from '@/lib/core';

/** What a running job may say and listen to. */
export type JobContext = {
	/** Aborted by cancel and by the end of the runner. */
	signal: AbortSignal;
	line(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
	blocker(blocker: Blocker | null): void;
};

/** Why a job was told to stop: a person wants it, or the runner goes down and somebody will try again. */
export type StopReason = 'cancel' | 'closing';

export type JobWork = (context: JobContext) => Promise<RunnerResult>;
export type JobStart = { kind: 'apply' | 'uninstall'; operationId: string; ref: ReleaseRef; work: JobWork };

type Job = JobStart & {
	events: RunnerEvent[];
	lines: number;
	finished: boolean;
	/** Somebody has been given the result; the next request of a failed operation is a new attempt. */
	delivered: boolean;
	ok: boolean;
	abort: AbortController;
	waiting: Set<() => void>;
	ended: Promise<void>;
};

export type Jobs = {
	/** `signal` ends the following, not the job. */
	start(start: JobStart, signal?: AbortSignal): AsyncGenerator<RunnerEvent>;
	/** A result without a job. */
	answer(result: RunnerResult): AsyncGenerator<RunnerEvent>;
	/** Resolves when what was told to stop has stopped; false when nothing was. */
	cancel(operationId: string): Promise<boolean>;
	running(): string[];
	/** Abort everything and wait, at most `waitMs`. */
	close(waitMs: number): Promise<void>;
};

const HEARTBEAT_MS = 15_000;
const MAX_LINES = 5000;
/** A portal that lost its connection comes back within its lease; ten minutes are plenty. */
const KEEP_MS = 10 * 60_000;

/**
 * Jobs go on when their consumer leaves; the same operation attaches again and gets every event from the start. One
 * job per release: Helm itself checks its lock only in upgrades (facts: helm.md section 3.2).
 */
export function createJobs(clock: Clock): Jobs {
	const jobs = new Map<string, Job>();

	function start(start: JobStart, signal?: AbortSignal): AsyncGenerator<RunnerEvent> {
		forget();
		const key = `${start.kind}/${start.operationId}`;
		const known = jobs.get(key);
		if (known && (!known.finished || known.ok || !known.delivered)) return follow(known, signal);
		const other = holderOf(start.ref);
		if (other) return once(resultOf('busy', busyText(other), { hint: 'Wait until it has ended, then try again.' }));
		const job = launch(start);
		jobs.set(key, job);
		return follow(job, signal);
	}

	function launch(start: JobStart): Job {
		const job: Job = {
			...start,
			events: [],
			lines: 0,
			finished: false,
			delivered: false,
			ok: false,
			abort: new AbortController(),
			waiting: new Set(),
			ended: Promise.resolve(),
		};
		const emit = (event: RunnerEvent) => {
			job.events.push(RunnerEvent.parse(redactDeep(event)));
			for (const wake of job.waiting) wake();
		};
		const context: JobContext = {
			signal: job.abort.signal,
			blocker: (blocker) => emit({ kind: 'blocker', at: now(), blocker }),
			line: (level, text) => {
				if (++job.lines > MAX_LINES) return;
				emit({ kind: 'line', at: now(), level, text });
			},
		};
		// `work` turns its own failures into results; whatever still escapes must not leave followers waiting for ever.
		job.ended = start
			.work(context)
			.catch((error: unknown) => resultOf('failed', 'The runner failed.', { detail: String(error) }))
			.then((result) => {
				job.ok = result.ok;
				job.finished = true;
				emit({ kind: 'result', at: now(), result });
			});
		return job;
	}

	async function* follow(job: Job, signal?: AbortSignal): AsyncGenerator<RunnerEvent> {
		for (let next = 0; ; ) {
			const event = job.events[next];
			if (!event) {
				const woken = await changed(job, signal);
				if (signal?.aborted) throw new AppError('cancelled', 'Nobody waits for this job any more; it goes on.');
				if (!woken) yield { kind: 'heartbeat', at: now() };
				continue;
			}
			next++;
			if (event.kind === 'result') job.delivered = true;
			yield event;
			if (event.kind === 'result') return;
		}
	}

	async function* once(result: RunnerResult): AsyncGenerator<RunnerEvent> {
		yield { kind: 'result', at: now(), result };
	}

	function holderOf({ namespace, release }: ReleaseRef): Job | undefined {
		return [...jobs.values()].find(
			(job) => !job.finished && job.ref.namespace === namespace && job.ref.release === release,
		);
	}

	function forget(): void {
		for (const [key, job] of jobs) {
			const last = job.events.at(-1);
			if (job.finished && last && clock().getTime() - Date.parse(last.at) > KEEP_MS) jobs.delete(key);
		}
	}

	function now(): string {
		return clock().toISOString();
	}

	const alive = () => [...jobs.values()].filter(({ finished }) => !finished);
	return {
		start,
		answer: once,
		cancel: async (operationId) => {
			const own = alive().filter((job) => job.operationId === operationId);
			for (const job of own) stop(job, 'cancel');
			await Promise.all(own.map(({ ended }) => ended));
			return own.length > 0;
		},
		running: () => alive().map(({ operationId }) => operationId),
		close: async (waitMs) => {
			for (const job of alive()) stop(job, 'closing');
			let timer: NodeJS.Timeout | undefined;
			const patience = new Promise<void>((resolve) => {
				timer = setTimeout(resolve, waitMs);
			});
			await Promise.race([Promise.all(alive().map(({ ended }) => ended)), patience]);
			clearTimeout(timer);
		},
	};
}

function stop(job: Job, reason: StopReason): void {
	job.abort.abort(reason);
}

/** A result with everything optional left empty. */
export function resultOf(outcome: HelmOutcome, message: string, rest: Partial<RunnerResult> = {}): RunnerResult {
	return {
		ok: outcome === 'ok',
		outcome,
		message,
		hint: null,
		detail: '',
		helmRevision: null,
		reused: false,
		recovered: null,
		blocker: null,
		injected: [],
		warnings: [],
		...rest,
	};
}

/** Redact every text inside a JSON value. */
export function redactDeep(value: unknown): unknown {
	if (typeof value === 'string') return redact(value);
	if (Array.isArray(value)) return value.map(redactDeep);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redactDeep(member)]));
}

function busyText(job: Job): string {
	return `Another operation (${job.operationId}) is working on ${job.ref.namespace}/${job.ref.release}.`;
}

/** Wait for the next event; false after a silence, when a heartbeat is due. */
function changed(job: Job, signal?: AbortSignal): Promise<boolean> {
	return new Promise((resolve) => {
		const done = (woken: boolean) => {
			clearTimeout(timer);
			job.waiting.delete(wake);
			signal?.removeEventListener('abort', wake);
			resolve(woken);
		};
		const wake = () => done(true);
		const timer = setTimeout(() => done(false), HEARTBEAT_MS);
		job.waiting.add(wake);
		signal?.addEventListener('abort', wake, { once: true });
		if (signal?.aborted) wake();
	});
}
