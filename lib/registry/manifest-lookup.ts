import { isAppError, isRecord, messageOf } from '@/lib/core';
import { canonicalJson, sha256 } from '@/lib/digest';
import type { ManifestLookup, ManifestOrigin } from './source';

/** One place where a manifest may be. Null = the place was read and has none. May throw AppError. */
export type ManifestPlace = { origin: ManifestOrigin; read: () => Promise<Uint8Array | string | null> };

/** What a lookup says about the manifest; the caller adds the chart. */
export type ManifestFinding = Omit<ManifestLookup, 'chart'>;

type Copy = { origin: ManifestOrigin; raw: string; digest: string };

const words: Readonly<Record<ManifestOrigin, string>> = {
	'chart-file': 'khal-app.json in the chart',
	'chart-annotation': 'the annotation khal.ai/manifest of the chart',
	'oci-referrer': 'the manifest attached to the chart in the registry',
	'npm-tarball': 'khal-app.json in the npm package',
	repository: 'khal-app.json in the repository',
};

/**
 * Look through `places` in order (DESIGN section 4): the first copy wins. Places in `compared` are read even when the
 * winner is known, and what they say differently becomes a disagreement. A place before the winner that could not be
 * read throws its AppError: "could not look" is not "has none", and the answer would change at the next sync. Only
 * content that no retry can heal (a damaged or hostile archive) is reported in `problems` instead.
 */
export async function lookUpManifest(
	places: readonly ManifestPlace[],
	compared: readonly ManifestOrigin[],
): Promise<ManifestFinding> {
	const looked: string[] = [];
	const problems: string[] = [];
	const copies: Copy[] = [];
	for (const { origin, read } of places) {
		if (copies.length > 0 && !compared.includes(origin)) continue;
		try {
			const copy = await read();
			looked.push(`${words[origin]}: ${copy === null ? 'not there' : 'found'}`);
			if (copy !== null) copies.push(toCopy(origin, copy));
		} catch (error) {
			const isContent = isAppError(error) && error.details.fault === 'content';
			if (isAppError(error, 'cancelled') || (copies.length === 0 && !isContent)) throw error;
			looked.push(`${words[origin]}: ${messageOf(error)}`);
			if (isContent) problems.push(messageOf(error));
		}
	}
	const [winner, ...others] = copies;
	return {
		found: winner ?? null,
		disagreements: winner ? others.flatMap((other) => disagreement(winner, other)) : [],
		looked,
		problems: [...new Set(problems)],
	};
}

function toCopy(origin: ManifestOrigin, copy: Uint8Array | string): Copy {
	const raw = typeof copy === 'string' ? copy : new TextDecoder().decode(copy);
	return { origin, raw, digest: sha256(copy) };
}

/** Formatting is no disagreement: members are compared, and the sentence names them. */
function disagreement(winner: Copy, other: Copy): string[] {
	const left = parse(winner.raw);
	const right = parse(other.raw);
	if (left === null || right === null) {
		if (winner.raw.trim() === other.raw.trim()) return [];
		return [`${capital(words[other.origin])} differs from ${words[winner.origin]}, which is used.`];
	}
	const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
	const differing = keys.filter((key) => canonicalJson(left[key] ?? null) !== canonicalJson(right[key] ?? null));
	if (differing.length === 0) return [];
	const named = differing.slice(0, 8).join(', ');
	return [
		`${capital(words[other.origin])} says something else about ${named} than ${words[winner.origin]}, which is used.`,
	];
}

function parse(raw: string): Record<string, unknown> | null {
	try {
		const json: unknown = JSON.parse(raw);
		return isRecord(json) ? json : null;
	} catch {
		return null;
	}
}

function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
