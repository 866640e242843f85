import { expect, test } from 'vitest';
import { createSignInLimit } from './sign-in-limit';

test('the attempt after the last allowed one waits until its minute is over; others are not affected', () => {
	let now = 0;
	const limit = createSignInLimit(2, () => new Date(now));
	expect([limit.take('a'), limit.take('a')]).toEqual([0, 0]);
	now = 20_000;
	expect(limit.take('a')).toBe(40);
	expect(limit.take('b')).toBe(0);
	now = 60_000;
	expect(limit.take('a')).toBe(0);
});

test('memory stays bounded when many names are tried', () => {
	const limit = createSignInLimit(1, () => new Date(0));
	for (let name = 0; name < 25_000; name++) expect(limit.take(String(name))).toBe(0);
	expect(limit.take('24999')).toBeGreaterThan(0);
});
