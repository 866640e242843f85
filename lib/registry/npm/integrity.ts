import { createHash } from 'node:crypto';
import { integrityError, type Subject } from '../http/errors';

/** Strongest first (W3C Subresource Integrity, as npm's ssri orders them). sha1 is all that old packages have. */
const ALGORITHMS = ['sha512', 'sha384', 'sha256', 'sha1'] as const;

type Algorithm = (typeof ALGORITHMS)[number];

/**
 * One SRI string for what a packument promises: `integrity`, or the old hexadecimal `shasum` rewritten as `sha1-…`.
 * Null when it promises nothing that can be checked.
 */
export function promisedIntegrity(dist: { integrity?: string | null; shasum?: string | null }): string | null {
	const readable = dist.integrity?.split(/\s+/).filter((part) => readHash(part) !== null) ?? [];
	if (readable.length > 0) return readable.join(' ');
	if (!/^[0-9a-f]{40}$/i.test(dist.shasum ?? '')) return null;
	return `sha1-${Buffer.from(dist.shasum ?? '', 'hex').toString('base64')}`;
}

/**
 * Compare bytes with an SRI string; of several algorithms only the strongest counts. Throws AppError
 * `integrity_mismatch`, also when nothing in `integrity` can be read.
 */
export function checkIntegrity(bytes: Uint8Array, integrity: string, subject: Subject): void {
	const hashes = integrity
		.split(/\s+/)
		.map(readHash)
		.filter((hash) => hash !== null);
	const strongest = ALGORITHMS.find((algorithm) => hashes.some((hash) => hash.algorithm === algorithm));
	const accepted = hashes.filter((hash) => hash.algorithm === strongest);
	const received =
		strongest === undefined
			? 'nothing comparable'
			: `${strongest}-${createHash(strongest).update(bytes).digest('base64')}`;
	if (!accepted.some((hash) => hash.text === received)) throw integrityError(subject, integrity, received);
}

/** True when two SRI strings name a common hash of the strongest algorithm both have. */
export function isSameIntegrity(a: string, b: string): boolean {
	const left = a
		.split(/\s+/)
		.map(readHash)
		.filter((hash) => hash !== null);
	const right = b
		.split(/\s+/)
		.map(readHash)
		.filter((hash) => hash !== null);
	for (const algorithm of ALGORITHMS) {
		const mine = left.filter((hash) => hash.algorithm === algorithm);
		const theirs = right.filter((hash) => hash.algorithm === algorithm);
		if (mine.length === 0 || theirs.length === 0) continue;
		return mine.some((hash) => theirs.some((other) => other.text === hash.text));
	}
	return false;
}

function readHash(part: string): { algorithm: Algorithm; text: string } | null {
	const [, name, value] = /^(sha\d+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(part) ?? [];
	const algorithm = ALGORITHMS.find((known) => known === name);
	return algorithm === undefined ? null : { algorithm, text: `${algorithm}-${value}` };
}
