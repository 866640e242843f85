import { Header, Parser, type ReadEntry } from 'tar';
import { AppError, isAppError, messageOf } from '@/lib/core';

/** Plain tar, as image layouts travel: short names, regular files, no compression (the blobs are compressed already). */

export type TarFile = { path: string; bytes: Uint8Array };

const BLOCK = 512;

/** The bytes of a tar with these files, without times or owners: equal files give equal bytes. */
export function* writeTar(files: Iterable<TarFile>): Generator<Uint8Array> {
	for (const { path, bytes } of files) {
		const header = new Header({
			path,
			size: bytes.length,
			mode: 0o644,
			type: 'File',
			uid: 0,
			gid: 0,
			mtime: new Date(0),
		});
		const block = Buffer.alloc(BLOCK);
		header.encode(block, 0);
		yield block;
		yield bytes;
		const rest = bytes.length % BLOCK;
		if (rest > 0) yield Buffer.alloc(BLOCK - rest);
	}
	yield Buffer.alloc(2 * BLOCK);
}

export type TarLimits = { files: number; fileBytes: number; totalBytes: number };

/**
 * Hand every wanted file of a tar to `take`, one after the other, while it streams in. Throws AppError
 * `invalid_request` for what is no tar and `too_large` beyond the limits; links and devices are refused.
 */
export async function readTar(
	stream: AsyncIterable<Uint8Array>,
	{
		wanted,
		take,
		limits,
	}: { wanted: (path: string) => boolean; take: (file: TarFile) => Promise<void>; limits: TarLimits },
): Promise<void> {
	const parser = new Parser({ strict: true });
	const ready: TarFile[] = [];
	let problem: unknown = null;
	let files = 0;
	let total = 0;
	const refuse = (error: unknown) => {
		problem ??= error;
	};
	parser.on('entry', (entry: ReadEntry) => {
		files += 1;
		const path = entry.path.replace(/^\.\//, '');
		const isFile = entry.type === 'File' || entry.type === 'OldFile';
		if (files > limits.files) refuse(tooLarge(`It has more than ${limits.files} files.`));
		if (!isFile && entry.type !== 'Directory') refuse(invalid(`It holds a ${entry.type} (${path.slice(0, 100)}).`));
		if (isFile && wanted(path) && entry.size > limits.fileBytes) {
			refuse(tooLarge(`${path.slice(0, 100)} has more than ${limits.fileBytes} bytes.`));
		}
		if (problem !== null || !isFile || !wanted(path)) {
			entry.resume();
			return;
		}
		const chunks: Buffer[] = [];
		entry.on('data', (chunk: Buffer) => chunks.push(chunk));
		entry.on('end', () => ready.push({ path, bytes: Buffer.concat(chunks) }));
	});
	parser.on('error', (error: unknown) => refuse(invalid('It is damaged, or no tar at all.', error)));
	const drain = async () => {
		if (problem !== null) throw problem;
		for (const file of ready.splice(0)) await take(file);
	};
	try {
		for await (const chunk of stream) {
			total += chunk.length;
			if (total > limits.totalBytes) throw tooLarge(`It has more than ${limits.totalBytes} bytes.`);
			parser.write(Buffer.from(chunk));
			await drain();
		}
		parser.end();
		await drain();
	} catch (error) {
		throw isAppError(error) ? error : invalid('It is damaged, or no tar at all.', error);
	}
}

function invalid(why: string, cause?: unknown): AppError {
	return new AppError('invalid_request', `The file cannot be imported. ${why}`, {
		hint: 'Use a file made by packyard bundle export.',
		...(cause === undefined ? {} : { cause: new Error(messageOf(cause)) }),
	});
}

function tooLarge(why: string): AppError {
	return new AppError('too_large', `The file cannot be imported. ${why}`, {
		hint: 'Export fewer versions into one file.',
	});
}
