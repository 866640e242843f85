import { setTimeout as delay } from 'node:timers/promises';
import { isAppError } from '@/lib/core';
import { wasTakenOver } from './operations/progress/store';
import type { StepContext } from './steps/context';

const RUNNER_AWAY_MS = 60_000;
const RUNNER_RETRY_MS = 1000;

/** A runner that restarts is back in seconds, and every step may be repeated: that is no reason to fail an operation. */
export async function patiently<T>(context: Pick<StepContext, 'signal' | 'say'>, work: () => Promise<T>): Promise<T> {
	for (const until = Date.now() + RUNNER_AWAY_MS; ; ) {
		try {
			return await work();
		} catch (error) {
			if (!isAppError(error, 'runner_unavailable') || context.signal.aborted || Date.now() > until) throw error;
			context.say('warn', `${error.message} Trying again.`);
			await delay(RUNNER_RETRY_MS);
			leaveWhenStopped(context.signal);
		}
	}
}

/** What says nothing about the operation itself: this worker has lost it, or the database is away. */
export function isForAnotherAttempt(error: unknown): boolean {
	return wasTakenOver(error) || isAppError(error, 'database_unavailable');
}

/** Throws when nothing new may be started: cancelled, lease lost, or the process stops. */
export function leaveWhenStopped(signal: AbortSignal): void {
	if (signal.aborted) throw new Error(`stopped: ${String(signal.reason)}`);
}
