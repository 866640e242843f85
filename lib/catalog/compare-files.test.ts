import { expect, test } from 'vitest';
import { compareFiles } from './compare-files';

const text = (value: string) => new TextEncoder().encode(value);
const before = new Map([
	['pack-a/Chart.yaml', text('version: 1.0.0')],
	['pack-a/values.yaml', text('a: 1')],
	['pack-a/templates/gone.yaml', text('x')],
]);

test('files are compared by their path inside the chart, whatever the root folder is called', () => {
	const after = new Map([
		['other/values.yaml', text('a: 2')],
		['other/Chart.yaml', text('version: 1.0.0')],
		['other/templates/new.yaml', text('y')],
	]);

	expect(compareFiles(before, after)).toEqual([
		{ path: 'templates/gone.yaml', change: 'removed' },
		{ path: 'templates/new.yaml', change: 'added' },
		{ path: 'values.yaml', change: 'changed' },
	]);
});

test('the same files are no change, and a long list is cut', () => {
	expect(compareFiles(before, before)).toEqual([]);
	expect(compareFiles(before, new Map(), 1)).toEqual([{ path: 'Chart.yaml', change: 'removed' }]);
});
