import { expect, test } from 'vitest';
import type { MatrixCell, UpgradeMatrix } from '@/lib/contracts/matrix';
import { matrixCell as cell } from '@/test/support/views';
import { gridSummary, packGrids } from './upgrade-grid';

const row = (pack: string, release: string, version: string, cells: MatrixCell[]): UpgradeMatrix['rows'][number] => ({
	installId: `id-${release}`,
	packId: pack,
	packName: pack,
	slug: pack,
	namespace: 'khal',
	release,
	version,
	cells,
});
const blocked = cell('1.2.0', { state: 'blocked', blockedBy: ['Version 1.1.0 must be installed first.'] });
const matrix: UpgradeMatrix = {
	rows: [
		row('Notes', 'notes', '2.0.0', []),
		row('Billing', 'new', '1.1.0', [cell('1.2.0', { state: 'answers', answers: 2 })]),
		row('Billing', 'old', '1.0.0', [cell('1.1.0'), blocked]),
		row('Billing', 'older', '1.0.0', [cell('1.1.0'), blocked]),
		row('Billing', 'newest', '1.2.0', []),
	],
};

test('one table per pack, newest version first, and an empty place where there is nothing to do', () => {
	const [billing, notes] = packGrids(matrix, '');

	expect(billing?.versions).toEqual(['1.2.0', '1.1.0']);
	expect(billing?.rows.map(({ name, cells }) => [name, ...cells.map((one) => one?.state ?? null)])).toEqual([
		['khal/new', 'answers', null],
		['khal/old', 'blocked', 'safe'],
		['khal/older', 'blocked', 'safe'],
	]);
	expect(billing?.upToDate).toBe(1);
	expect(notes).toMatchObject({ packName: 'Notes', versions: [], rows: [], upToDate: 1 });
});

test('a reason is said once, whoever it stops', () => {
	expect(packGrids(matrix, '')[0]?.reasons).toEqual([
		{ version: '1.2.0', sentence: 'Version 1.1.0 must be installed first.' },
	]);
});

test('the search looks at packs, namespaces and releases', () => {
	expect(packGrids(matrix, 'bill older').flatMap(({ rows }) => rows.map(({ name }) => name))).toEqual(['khal/older']);
	expect(packGrids(matrix, 'nothing')).toEqual([]);
});

test('installs are counted by their newest step', () => {
	expect(gridSummary(matrix)).toEqual({ safe: 0, answers: 1, blocked: 2, none: 2 });
});
