import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Parser, type ReadEntry } from 'tar';
import { describe, expect, test } from 'vitest';
import { archiveOf, type Entry } from '../../test/support/chart-fixture';
import { readPlainTar } from './plain-tar';

const tarOf = (entries: readonly Entry[]) => gunzipSync(archiveOf(entries));
const chart: readonly Entry[] = [
	{ path: 'pack-x/', type: 'Directory' },
	{ path: 'pack-x/Chart.yaml', content: 'name: pack-x' },
	{ path: 'pack-x/empty', content: '' },
	{ path: 'pack-x/files/khal-app.json', content: '{"id":"x"}'.repeat(100) },
];

type Seen = { path: string; type: string; size: number; content: string };

/** What the general reader makes of it; null when it refuses. */
function general(tar: Buffer): Seen[] | null {
	const seen: Seen[] = [];
	let isRefused = false;
	const refuse = () => {
		isRefused = true;
	};
	const parser = new Parser({ strict: true });
	parser.on('entry', (entry: ReadEntry) => {
		const chunks: Buffer[] = [];
		entry.on('data', (chunk: Buffer) => chunks.push(chunk));
		entry.on('end', () => {
			const { path, type, size } = entry;
			seen.push({ path, type, size, content: Buffer.concat(chunks).toString('latin1') });
		});
	});
	parser.on('ignoredEntry', refuse);
	parser.on('error', refuse);
	parser.write(tar);
	parser.end();
	return isRefused ? null : seen;
}

function plain(tar: Buffer): Seen[] | null {
	return readPlainTar(tar)?.map((entry) => ({ ...entry, content: entry.content.toString('latin1') })) ?? null;
}

/** Write the checksum that belongs to a header, so that a change elsewhere in it is not simply refused. */
function sign(tar: Buffer, at: number): void {
	tar.write('        ', at + 148, 'latin1');
	const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
	tar.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, at + 148, 'latin1');
}

describe('readPlainTar', () => {
	test('reads what helm package writes', () => {
		expect(plain(tarOf(chart))).toEqual(general(tarOf(chart)));
		expect(plain(tarOf(chart))).toHaveLength(4);
	});

	test.each<[string, (tar: Buffer) => Buffer]>([
		['nothing', () => Buffer.alloc(0)],
		['text', () => Buffer.from('not an archive'.repeat(100))],
		['half of it', (tar) => tar.subarray(0, 1024)],
		['no end', (tar) => tar.subarray(0, -1024)],
		['only one block of zeros at the end', (tar) => tar.subarray(0, -512)],
		['something behind the end', (tar) => Buffer.concat([tar, Buffer.alloc(512, 65)])],
		['a wrong checksum', (tar) => Buffer.concat([Buffer.from('q'), tar.subarray(1)])],
	])('leaves %s to the general reader', (_title, change) => {
		expect(readPlainTar(change(tarOf(chart)))).toBeNull();
	});

	test.each<[string, Entry]>([
		['a link', { path: 'a/link', type: 'SymbolicLink', linkpath: 'x' }],
		['a device', { path: 'a/device', type: 'CharacterDevice' }],
		['a path of more than 100 characters', { path: `a/${'b'.repeat(90)}/${'c'.repeat(60)}` }],
		['a path that is not ASCII', { path: 'a/ä' }],
	])('leaves %s to the general reader', (_title, entry) => {
		expect(readPlainTar(tarOf([...chart, entry]))).toBeNull();
	});

	test('agrees with the general reader wherever it answers, whatever is done to a header', { timeout: 60_000 }, () => {
		const original = tarOf(chart);
		let answered = 0;
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat(511), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x20, 0x30, 0x35, 0x37))), {
					maxLength: 3,
				}),
				fc.constantFrom(0, 512, 1536),
				fc.boolean(),
				(changes, at, signed) => {
					const tar = Buffer.from(original);
					for (const [index, byte] of changes) tar[at + index] = byte;
					if (signed) sign(tar, at);
					const mine = plain(tar);
					if (mine === null) return;
					answered += 1;
					expect(general(tar)).toEqual(mine);
				},
			),
			{ numRuns: 3000 },
		);

		expect(answered).toBeGreaterThan(500);
	});
});
