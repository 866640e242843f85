import type { StepName } from '@/lib/contracts/operations';
import type { Step } from './context';
import {
	apply,
	ensureEnvironment,
	fetchArtifacts,
	leakScan,
	publishFrontends,
	rollout,
	verifyArtifacts,
} from './deliver';
import { removeRelease, sweepEnvironment } from './remove';

/** `commit`, `diagnose` and `return` belong to the worker: they end an operation instead of advancing it. */
export type OrdinaryStep = Exclude<StepName, 'commit' | 'diagnose' | 'return'>;

export const steps = {
	fetch: fetchArtifacts,
	verify: verifyArtifacts,
	environment: ensureEnvironment,
	apply,
	rollout,
	frontend: publishFrontends,
	'leak-scan': leakScan,
	remove: removeRelease,
	sweep: sweepEnvironment,
} as const satisfies Record<OrdinaryStep, Step>;
