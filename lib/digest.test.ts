import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digestOf, sha256, sri512 } from './digest';

test('sha256 gives the OCI form of the empty digest', () => {
	expect(sha256('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
	expect(sri512(new Uint8Array())).toMatch(/^sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/);
});

test('the order of keys does not change the digest', () => {
	expect(digestOf({ a: 1, b: { c: 2, d: 3 } })).toBe(digestOf({ b: { d: 3, c: 2 }, a: 1 }));
});

test('undefined members are left out and dates are their ISO text', () => {
	expect(canonicalJson({ a: undefined, at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
});

test('canonical JSON is JSON that means the same', () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
		}),
	);
});
