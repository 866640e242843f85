/**
 * What packs may gain: a verdict for every kind of power, exceptions for single packs, and whether a failed change is
 * returned. The rules are pure; installs asks them at plan and at submit.
 */
export type { PackPolicy } from './rules';
export {
	confirmationsOf,
	gainedPowers,
	judgePowers,
	markOf,
	refusalsOf,
	returningAgainstPolicy,
	stricterSince,
} from './rules';
export type { PolicyService } from './service';
export { createPolicy } from './service';
