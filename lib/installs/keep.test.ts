import { describe, expect, test } from 'vitest';
import { type KeepFacts, keptRevisions } from './keep';

const entry = { fingerprint: 'f', setBy: { id: 'u', name: 'Ana' }, setAt: '2026-11-20T10:00:00.000Z' };

function ran(number: number, archived: KeepFacts['archived'] = {}): KeepFacts {
	return { number, activatedAt: '2026-11-20T10:00:00.000Z', archived };
}
function never(number: number): KeepFacts {
	return { ...ran(number), activatedAt: null };
}

describe('which configurations stay in the cluster', () => {
	test('the newest states that ran, not the attempts between them', () => {
		const revisions = [ran(1), ran(2), never(3), never(4), ran(5)];
		expect(keptRevisions(revisions, { activeRevision: 5, desiredRevision: 5 }, 2)).toEqual([2, 5]);
	});

	test('what runs and what is wanted, however old or failed', () => {
		const revisions = [ran(1), ran(2), ran(3), never(4)];
		expect(keptRevisions(revisions, { activeRevision: 1, desiredRevision: 4 }, 2)).toEqual([1, 2, 3, 4]);
	});

	test('the one whose Secret holds an archived value of a kept one; a plain archived value holds nothing', () => {
		const revisions = [ran(1), ran(2), ran(3, { OLD_TOKEN: { ...entry, revision: 1 }, COLOUR: 'copper' }), ran(4)];
		expect(keptRevisions(revisions, { activeRevision: 4, desiredRevision: 4 }, 2)).toEqual([1, 3, 4]);
		expect(keptRevisions([...revisions, ran(5)], { activeRevision: 5, desiredRevision: 5 }, 2)).toEqual([4, 5]);
	});
});
