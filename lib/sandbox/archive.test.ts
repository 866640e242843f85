import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import * as tar from 'tar';
import { expect, test } from 'vitest';
import { sha256 } from '@/lib/digest';
import { packArchive, textFiles } from './archive';

const mtime = new Date('2026-03-01T12:00:00Z');

test('an archive is read back by an ordinary tar with the same bytes, also over 64 KiB', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'packyard-archive-'));
	try {
		const large = 'çedilha\n'.repeat(20_000);
		const bytes = packArchive(textFiles({ 'Chart.yaml': 'name: x\n', 'files/large.txt': large }, 'x/'), mtime);
		await finished(Readable.from([Buffer.from(bytes)]).pipe(tar.extract({ cwd: folder, strict: true })));
		expect(await readFile(join(folder, 'x/Chart.yaml'), 'utf8')).toBe('name: x\n');
		expect(await readFile(join(folder, 'x/files/large.txt'), 'utf8')).toBe(large);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test('the digest of an archive is the same on every machine', () => {
	const bytes = packArchive(textFiles({ 'a.txt': 'a' }, 'x/'), mtime);
	expect(sha256(bytes)).toBe('sha256:ea7aa47340a27f1768d93d82d699db35d219ab053f0325807a4f0142deb84958');
});

test('a path that does not fit a ustar header is refused', () => {
	expect(() => packArchive(textFiles({ ['a'.repeat(120)]: '' }, 'x/'), mtime)).toThrow(RangeError);
});
