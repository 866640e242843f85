import { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { AppError, isAppError, messageOf } from '@/lib/core';
import { type PlainEntry, readPlainTar } from './plain-tar';

type ArchiveLimits = {
	/** Entries of any kind. */
	entries: number;
	/** Bytes after decompression, headers and padding included. */
	totalBytes: number;
	/** Bytes of one wanted file. */
	fileBytes: number;
	/** Characters of one path. */
	pathLength: number;
};

type ArchiveOptions = {
	/** Called with every path as written in the archive (`pack-x/files/khal-app.json`, `package/dist/bundle.mjs`). */
	wanted: (path: string) => boolean;
	limits?: Partial<ArchiveLimits>;
	/** For error texts: `the chart pack-x 1.2.0`. */
	what?: string;
};

const defaults: ArchiveLimits = {
	entries: 20_000,
	totalBytes: 256 * 1024 * 1024,
	fileBytes: 16 * 1024 * 1024,
	pathLength: 512,
};

const FILES: readonly string[] = ['File', 'OldFile', 'ContiguousFile'];
const FOLDERS: readonly string[] = ['Directory', 'GNUDumpDir'];
const CHUNK = 64 * 1024;
const SMALL = 256 * 1024;
const SMALL_UNPACKED = 1024 * 1024;

/**
 * Read wanted files of a `.tgz` in memory; nothing touches the disk. The archive is hostile until proven otherwise: an
 * absolute path, `..`, a link, a device, a file twice, or one entry over the limits refuses the whole of it, wanted
 * or not. Throws AppError `upstream_invalid` or `too_large`.
 */
export async function readArchive(
	bytes: Uint8Array,
	{ wanted, limits = {}, what = 'the archive' }: ArchiveOptions,
): Promise<Map<string, Uint8Array>> {
	const sieve = createSieve({ wanted, what, cap: { ...defaults, ...limits } });
	const small = bytes.length > SMALL ? null : unpackSmall(bytes);
	const plain = small === null ? null : readPlainTar(small);
	try {
		if (small !== null && plain !== null) takePlain(sieve, small, plain);
		else await takeAll(sieve, small === null ? unpack(bytes) : [small]);
	} catch (error) {
		throw isAppError(error) ? error : invalid(what, 'is damaged', error);
	}
	return sieve.found;
}

/** What is kept of an archive, and everything that refuses it. */
type Sieve = {
	readonly found: Map<string, Uint8Array>;
	readonly what: string;
	/** True for a wanted file. Throws AppError. */
	isWanted(entry: { path: string; type: string; size: number }): boolean;
	/** Count unpacked bytes. Throws AppError. */
	weigh(bytes: number): void;
};

function createSieve({
	wanted,
	what,
	cap,
}: {
	wanted: (path: string) => boolean;
	what: string;
	cap: ArchiveLimits;
}): Sieve {
	const seen = new Set<string>();
	let entries = 0;
	let total = 0;
	return {
		found: new Map(),
		what,
		isWanted(entry) {
			entries += 1;
			if (entries > cap.entries) throw tooLarge(what, `has more than ${cap.entries} entries`);
			const problem = entryProblem(entry, cap, what);
			if (problem !== null) throw problem;
			const { path, type, size } = entry;
			const isWanted = FILES.includes(type) && wanted(path);
			if (isWanted && seen.has(path)) throw invalid(what, `holds ${path} twice`);
			seen.add(path);
			if (isWanted && size > cap.fileBytes) {
				throw tooLarge(what, `holds ${path} with more than ${cap.fileBytes} bytes`);
			}
			return isWanted;
		},
		weigh(bytes) {
			total += bytes;
			if (total > cap.totalBytes) throw tooLarge(what, `unpacks to more than ${cap.totalBytes} bytes`);
		},
	};
}

function takePlain(sieve: Sieve, tar: Buffer, entries: readonly PlainEntry[]): void {
	sieve.weigh(tar.length);
	for (const entry of entries) {
		if (sieve.isWanted(entry)) sieve.found.set(entry.path, Buffer.from(entry.content));
	}
}

async function takeAll(sieve: Sieve, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
	const { what } = sieve;
	const parser = new Parser({ strict: true });
	let problem: unknown = null;
	let isFirst = true;

	/** The first problem wins; the loop below stops at the next chunk. */
	function refuse(error: unknown): void {
		problem ??= error;
	}

	function take(entry: ReadEntry): void {
		try {
			if (problem === null && sieve.isWanted(entry)) {
				const chunks: Buffer[] = [];
				entry.on('data', (chunk: Buffer) => chunks.push(chunk));
				entry.on('end', () => sieve.found.set(entry.path, Buffer.concat(chunks)));
				return;
			}
		} catch (error) {
			refuse(error);
		}
		entry.resume();
	}

	parser.on('entry', take);
	// Headers that are too large to read are skipped by the parser; what they would have said is unknown.
	parser.on('ignoredEntry', () => refuse(invalid(what, 'has a header that cannot be read')));
	parser.on('error', (error: unknown) => refuse(invalid(what, 'is damaged', error)));
	for await (const chunk of chunks) {
		if (isFirst && isCompressed(chunk)) throw invalid(what, 'is compressed twice');
		isFirst = false;
		sieve.weigh(chunk.length);
		parser.write(chunk);
		if (problem !== null) throw problem;
	}
	parser.end();
	if (problem !== null) throw problem;
}

/** The path without its first folder: charts pack everything into `<name>/`, npm into `package/`. */
export function withoutRoot(path: string): string {
	return path.slice(path.indexOf('/') + 1);
}

async function* unpack(bytes: Uint8Array): AsyncGenerator<Buffer> {
	const gunzip = createGunzip();
	try {
		for await (const chunk of Readable.from(slices(bytes), { objectMode: false }).pipe(gunzip)) {
			if (Buffer.isBuffer(chunk)) yield chunk;
		}
	} finally {
		gunzip.destroy();
	}
}

/**
 * Charts are tens of kilobytes: in one go where that is certain to stay small. Null when it is not, or damaged; the
 * stream then finds out which.
 */
function unpackSmall(bytes: Uint8Array): Buffer | null {
	try {
		return gunzipSync(bytes, { maxOutputLength: SMALL_UNPACKED });
	} catch {
		return null;
	}
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
	for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
}

/** gzip or zstd magic: the parser would unpack it once more, past our count. */
function isCompressed(chunk: Buffer): boolean {
	return (chunk[0] === 0x1f && chunk[1] === 0x8b) || chunk.subarray(0, 4).equals(Buffer.of(0x28, 0xb5, 0x2f, 0xfd));
}

function entryProblem(entry: { path: string; type: string }, cap: ArchiveLimits, what: string): AppError | null {
	const { path, type } = entry;
	const shown = JSON.stringify(path.slice(0, 120));
	if (!FILES.includes(type) && !FOLDERS.includes(type)) return invalid(what, `holds a ${type} entry (${shown})`);
	if (path.length > cap.pathLength) return tooLarge(what, `holds a path of more than ${cap.pathLength} characters`);
	if (!isSafePath(path)) return invalid(what, `holds the unsafe path ${shown}`);
	return null;
}

function isSafePath(path: string): boolean {
	if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || /[\\\p{Cc}]/u.test(path)) return false;
	return !path.split('/').includes('..');
}

function invalid(what: string, why: string, cause?: unknown): AppError {
	return new AppError('upstream_invalid', `${capital(what)} ${why}; nothing of it was used.`, {
		hint: 'Ask the publisher to package it again with helm package or npm pack.',
		details: { retriable: false, fault: 'content' },
		...(cause === undefined ? {} : { cause: new Error(messageOf(cause)) }),
	});
}

function tooLarge(what: string, why: string): AppError {
	return new AppError('too_large', `${capital(what)} ${why}; it was not read to its end.`, {
		hint: 'Ask the publisher for a smaller one.',
		details: { retriable: false, fault: 'content' },
	});
}

function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
