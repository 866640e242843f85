import { expect, test } from 'vitest';
import type { PreviewResult } from '@/lib/contracts/runner';
import { foreignIn, takeOverItems } from './foreign';

const resource: PreviewResult['resources'][number] = {
	apiVersion: 'v1',
	kind: 'Service',
	namespace: 'khal-acme',
	name: 'notes',
	action: 'update',
	owner: null,
	restarts: false,
	fields: [],
	keys: [],
	problem: null,
};

function preview(resources: PreviewResult['resources']): PreviewResult {
	return {
		resources,
		headline: '',
		powers: [],
		keys: [],
		injected: [],
		warnings: [],
		images: [],
		manifestDigest: 'sha256:x',
		helmRevision: 0,
	};
}

test('only what belongs to somebody else is foreign; not having looked is not the same as none', () => {
	expect(foreignIn(preview([resource, { ...resource, name: 'old', owner: 'kubectl' }]))).toEqual([
		{ object: 'Service old', owner: 'kubectl' },
	]);
	expect(foreignIn(preview([resource]))).toEqual([]);
	expect(foreignIn(null)).toBeNull();
});

test('each object is agreed to by itself, and what another release loses is typed', () => {
	const items = takeOverItems([
		{ object: 'Service old', owner: 'kubectl' },
		{ object: 'ConfigMap shared', owner: 'the release khal-acme/other' },
	]);

	expect(items.map(({ id, typed }) => [id, typed])).toEqual([
		['take-over:Service old', null],
		['take-over:ConfigMap shared', 'shared'],
	]);
	expect(items[1]?.sentence).toContain('That release loses it.');
	expect(takeOverItems(null)).toEqual([]);
});
