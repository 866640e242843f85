import { describe, expect, test } from 'vitest';
import type { HostPolicy } from '../http/policy';
import { isSameSite, trustedRealm } from './realm';

const policy: HostPolicy = { configured: [], allowed: ['login.example.net'], plainHttp: [], internal: false };

describe('trustedRealm', () => {
	test.each([
		['https://ghcr.io/token', 'https://ghcr.io'],
		['https://auth.docker.io/token', 'https://registry-1.docker.io'],
		['https://gitlab.com/jwt/auth', 'https://registry.gitlab.com'],
		['https://login.example.net/t', 'https://registry.example.com'],
		['http://127.0.0.1:5000/token', 'http://127.0.0.1:5000'],
	])('trusts %s for %s', (realm, registry) => {
		expect(trustedRealm(realm, new URL(registry), policy).href).toBe(realm);
	});

	test.each([
		['https://evil.example/token', 'https://ghcr.io'],
		['http://ghcr.io/token', 'https://ghcr.io'],
		['https://user:pw@ghcr.io/token', 'https://ghcr.io'],
		['https://evil.azurecr.io/token', 'https://mine.azurecr.io'],
		['https://evil.co.uk/token', 'https://registry.co.uk'],
		['http://127.0.0.1:6000/token', 'http://127.0.0.1:5000'],
		['https://10.0.0.2/token', 'https://10.0.0.1'],
	])('refuses %s for %s and names the host', (realm, registry) => {
		expect(() => trustedRealm(realm, new URL(registry), policy)).toThrowError(
			expect.objectContaining({ code: 'upstream_forbidden', hint: expect.stringContaining(new URL(realm).host) }),
		);
	});
});

test('names without a domain are never of the same site', () => {
	expect(isSameSite('registry', 'registry')).toBe(false);
});
