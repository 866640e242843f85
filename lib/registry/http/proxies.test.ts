import { describe, expect, test } from 'vitest';
import { Secret } from '@/lib/core';
import { wayTo } from './proxies';

const https = new Secret('http://ana:hunter2@secure.proxy.example:3128');
const http = new Secret('http://plain.proxy.example:8080');

const from = (url: string, { except = [] as string[], own = null as string | null } = {}) =>
	wayTo(new URL(url), { own, server: { https, http, except } });

test('the server’s proxies are one for https and one for http', () => {
	expect(from('https://ghcr.io/v2/')).toMatchObject({ host: 'secure.proxy.example:3128', from: 'server' });
	expect(from('http://registry.corp/v2/')).toMatchObject({ host: 'plain.proxy.example:8080', from: 'server' });
});

test('what is shown of a proxy holds no password', () => {
	expect(JSON.stringify(from('https://ghcr.io/v2/'))).not.toContain('hunter2');
});

test('a source’s own proxy is for everything, whatever the server says', () => {
	const own = 'http://own.proxy.example:3128';

	expect(from('https://ghcr.io/', { own, except: ['*'] })).toMatchObject({ from: 'source' });
	expect(from('http://127.0.0.1:5000/', { own })).toMatchObject({ host: 'own.proxy.example:3128' });
});

test.each(['http://127.0.0.1:5000/', 'https://localhost:5000/', 'https://[::1]/', 'http://packs.localhost/'])(
	'%s is this machine and never asked for through the server’s proxy',
	(url) => {
		expect(from(url)).toBeNull();
	},
);

describe('NO_PROXY', () => {
	test.each([
		['*', 'https://ghcr.io/'],
		['corp.example', 'https://corp.example/'],
		['corp.example', 'https://harbor.corp.example/'],
		['.corp.example', 'https://harbor.corp.example/'],
		['*.corp.example', 'https://harbor.corp.example:8443/'],
		['CORP.example', 'https://harbor.corp.EXAMPLE/'],
		['harbor.corp.example:8443', 'https://harbor.corp.example:8443/'],
		['harbor.corp.example:443', 'https://harbor.corp.example/'],
		['10.1.2.3', 'https://10.1.2.3/'],
		['10.0.0.0/8', 'https://10.1.2.3:5000/'],
		['fd00::/8', 'https://[fd00::5]/'],
		['[fd00::5]', 'https://[fd00::5]/'],
	])('%s names %s', (entry, url) => {
		expect(from(url, { except: [entry] })).toBeNull();
	});

	test.each([
		['corp.example', 'https://evilcorp.example/'],
		['.corp.example', 'https://corp.example/'],
		['harbor.corp.example:8443', 'https://harbor.corp.example/'],
		['10.0.0.0/8', 'https://11.1.2.3/'],
		['10.0.0.0/99', 'https://10.1.2.3/'],
		['10.0.0.0/8', 'https://10.example/'],
		['', 'https://ghcr.io/'],
	])('"%s" does not name %s', (entry, url) => {
		expect(from(url, { except: [entry] })).not.toBeNull();
	});
});
