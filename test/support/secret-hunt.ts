import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { formsOf, isRecord } from '@/lib/core';

/** A planted value that was found, where, and how it was spelled there. */
export type Finding = { secret: string; place: string; spelling: string };

export type Hunt = {
	/** Search anything: text, bytes, JSON values; through JSON in texts, base64 and gzip. Never throws. */
	in(place: string, content: unknown): Finding[];
	/** Every file below a folder; `except` are paths relative to it. */
	inFolder(folder: string, except?: readonly string[]): Promise<Finding[]>;
};

const MAX_DEPTH = 10;
const LONGEST_FILE = 256 * 1024 * 1024;

/** Look for these values (by name) in every spelling. Knows nothing of the product but `formsOf`. */
export function createHunt(planted: Readonly<Record<string, string>>): Hunt {
	const spellings = Object.entries(planted).flatMap(([secret, value]) =>
		spellingsOf(value).map(([spelling, text]) => ({ secret, spelling, text, bytes: Buffer.from(text) })),
	);

	function inBytes(place: string, bytes: Buffer): Finding[] {
		return spellings
			.filter((one) => bytes.includes(one.bytes))
			.map(({ secret, spelling }) => ({ secret, spelling, place }));
	}

	function search(place: string, content: unknown, depth: number): Finding[] {
		if (depth > MAX_DEPTH) return [];
		if (content instanceof Uint8Array) {
			const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
			const inner = unzipped(bytes);
			return [...inBytes(place, bytes), ...(inner === null ? [] : search(place, inner, depth + 1))];
		}
		if (typeof content === 'string') {
			const found = inBytes(place, Buffer.from(content));
			for (const inner of unfolded(content)) found.push(...search(place, inner, depth + 1));
			return found;
		}
		if (Array.isArray(content)) return content.flatMap((item) => search(place, item, depth));
		if (isRecord(content))
			return Object.entries(content).flatMap(([key, value]) => [
				...search(place, key, depth),
				...search(place, value, depth),
			]);
		return [];
	}

	return {
		in: (place, content) => unique(search(place, content, 0)),
		inFolder: async (folder, except = []) => {
			const found: Finding[] = [];
			for (const name of (await readdir(folder, { recursive: true })).sort()) {
				if (except.includes(name)) continue;
				found.push(...inBytes(`name of ${name}`, Buffer.from(name)));
				const bytes = await fileAt(join(folder, name));
				if (bytes !== null) found.push(...search(name, bytes, 0));
			}
			return unique(found);
		},
	};
}

/** `formsOf` of the product, and what else a value may look like after a careless hop. */
function spellingsOf(value: string): [spelling: string, text: string][] {
	const bytes = Buffer.from(value);
	const json = JSON.stringify(value).slice(1, -1);
	const all: [string, string][] = [
		...formsOf(value).map((form, index): [string, string] => [`formsOf[${index}]`, form]),
		['json in json', JSON.stringify(json).slice(1, -1)],
		['json, ascii only', json.replace(/[^\x20-\x7e]/g, (character) => escaped(character))],
		['form', new URLSearchParams({ value }).toString().slice('value='.length)],
		['base64url', bytes.toString('base64url')],
		['hex', bytes.toString('hex')],
		['shell', value.replaceAll("'", `'\\''`)],
		...([0, 1, 2] as const).map((offset): [string, string] => [`base64 at ${offset}`, insideBase64(bytes, offset)]),
	];
	for (const line of value.split('\n')) if (line !== value && line.length >= 12) all.push(['one line', line]);
	const seen = new Set<string>();
	return all.filter(([, text]) => text.length >= 8 && !seen.has(text) && seen.add(text));
}

/** The part of a value's base64 that does not depend on its neighbours, when it starts `offset` bytes into a triple. */
function insideBase64(bytes: Buffer, offset: 0 | 1 | 2): string {
	const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
		.toString('base64')
		.replace(/=+$/, '');
	const whole = Math.floor(((offset + bytes.length) * 8) / 6 / 4) * 4;
	return encoded.slice(offset === 0 ? 0 : 4, whole);
}

function escaped(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function* unfolded(text: string): Generator<unknown> {
	if (/^\s*[{["]/.test(text)) {
		const value = parsed(text);
		if (value !== undefined && value !== text) yield value;
	}
	const compact = text.trim();
	if (compact.length >= 16 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) yield Buffer.from(compact, 'base64');
	// bytea as PostgreSQL prints it.
	if (/^\\x[0-9a-f]+$/.test(compact)) yield Buffer.from(compact.slice(2), 'hex');
	// What a chart's archive or a Helm record holds once unpacked is text with lines of base64 in it.
	for (const [run] of text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)) if (run !== compact) yield Buffer.from(run, 'base64');
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // Not JSON after all; the text itself has been searched.
	}
}

/** The unpacked text when the bytes are gzip; for bytes that are text themselves (base64 in base64), that text. */
function unzipped(bytes: Buffer): unknown {
	if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
		try {
			return gunzipSync(bytes);
		} catch {
			return null; // Two bytes that only look like gzip.
		}
	}
	const head = bytes.subarray(0, 64);
	const isText = bytes.length < 4_000_000 && head.every((byte) => byte >= 0x20 && byte < 0x7f);
	return isText && bytes.length >= 16 ? bytes.toString('latin1') : null;
}

async function fileAt(path: string): Promise<Buffer | null> {
	try {
		const facts = await stat(path);
		return facts.isFile() && facts.size <= LONGEST_FILE ? await readFile(path) : null;
	} catch {
		return null; // Gone between the listing and the look.
	}
}

function unique(findings: readonly Finding[]): Finding[] {
	return [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()];
}
