import { describe, expect, test } from 'vitest';
import { checkResolved, checkTarget, createTargetCheck, type HostPolicy, matchesHost } from './policy';

const open: HostPolicy = {
	configured: ['ghcr.io'],
	allowed: ['*.githubusercontent.com', 'storage.example.com', '10.0.0.7'],
	plainHttp: [],
	internal: false,
};

describe('checkTarget', () => {
	test.each(['https://ghcr.io/v2/', 'https://pkg.githubusercontent.com/x', 'https://storage.example.com:8443/'])(
		'allows %s',
		(url) => {
			expect(() => checkTarget(new URL(url), open)).not.toThrow();
		},
	);

	test.each([
		['a host that is not listed', 'https://evil.example/', /allowed hosts/],
		['a name that only ends like an allowed one', 'https://evilgithubusercontent.com/', /allowed hosts/],
		['plain http', 'http://ghcr.io/', /plain http/],
		['credentials in the address', 'https://user:pass@ghcr.io/', /Remove the credentials/],
		['another scheme', 'ftp://ghcr.io/', /https/],
		['a private address even when it is listed', 'https://10.0.0.7/', /internal/],
		['loopback from a public source', 'https://127.0.0.1/', /allowed hosts/],
	])('refuses %s and says what to do', (_title, url, hint) => {
		expect(() => checkTarget(new URL(url), open)).toThrowError(
			expect.objectContaining({ code: 'upstream_forbidden', hint: expect.stringMatching(hint) }),
		);
	});

	test('an internal source may be redirected to a private address that is listed', () => {
		expect(() => checkTarget(new URL('https://10.0.0.7/'), { ...open, internal: true })).not.toThrow();
	});

	test('plain http works for the host it was allowed for, and for no other', () => {
		const policy = { ...open, configured: ['harbor.corp:8080', 'ghcr.io'], plainHttp: ['harbor.corp:8080'] };

		expect(() => checkTarget(new URL('http://harbor.corp:8080/'), policy)).not.toThrow();
		expect(() => checkTarget(new URL('http://ghcr.io/'), policy)).toThrow();
	});
});

describe('createTargetCheck', () => {
	test('a host that passed once passes again, but not with credentials in the address or without TLS', () => {
		const check = createTargetCheck(open);
		check(new URL('https://ghcr.io/v2/'));

		expect(() => check(new URL('https://ghcr.io/v2/x/tags/list'))).not.toThrow();
		expect(() => check(new URL('https://user:pass@ghcr.io/'))).toThrow();
		expect(() => check(new URL('http://ghcr.io/'))).toThrow();
	});

	test('what one request may reach is not remembered for the next', () => {
		const check = createTargetCheck(open);
		const url = new URL('https://auth.example/token');

		expect(() => check(url, ['auth.example'])).not.toThrow();
		expect(() => check(url)).toThrow();
	});
});

describe('checkResolved', () => {
	test('a name the admin wrote out may be inside the network', () => {
		expect(() => checkResolved('storage.example.com', '10.1.2.3', open)).not.toThrow();
	});

	test('a name that only matches a pattern must not point inside', () => {
		expect(() => checkResolved('x.githubusercontent.com', '10.1.2.3', open)).toThrow(/private network/);
		expect(() => checkResolved('x.githubusercontent.com', '140.82.112.1', open)).not.toThrow();
	});

	test('nobody may point to a metadata service', () => {
		expect(() => checkResolved('ghcr.io', '169.254.169.254', open)).toThrow(/reserved/);
	});
});

test.each([
	['ghcr.io', 'ghcr.io', true],
	['GHCR.io', 'ghcr.io:8443', true],
	['ghcr.io:443', 'ghcr.io:8443', false],
	['*.example.com', 'a.b.example.com', true],
	['*.example.com', 'example.com', false],
	['*.example.com', 'notexample.com', false],
])('pattern %s and host %s match: %s', (pattern, host, isMatch) => {
	expect(matchesHost(pattern, host)).toBe(isMatch);
});
