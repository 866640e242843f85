import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkIntegrity, isSameIntegrity, promisedIntegrity } from './integrity';

const bytes = Buffer.from('tarball');
const sri = (algorithm: string, content: Uint8Array = bytes) =>
	`${algorithm}-${createHash(algorithm).update(content).digest('base64')}`;
const subject = { host: 'npm.example', what: 'the npm tarball x' };

describe('checkIntegrity', () => {
	test.each([
		sri('sha512'),
		sri('sha1'),
		`${sri('sha1')} ${sri('sha512')}`,
		`${sri('sha512', Buffer.from('x'))} ${sri('sha512')}`,
	])('accepts %s', (integrity) => {
		expect(() => checkIntegrity(bytes, integrity, subject)).not.toThrow();
	});

	test.each([
		['other bytes', sri('sha512', Buffer.from('x'))],
		['a right sha1 next to a wrong sha512', `${sri('sha1')} ${sri('sha512', Buffer.from('x'))}`],
		['only an unknown algorithm', 'md5-abc='],
		['nothing', ''],
	])('refuses %s', (_title, integrity) => {
		expect(() => checkIntegrity(bytes, integrity, subject)).toThrowError(
			expect.objectContaining({ code: 'integrity_mismatch' }),
		);
	});
});

test('an old shasum becomes an integrity, and nothing checkable becomes null', () => {
	const shasum = createHash('sha1').update(bytes).digest('hex');

	expect(promisedIntegrity({ shasum })).toBe(sri('sha1'));
	expect(promisedIntegrity({ integrity: sri('sha512'), shasum })).toBe(sri('sha512'));
	expect(promisedIntegrity({ integrity: 'md5-x', shasum: 'nope' })).toBeNull();
	expect(promisedIntegrity({})).toBeNull();
});

test('two promises are compared by the strongest hash both have', () => {
	expect(isSameIntegrity(sri('sha512'), `${sri('sha1')} ${sri('sha512')}`)).toBe(true);
	expect(isSameIntegrity(sri('sha512'), sri('sha512', Buffer.from('x')))).toBe(false);
	expect(isSameIntegrity(sri('sha512'), sri('sha1'))).toBe(false);
});
