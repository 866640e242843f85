import { gunzipSync } from 'node:zlib';
import { formsOf, isRecord, type Secret } from '@/lib/core';

/** Shorter values stand everywhere by chance; finding them proves nothing. */
export const SHORTEST_SEARCHED = 4;
const MAX_DEPTH = 4;
const MAX_UNPACKED = 64 * 1024 * 1024;
/** A run of base64 long enough to hide a searched value. */
const BASE64 = /[A-Za-z0-9+/_-]{8,}={0,2}/g;

export type LeakSearch = {
	/** Keys whose values are found anywhere in `value`, at any depth, through base64 and gzip. */
	keysIn(value: unknown): string[];
	/** Keys that were not searched for, because their values are too short. */
	skipped: string[];
};

/** Search for these values in every spelling they can take. Pure; holds the values only as long as it lives. */
export function createLeakSearch(values: ReadonlyMap<string, Secret>): LeakSearch {
	const searched: { key: string; forms: string[] }[] = [];
	const skipped: string[] = [];
	for (const [key, secret] of values) {
		const value = secret.reveal();
		if (value.length < SHORTEST_SEARCHED) skipped.push(key);
		else searched.push({ key, forms: formsOf(value) });
	}
	return {
		skipped,
		keysIn: (value) => {
			const found = new Set<string>();
			for (const text of textsIn(value, 0)) {
				for (const { key, forms } of searched) {
					if (!found.has(key) && forms.some((form) => text.includes(form))) found.add(key);
				}
			}
			return [...found];
		},
	};
}

/** Every text in a JSON value: keys, strings, and what base64 and gzip inside them unpack to. */
function* textsIn(value: unknown, depth: number): Generator<string> {
	if (typeof value === 'string') {
		yield value;
		if (depth >= MAX_DEPTH) return;
		// Annotations carry whole objects as JSON, sometimes in each other.
		if (/^\s*[{["]/.test(value)) yield* textsIn(parsed(value), depth + 1);
		for (const inner of unpacked(value)) yield* textsIn(inner, depth + 1);
	} else if (Array.isArray(value)) {
		for (const item of value) yield* textsIn(item, depth);
	} else if (isRecord(value)) {
		for (const [key, member] of Object.entries(value)) {
			yield key;
			yield* textsIn(member, depth);
		}
	} else if (typeof value === 'number' || typeof value === 'boolean') yield String(value);
}

function* unpacked(text: string): Generator<string> {
	for (const [run] of text.matchAll(BASE64)) {
		const bytes = Buffer.from(run, 'base64');
		if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
			const inner = gunzip(bytes);
			if (inner !== null) yield inner;
		} else if (isText(bytes)) yield bytes.toString('utf8');
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // Not JSON after all; the text itself has been searched.
	}
}

function gunzip(bytes: Buffer): string | null {
	try {
		return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }).toString('utf8');
	} catch {
		return null; // Two bytes that only look like gzip.
	}
}

/** Ordinary words are base64, too; decoding them gives noise that need not be searched. */
function isText(bytes: Buffer): boolean {
	for (const byte of bytes) if (byte < 0x09 || (byte > 0x0d && byte < 0x20) || byte === 0x7f) return false;
	return bytes.length > 0;
}
