import { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { AppError, isAppError, messageOf } from '@/lib/core';

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
	const cap = { ...defaults, ...limits };
	const found = new Map<string, Uint8Array>();
	const parser = new Parser({ strict: true });
	const seen = new Set<string>();
	let problem: unknown = null;
	let entries = 0;
	let total = 0;

	/** The first problem wins; the loop below stops at the next chunk. */
	function refuse(error: unknown): void {
		problem ??= error;
	}

	function take(entry: ReadEntry): void {
		entries += 1;
		const refusal =
			entries > cap.entries ? tooLarge(what, `has more than ${cap.entries} entries`) : entryProblem(entry, cap, what);
		if (refusal !== null || problem !== null) {
			refuse(refusal);
			entry.resume();
			return;
		}
		const isWanted = FILES.includes(entry.type) && wanted(entry.path);
		if (isWanted && seen.has(entry.path)) refuse(invalid(what, `holds ${entry.path} twice`));
		seen.add(entry.path);
		if (!isWanted || entry.size > cap.fileBytes) {
			if (isWanted) refuse(tooLarge(what, `holds ${entry.path} with more than ${cap.fileBytes} bytes`));
			entry.resume();
			return;
		}
		const chunks: Buffer[] = [];
		entry.on('data', (chunk: Buffer) => chunks.push(chunk));
		entry.on('end', () => found.set(entry.path, Buffer.concat(chunks)));
	}

	parser.on('entry', take);
	// Headers that are too large to read are skipped by the parser; what they would have said is unknown.
	parser.on('ignoredEntry', () => refuse(invalid(what, 'has a header that cannot be read')));
	parser.on('error', (error: unknown) => refuse(invalid(what, 'is damaged', error)));
	try {
		for await (const chunk of unpack(bytes)) {
			if (total === 0 && isCompressed(chunk)) throw invalid(what, 'is compressed twice');
			total += chunk.length;
			if (total > cap.totalBytes) throw tooLarge(what, `unpacks to more than ${cap.totalBytes} bytes`);
			parser.write(chunk);
			if (problem !== null) throw problem;
		}
		parser.end();
	} catch (error) {
		throw isAppError(error) ? error : invalid(what, 'is damaged', error);
	}
	if (problem !== null) throw problem;
	return found;
}

/** The path without its first folder: charts pack everything into `<name>/`, npm into `package/`. */
export function withoutRoot(path: string): string {
	return path.slice(path.indexOf('/') + 1);
}

/** Charts are tens of kilobytes: in one go where that is certain to stay small, as a stream otherwise. */
async function* unpack(bytes: Uint8Array): AsyncGenerator<Buffer> {
	const whole = bytes.length > SMALL ? null : unpackSmall(bytes);
	if (whole !== null) {
		yield whole;
		return;
	}
	const gunzip = createGunzip();
	try {
		for await (const chunk of Readable.from(slices(bytes), { objectMode: false }).pipe(gunzip)) {
			if (Buffer.isBuffer(chunk)) yield chunk;
		}
	} finally {
		gunzip.destroy();
	}
}

/** Null when it is larger than that, or damaged; the stream then finds out which. */
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

function entryProblem(entry: ReadEntry, cap: ArchiveLimits, what: string): AppError | null {
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
