import { describe, expect, test } from 'vitest';
import { ownUrl, readConfig, shownUrl } from './config';

describe('readConfig', () => {
	test('an empty environment gives the embedded default on loopback', () => {
		const config = readConfig({}, '/srv/packyard');

		expect(config).toMatchObject({
			port: 3000,
			host: '127.0.0.1',
			databaseUrl: null,
			kube: null,
			github: null,
			role: 'all',
		});
		expect(config.dataDir).toBe('/srv/packyard/data');
	});

	test('every problem is listed at once and no value is repeated', () => {
		const read = () => readConfig({ PORT: 'abc', PACKYARD_SECRET: 'too-short-value', PACKYARD_ROLE: 'queen' }, '/srv');

		expect(read).toThrow(/PORT:[\s\S]*PACKYARD_SECRET:[\s\S]*PACKYARD_ROLE:/);
		expect(read).not.toThrow(/too-short-value/);
	});

	test('a portal without its runner is refused, with both settings named', () => {
		expect(() => readConfig({ PACKYARD_ROLE: 'portal' }, '/srv')).toThrow(
			/PACKYARD_RUNNER_TOKEN[\s\S]*PACKYARD_RUNNER_URL/,
		);
	});

	test('an empty variable counts as absent', () => {
		expect(readConfig({ DATABASE_URL: '' }, '/srv').databaseUrl).toBeNull();
	});

	test('a token does not show when the configuration is printed', () => {
		const config = readConfig(
			{ PACKYARD_GITHUB_ORG: 'acme', PACKYARD_GITHUB_TOKEN: 'ghp_do_not_print_me_123456' },
			'/srv',
		);

		expect(JSON.stringify(config)).not.toContain('do_not_print');
	});

	test('the proxies of the server are read as other programs read them, and their passwords do not show', () => {
		const { proxies } = readConfig(
			{
				https_proxy: 'http://ana:hunter2@proxy.example:3128',
				HTTP_PROXY: 'proxy.example:8080',
				no_proxy: 'a.b, .c 10.0.0.0/8',
			},
			'/srv',
		);

		expect(proxies.https?.reveal()).toBe('http://ana:hunter2@proxy.example:3128');
		expect(proxies.http?.reveal()).toBe('http://proxy.example:8080');
		expect(proxies.except).toEqual(['a.b', '.c', '10.0.0.0/8']);
		expect(JSON.stringify(proxies)).not.toContain('hunter2');
		expect(readConfig({ https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2' }, '/srv').proxies.https?.reveal()).toBe(
			'http://b:2',
		);
		expect(() => readConfig({ HTTPS_PROXY: 'socks5://hunter2@x:1' }, '/srv')).toThrow(/HTTPS_PROXY: must be an http/);
	});
});

test.each([
	['127.0.0.1', 'http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
	['0.0.0.0', 'http://127.0.0.1:3000', 'http://localhost:3000'],
	['::', 'http://127.0.0.1:3000', 'http://localhost:3000'],
	['10.0.0.7', 'http://10.0.0.7:3000', 'http://10.0.0.7:3000'],
	['::1', 'http://[::1]:3000', 'http://[::1]:3000'],
	['fd00::2', 'http://[fd00::2]:3000', 'http://[fd00::2]:3000'],
])('listening on %s, the portal reaches itself at %s and people at %s', (host, own, shown) => {
	expect(ownUrl({ host, port: 3000 })).toBe(own);
	expect(shownUrl({ host, port: 3000 })).toBe(shown);
});
