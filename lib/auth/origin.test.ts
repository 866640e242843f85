import { expect, test } from 'vitest';
import { isSameOrigin, ownOrigins } from './origin';

test('a loopback address is known by all its names with its port, another one only by its own', () => {
	expect(ownOrigins(['http://127.0.0.1:3000', 'https://packs.example.com/'])).toEqual([
		'http://localhost:3000',
		'http://127.0.0.1:3000',
		'http://[::1]:3000',
		'https://packs.example.com',
	]);
});

test.each([
	['our own page', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }, true],
	['our own page over plain http', { origin: 'http://127.0.0.1:3000' }, true],
	['a command line', {}, true],
	['a typed address', { 'sec-fetch-site': 'none' }, true],
	['a foreign page', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
	['a foreign page in an old browser', { origin: 'https://evil.example' }, false],
	['a sister domain', { 'sec-fetch-site': 'same-site' }, false],
	['another port of this machine', { origin: 'http://localhost:8080' }, false],
	['a sandboxed frame', { origin: 'null' }, false],
	['our address as a prefix of theirs', { origin: 'http://localhost:3000.evil.example' }, false],
])('%s', (_, headers, allowed) => {
	expect(isSameOrigin(new Headers(headers), ['http://127.0.0.1:3000'])).toBe(allowed);
});
