import { compare, valid } from 'semver';

/** Newest first, as semver (spec section 11); what is no version comes last. Build metadata breaks ties by text. */
export function newestFirst(a: { version: string }, b: { version: string }): number {
	return -compareVersions(a.version, b.version);
}

/** Negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
	const left = valid(a);
	const right = valid(b);
	if (left === null || right === null) return left === right ? (a < b ? -1 : a > b ? 1 : 0) : left === null ? -1 : 1;
	return compare(left, right) || (a < b ? -1 : a > b ? 1 : 0);
}
