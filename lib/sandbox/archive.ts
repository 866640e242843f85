import { crc32 } from 'node:zlib';

/** One file of an archive: a path with forward slashes and its bytes. */
export type ArchiveFile = { path: string; bytes: Uint8Array };

const BLOCK = 512;
const LONGEST_PATH = 100;
const STORED_CHUNK = 65_535;

/**
 * A `.tgz` whose bytes depend on nothing but the files and `mtime`. The gzip stream is stored, not compressed:
 * compressors differ between Node releases and processors, and a digest that moves with the machine would look like
 * a tag that moved upstream. Throws RangeError on paths over 100 characters (ustar, POSIX 1003.1-1988).
 */
export function packArchive(files: readonly ArchiveFile[], mtime: Date): Uint8Array<ArrayBuffer> {
	return gzipStored(tar(files, mtime));
}

/** Text files of an archive, from a path → text map, in the order of the map. */
export function textFiles(files: Readonly<Record<string, string>>, prefix: string): ArchiveFile[] {
	return Object.entries(files).map(([path, text]) => ({
		path: `${prefix}${path}`,
		bytes: new TextEncoder().encode(text),
	}));
}

function tar(files: readonly ArchiveFile[], mtime: Date): Uint8Array {
	const parts: Uint8Array[] = [];
	for (const file of files) {
		parts.push(tarHeader(file, mtime), file.bytes);
		const rest = file.bytes.length % BLOCK;
		if (rest > 0) parts.push(new Uint8Array(BLOCK - rest));
	}
	parts.push(new Uint8Array(2 * BLOCK));
	return concat(parts);
}

function tarHeader({ path, bytes }: ArchiveFile, mtime: Date): Uint8Array {
	if (Buffer.byteLength(path) > LONGEST_PATH) throw new RangeError(`Path too long for a ustar header: ${path}`);
	const header = Buffer.alloc(BLOCK);
	header.write(path, 0);
	header.write(octal(0o644, 7), 100);
	header.write(octal(0, 7), 108);
	header.write(octal(0, 7), 116);
	header.write(octal(bytes.length, 11), 124);
	header.write(octal(Math.floor(mtime.getTime() / 1000), 11), 136);
	header.write('        ', 148);
	header.write('0', 156);
	header.write('ustar\u000000', 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${octal(sum, 6)}\u0000 `, 148);
	return header;
}

function octal(value: number, width: number): string {
	return value.toString(8).padStart(width, '0');
}

/** RFC 1952 around RFC 1951 stored blocks. Mtime 0 and operating system 255 (unknown) keep the header constant. */
function gzipStored(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const parts: Uint8Array[] = [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)];
	for (let start = 0; start < bytes.length; start += STORED_CHUNK) {
		const chunk = bytes.subarray(start, start + STORED_CHUNK);
		const isLast = start + STORED_CHUNK >= bytes.length;
		const head = Buffer.alloc(5);
		head.writeUInt8(isLast ? 1 : 0, 0);
		head.writeUInt16LE(chunk.length, 1);
		head.writeUInt16LE(chunk.length ^ 0xffff, 3);
		parts.push(head, chunk);
	}
	const tail = Buffer.alloc(8);
	tail.writeUInt32LE(crc32(bytes), 0);
	tail.writeUInt32LE(bytes.length, 4);
	parts.push(tail);
	return concat(parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const total = parts.reduce((size, part) => size + part.length, 0);
	const result = new Uint8Array(total);
	let offset = 0;
	for (const part of parts) {
		result.set(part, offset);
		offset += part.length;
	}
	return result;
}
