import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change } from './changes';
import { openJournal } from './journal';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'packyard-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const blob: Change = { kind: 'blob', repository: 'acme/x', bytes: Uint8Array.of(0, 255, 128, 1) };

test('what is recorded is replayed by the next run, bytes included, and the run after that', () => {
	const path = join(folder, 'registry.json');
	const first = openJournal(path);
	first.record([blob]);
	first.flush();
	const second = openJournal(path);
	expect(second.replay).toEqual([blob]);
	second.record([{ kind: 'remove-tag', repository: 'acme/x', tag: '1.0.0' }]);
	second.flush();
	expect(openJournal(path).replay).toHaveLength(2);
});

test('a damaged journal is an error, not an empty one', () => {
	const path = join(folder, 'registry.json');
	writeFileSync(path, '{"version":1,"changes":[{"kind":"blob"');
	expect(() => openJournal(path)).toThrow(SyntaxError);
	writeFileSync(path, '{"version":1,"changes":[{"kind":"nonsense"}]}');
	expect(() => openJournal(path)).toThrow(/kind/);
});
