/**
 * Runs tasks with at most `perKey` at a time for one key (a host); the rest wait in order, until the signal says that
 * nobody wants them any more (then its reason is thrown).
 */
export type Limiter = { run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> };

export function createLimiter(perKey: number): Limiter {
	const lanes = new Map<string, { active: number; waiting: (() => void)[] }>();
	return {
		async run(key, task, signal) {
			const lane = lanes.get(key) ?? { active: 0, waiting: [] };
			lanes.set(key, lane);
			if (lane.active >= perKey) await placeIn(lane.waiting, signal);
			else lane.active += 1;
			try {
				return await task();
			} finally {
				// The place is handed over, not freed, so that a newcomer cannot overtake who waits.
				const next = lane.waiting.shift();
				if (next) next();
				else lane.active -= 1;
				if (lane.active === 0) lanes.delete(key);
			}
		},
	};
}

function placeIn(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const enter = () => {
			signal?.removeEventListener('abort', leave);
			resolve();
		};
		const leave = () => {
			waiting.splice(waiting.indexOf(enter), 1);
			reject(signal?.reason);
		};
		if (signal?.aborted) return reject(signal.reason);
		waiting.push(enter);
		signal?.addEventListener('abort', leave, { once: true });
	});
}

/**
 * How many milliseconds the next request to a host has to wait, so that starts are spread evenly over each second.
 * Asking reserves the place. Null as the rate never waits.
 */
export function createPace(perSecond: number | null): (host: string, now: number) => number {
	const free = new Map<string, number>();
	return (host, now) => {
		if (perSecond === null) return 0;
		const start = Math.max(now, free.get(host) ?? 0);
		free.set(host, start + 1000 / perSecond);
		return start - now;
	};
}
