/** Semantic versions, as little of them as the contract engine needs (semver.org 2.0.0). */
export type Version = { major: number; minor: number; patch: number; prerelease: readonly string[] };

const SEMVER =
	/^(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** The parts of `text`, or null when it is not semver. One leading `v` is allowed, as in git tags. */
export function parseVersion(text: string): Version | null {
	if (text.length > 256) return null;
	const match = SEMVER.exec(text.startsWith('v') ? text.slice(1) : text);
	if (!match) return null;
	const [, major, minor, patch, prerelease] = match;
	return {
		major: Number(major),
		minor: Number(minor),
		patch: Number(patch),
		prerelease: prerelease ? prerelease.split('.') : [],
	};
}

/** Negative when `a` is older. Versions that are not semver compare as equal: nothing can be claimed about them. */
export function compareVersions(a: string, b: string): number {
	const left = parseVersion(a);
	const right = parseVersion(b);
	if (!left || !right) return 0;
	return (
		left.major - right.major ||
		left.minor - right.minor ||
		left.patch - right.patch ||
		comparePrerelease(left.prerelease, right.prerelease)
	);
}

/** True when semver allows `to` to break what `from` promised: a new major, or a new minor while below 1.0. */
export function isBreakingBump(from: string, to: string): boolean {
	const old = parseVersion(from);
	const wanted = parseVersion(to);
	if (!old || !wanted) return false;
	if (wanted.major !== old.major) return wanted.major > old.major;
	return wanted.major === 0 && wanted.minor > old.minor;
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
	if (a.length === 0 || b.length === 0) return b.length - a.length;
	for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
		const order = compareIdentifier(a[index] ?? '', b[index] ?? '');
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

/** Numbers before words, numbers by value, words by ASCII (semver 11.4). */
function compareIdentifier(a: string, b: string): number {
	const numericA = /^\d+$/.test(a);
	const numericB = /^\d+$/.test(b);
	if (numericA && numericB) return Number(a) - Number(b);
	if (numericA !== numericB) return numericA ? -1 : 1;
	return a < b ? -1 : a > b ? 1 : 0;
}
