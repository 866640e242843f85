/**
 * Addresses a publisher writes into a manifest. All of them are untrusted: they are checked here once, before anything
 * fetches, joins or renders them.
 */

const HOST = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\\d{1,5})?';
const SEGMENT = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*';
const REPOSITORY = `${SEGMENT}(?:/${SEGMENT})*`;
const TAG = '(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?';
const CHART = new RegExp(`^oci://(${HOST}/${REPOSITORY})(${TAG})$`);
const IMAGE = new RegExp(`^((?:${HOST}/)?${REPOSITORY})(${TAG})$`);
const NPM_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LONGEST = 512;

export type Reference = { address: string; versioned: boolean };

/** `oci://host/path` without version; null when malformed. `versioned` tells that a tag or digest was cut off. */
export function readChartReference(text: string): Reference | null {
	const match = text.length <= LONGEST ? CHART.exec(text) : null;
	return match ? { address: `oci://${match[1]}`, versioned: match[2] !== '' } : null;
}

/** Image name without tag; null when malformed. */
export function readImageReference(text: string): Reference | null {
	const match = text.length <= LONGEST ? IMAGE.exec(text) : null;
	return match?.[1] ? { address: match[1], versioned: match[2] !== '' } : null;
}

/** True for a name npm would accept for a new package (at most 214 characters, no version behind it). */
export function isNpmName(text: string): boolean {
	return text.length <= 214 && NPM_NAME.test(text);
}

/** A relative path with `./` removed; null when it leaves its folder, is absolute, or carries a scheme. */
export function safePath(text: string): string | null {
	if (text.length > LONGEST || /^[a-z][a-z0-9+.-]*:/i.test(text)) return null;
	if (text.startsWith('/') || text.includes('\\') || text.includes('\0')) return null;
	const parts = text.split('/').filter((part) => part !== '' && part !== '.');
	return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

/** An http(s) address without credentials, or a path on the shell's own origin; null otherwise. */
export function safeUrl(text: string): string | null {
	if (text.length > 2048 || /\s/.test(text) || text.includes('\\') || text.includes('\0')) return null;
	if (text.startsWith('/') && !text.startsWith('//')) return text.split('/').includes('..') ? null : text;
	try {
		const url = new URL(text);
		const web = url.protocol === 'https:' || url.protocol === 'http:';
		return web && url.username === '' && url.password === '' ? text : null;
	} catch {
		// Not an address at all: the caller says so in a note.
		return null;
	}
}
