import { describe, expect, test } from 'vitest';
import { SourceConfig, WritableSourceConfig } from './source-config';

describe('SourceConfig', () => {
	test('an organisation is enough; the rest is GitHub', () => {
		expect(SourceConfig.parse({ kind: 'github', org: 'khal-os' })).toMatchObject({
			account: 'org',
			apiUrl: 'https://api.github.com',
			registry: { host: 'ghcr.io', plainHttp: false },
			npmUrl: 'https://npm.pkg.github.com',
			internal: false,
		});
	});

	test.each([
		['a credential in an address', { apiUrl: 'https://user:pass@api.example' }],
		['a credential in the proxy', { proxy: 'http://user:pass@proxy:3128' }],
		['plain http over the network', { apiUrl: 'http://api.example' }],
		['an address instead of a registry host', { registry: { host: 'https://ghcr.io' } }],
		['a pattern for a whole top-level domain', { allowedHosts: ['*.com'] }],
		['an unknown setting', { token: 'x' }],
	])('%s is refused', (_title, change) => {
		expect(SourceConfig.safeParse({ kind: 'github', org: 'khal-os', ...change }).success).toBe(false);
	});

	test.each([
		['plain http on loopback', { apiUrl: 'http://127.0.0.1:4000/' }],
		['plain http inside the network', { apiUrl: 'http://ghe.corp', internal: true }],
		['a pattern below a domain', { allowedHosts: ['*.blob.example.com', '10.0.0.7:9000'] }],
	])('%s is accepted', (_title, change) => {
		expect(SourceConfig.safeParse({ kind: 'github', org: 'khal-os', ...change }).success).toBe(true);
	});
});

test('Docker Hub may be written by any of its names; what is asked is the one that is a registry', () => {
	const parsed = SourceConfig.parse({
		kind: 'oci',
		registry: { host: 'docker.io' },
		discovery: { by: 'names', repositories: ['acme/pack-files'] },
		allowedHosts: ['index.docker.io'],
		hostAliases: { 'docker.io': 'mirror.example.com' },
	});

	expect(parsed).toMatchObject({
		registry: { host: 'registry-1.docker.io' },
		allowedHosts: ['registry-1.docker.io'],
		hostAliases: { 'registry-1.docker.io': 'mirror.example.com' },
	});
});

test('a text that is no address is refused with words, not with an exception', () => {
	const parsed = WritableSourceConfig.safeParse({
		kind: 'npm',
		url: 'not an address',
		scope: '@acme',
		apiUrl: 'neither',
	});

	expect(parsed.success).toBe(false);
});
