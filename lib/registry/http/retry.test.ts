import { describe, expect, test } from 'vitest';
import { askedWait, backoff, isRateLimit, isRetriableStatus } from './retry';

const now = new Date('2026-11-20T12:00:00Z');

describe('askedWait', () => {
	test.each([
		['seconds', { 'retry-after': '7' }, '', 7_000],
		['a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, '', 30_000],
		['a date in the past', { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, '', 0],
		['nonsense', { 'retry-after': 'soon' }, '', null],
		['the reset of GitHub', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795176060' }, '', 60_000],
		['a reset while requests remain', { 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '1795176060' }, '', null],
		['microseconds in the message', {}, 'retry-after: 880.092µs, allowed: 44000/minute', 1_000],
		['minutes and seconds in the message', {}, 'Retry-After: 1m30.5s', 90_500],
		['nothing', {}, '', null],
	])('reads %s', (_title, headers, body, expected) => {
		expect(askedWait(new Headers(headers), body, now)).toBe(expected);
	});
});

test.each([
	[429, {}, '', true],
	[403, {}, '', false],
	[403, { 'retry-after': '1' }, '', true],
	[403, { 'x-ratelimit-remaining': '0' }, '', true],
	[403, {}, 'You have exceeded a secondary rate limit', true],
	[404, { 'retry-after': '1' }, '', false],
])('status %i with %o is a rate limit: %s', (status, headers, body, expected) => {
	expect(isRateLimit(status, new Headers(headers), body)).toBe(expected);
});

test('only statuses that may heal are repeated', () => {
	const all = [200, 400, 401, 403, 404, 408, 429, 500, 501, 502, 503, 504, 505];

	expect(all.filter(isRetriableStatus)).toEqual([408, 429, 500, 502, 503, 504]);
});

test('waits grow and never go below what was asked', () => {
	expect([1, 2, 3].map((attempt) => backoff(attempt, null, () => 0))).toEqual([250, 500, 1000]);
	expect([1, 2, 3].map((attempt) => backoff(attempt, null, () => 1))).toEqual([500, 1000, 2000]);
	expect(backoff(1, 4_000, () => 0)).toBe(4_000);
});
