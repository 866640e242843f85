import { expect, test } from 'vitest';
import type { PackSummary } from '@/lib/contracts/packs';
import { indexPacks, readSelection, selectPacks, writeSelection } from './pack-filter';

const everything = { q: '', shape: null, state: 'all' } as const;

test('every word must occur, in any field and any case', () => {
	const index = indexPacks([pack({ name: 'Billing', description: 'Sends invoices' }), pack({ name: 'Terminal' })]);
	expect(names(selectPacks(index, { ...everything, q: 'INVOICES bill' }))).toEqual(['Billing']);
	expect(names(selectPacks(index, { ...everything, q: 'invoices terminal' }))).toEqual([]);
});

test('a pack whose name starts with the text comes before one that only mentions it', () => {
	const index = indexPacks([pack({ name: 'Audit', description: 'Records every voice call' }), pack({ name: 'Voice' })]);
	expect(names(selectPacks(index, { ...everything, q: 'voice' }))).toEqual(['Voice', 'Audit']);
});

test('a pack can be installable, installed, both or neither', () => {
	const index = indexPacks([
		pack({ name: 'A', installable: true }),
		pack({ name: 'B', installable: false }),
		pack({ name: 'C', installable: true, installs: [{ id: 'i', version: '1.0.0', namespace: 'n' }] }),
	]);
	expect(names(selectPacks(index, { ...everything, state: 'installable' }))).toEqual(['A', 'C']);
	expect(names(selectPacks(index, { ...everything, state: 'blocked' }))).toEqual(['B']);
	expect(names(selectPacks(index, { ...everything, state: 'installed' }))).toEqual(['C']);
});

test('the address carries the selection and comes back as the same selection', () => {
	const selection = { q: 'voice & co', shape: 'bundle', state: 'blocked' } as const;
	expect(readSelection(new URLSearchParams(writeSelection(selection)))).toEqual(selection);
	expect(writeSelection(everything)).toBe('');
});

test('an address somebody edited by hand selects everything instead of failing', () => {
	expect(readSelection(new URLSearchParams('shape=toString&state=nothing'))).toEqual(everything);
});

function names(packs: PackSummary[]): string[] {
	return packs.map(({ name }) => name);
}

function pack(part: Partial<PackSummary>): PackSummary {
	return {
		id: 'id',
		slug: 'slug',
		name: 'Name',
		description: '',
		author: '',
		shape: 'full-stack',
		sourceId: 'source',
		sourceName: 'GitHub',
		latestVersion: '1.0.0',
		versions: 1,
		installable: true,
		reasons: [],
		needsSecrets: false,
		updatedAt: null,
		installs: [],
		...part,
	};
}
