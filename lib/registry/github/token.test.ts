import { expect, test } from 'vitest';
import { endOfToken, scopeTrouble } from './token';

const now = new Date('2026-11-20T12:00:00Z');
const ending = (expiresAt: string | null) => endOfToken({ scopes: null, expiresAt }, now)?.detail ?? null;
const scoped = (scopes: string[] | null) => scopeTrouble({ scopes, expiresAt: null })?.detail ?? null;

test('the end of a token is announced two weeks before, and called past once it is', () => {
	expect(ending(null)).toBeNull();
	expect(ending('2027-03-01T00:00:00Z')).toBeNull();
	expect(ending('2026-11-25T00:00:00Z')).toBe('The token ends on 2026-11-25.');
	expect(ending('2026-11-19T00:00:00Z')).toBe('The token ended on 2026-11-19.');
});

test('scopes that do not include reading packages are named; a token without any list of scopes is not judged', () => {
	expect(scoped(['repo', 'read:packages'])).toBeNull();
	expect(scoped(['write:packages'])).toBeNull();
	expect(scoped(null)).toBeNull();
	expect(scoped(['repo'])).toContain('has the scope repo; reading packages needs read:packages');
	expect(scoped([])).toContain('has no scopes');
});
