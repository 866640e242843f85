import { expect, test } from 'vitest';
import type { Revision } from '@/lib/contracts/installs';
import { isCurrent, lastGood, period, statesToReturnTo } from './revision-words';

const now = Date.parse('2026-04-05T10:00:00Z');

test.each([
	['2026-03-12T10:00:00Z', '2026-04-03T10:00:00Z', '12 Mar → 3 Apr (22 days)'],
	['2026-04-03T10:00:00Z', null, 'since 3 Apr (2 days)'],
	['2026-04-05T09:58:00Z', null, 'since 5 Apr, 09:58 UTC (2 min)'],
	['2026-04-05T04:00:00Z', '2026-04-05T05:00:00Z', '5 Apr, 04:00 → 05:00 UTC (1 hour)'],
	[null, null, 'never ran'],
])('a state from %s to %s reads %s', (activatedAt, retiredAt, words) => {
	expect(period({ activatedAt, retiredAt }, now)).toBe(words);
});

function revision(number: number, outcome: Revision['outcome'], from: string | null, to: string | null): Revision {
	return {
		number,
		version: `1.${number}.0`,
		chart: null,
		frontends: [],
		manifestDigest: null,
		planHash: null,
		createdAt: '2026-01-01T00:00:00Z',
		createdBy: { id: null, name: 'system' },
		reason: null,
		note: null,
		operationId: '00000000-0000-4000-8000-000000000001',
		operationKind: 'upgrade',
		activatedAt: from,
		retiredAt: to,
		outcome,
		helmRevision: null,
		kept: true,
	};
}

test('the state to return to is the newest good one that does not run now', () => {
	const revisions = [
		revision(1, 'good', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
		revision(2, 'good', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'),
		revision(3, 'failed', null, null),
		revision(4, 'good', '2026-03-01T00:00:00Z', null),
	];
	expect(lastGood(revisions)?.number).toBe(2);
	expect(revisions.filter(isCurrent).map((each) => each.number)).toEqual([4]);
	expect(lastGood(revisions.slice(2))).toBeNull();
});

test('after a change that was left where it failed, what ran before it comes first', () => {
	const revisions = [
		revision(1, 'good', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
		revision(2, 'good', '2026-02-01T00:00:00Z', null),
		revision(3, 'failed', null, null),
	];
	expect(statesToReturnTo(revisions, true).map((each) => each.number)).toEqual([2, 1]);
	expect(lastGood(revisions, true)?.number).toBe(2);
	expect(statesToReturnTo(revisions, false).map((each) => each.number)).toEqual([1]);
});
