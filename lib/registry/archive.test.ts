import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { archiveOf } from '../../test/support/chart-fixture';
import { readArchive, withoutRoot } from './archive';

const all = { wanted: () => true };

describe('readArchive', () => {
	test('returns wanted files with their paths and nothing else', async () => {
		const archive = archiveOf([
			{ path: 'pack-x/', type: 'Directory' },
			{ path: 'pack-x/Chart.yaml', content: 'name: pack-x' },
			{ path: 'pack-x/big.bin', content: Buffer.alloc(100_000, 1) },
			{ path: 'pack-x/khal-app.json', content: '{}' },
		]);

		const files = await readArchive(archive, { wanted: (path) => withoutRoot(path) === 'khal-app.json' });

		expect([...files].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)])).toEqual([
			['pack-x/khal-app.json', '{}'],
		]);
	});

	test('a bomb is stopped at the limit of unpacked bytes', async () => {
		const bomb = archiveOf([{ path: 'package/zeros', content: Buffer.alloc(20 * 1024 * 1024) }]);

		const reading = readArchive(bomb, { wanted: () => false, limits: { totalBytes: 1024 * 1024 } });

		expect(bomb.length).toBeLessThan(100_000);
		await expect(reading).rejects.toMatchObject({ code: 'too_large', details: { fault: 'content' } });
	});

	test('an archive that is compressed twice is refused', async () => {
		await expect(readArchive(gzipSync(archiveOf([{ path: 'a/b', content: 'x' }])), all)).rejects.toMatchObject({
			code: 'upstream_invalid',
		});
	});

	test.each([
		['too many entries', [{ path: 'a/1' }, { path: 'a/2' }, { path: 'a/3' }], { entries: 2 }],
		['a wanted file that is too large', [{ path: 'a/1', content: 'xxxxx' }], { fileBytes: 4 }],
		['a path that is too long', [{ path: `a/${'b'.repeat(60)}` }], { pathLength: 50 }],
	])('%s is too large', async (_title, entries, limits) => {
		await expect(readArchive(archiveOf(entries), { ...all, limits })).rejects.toMatchObject({ code: 'too_large' });
	});

	test.each([
		['a path with a backslash', [{ path: 'a\\..\\b', content: 'x' }]],
		['a drive letter', [{ path: 'C:/x', content: 'x' }]],
		['a trailing ..', [{ path: 'a/..', content: 'x' }]],
		['a link that nobody wants', [{ path: 'a/link', type: 'SymbolicLink' as const, linkpath: 'x' }]],
	])('%s refuses the whole archive', async (_title, entries) => {
		const archive = archiveOf([{ path: 'a/khal-app.json', content: '{}' }, ...entries]);

		await expect(readArchive(archive, { wanted: (path) => path.endsWith('.json') })).rejects.toMatchObject({
			code: 'upstream_invalid',
		});
	});

	test.each([
		['nothing', Buffer.alloc(0)],
		['text', Buffer.from('not an archive')],
		['gzip of text', gzipSync('not an archive')],
		['half an archive', archiveOf([{ path: 'a/b', content: 'x'.repeat(5000) }]).subarray(0, 60)],
	])('%s is damaged, not empty', async (_title, bytes) => {
		await expect(readArchive(bytes, all)).rejects.toMatchObject({ code: 'upstream_invalid' });
	});
});
