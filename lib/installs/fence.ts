import type { RunnerClient } from '@/lib/runner/client';

export type Claim = {
	/** The number of this claim; the runner refuses lower ones (docs/decisions: a fence between lease and runner). */
	fence: number;
	/** Renew the lease; throws when it is lost. */
	hold(): Promise<void>;
};

/**
 * The runner as one claim of an operation may use it: whatever changes something first makes sure that the lease is
 * still held, and tells the runner which claim asks, because the lease may be lost on the way there.
 */
export function fencedRunner(runner: RunnerClient, { fence, hold }: Claim): RunnerClient {
	return {
		...runner,
		ensureEnvironment: async (request, options) => {
			await hold();
			return runner.ensureEnvironment({ ...request, fence }, options);
		},
		concealEnvironment: async (request, options) => {
			await hold();
			return runner.concealEnvironment({ ...request, fence }, options);
		},
		sweepEnvironments: async (request, options) => {
			await hold();
			return runner.sweepEnvironments({ ...request, fence }, options);
		},
		apply: (request, options) => held(hold, () => runner.apply({ ...request, fence }, options)),
		uninstall: (request, options) => held(hold, () => runner.uninstall({ ...request, fence }, options)),
	};
}

async function* held<T>(hold: () => Promise<void>, start: () => AsyncIterable<T>): AsyncGenerator<T> {
	await hold();
	yield* start();
}
