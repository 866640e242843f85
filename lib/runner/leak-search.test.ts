import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Secret } from '@/lib/core';
import { createLeakSearch } from './leak-search';

const value = 's3cr3t/Wert "1" ü';
const search = createLeakSearch(
	new Map([
		['API_KEY', new Secret(value)],
		['PIN', new Secret('123')],
	]),
);
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

test.each<[string, unknown]>([
	['plain', { a: [{ b: `x ${value} y` }] }],
	['as a key', { [value]: 1 }],
	['JSON inside text', JSON.stringify(JSON.stringify({ password: value }))],
	['in a URL', `https://x/?k=${encodeURIComponent(value)}`],
	['base64, as Secrets hold it', { data: { k: base64(value) } }],
	['base64 in the middle of a manifest', `kind: Secret\ndata:\n  k: ${base64(`prefix ${value}`)}\n`],
	['base64 twice', base64(base64(`a${value}`))],
	['gzip in base64 in base64, as Helm stores it', base64(base64(gzipSync(JSON.stringify({ config: { p: value } }))))],
	['a chart file inside a record', base64(gzipSync(JSON.stringify({ files: [{ data: base64(`k=${value}`) }] })))],
])('a value is found %s', (_, haystack) => {
	expect(search.keysIn(haystack)).toEqual(['API_KEY']);
});

test('the control: other text is clean, also when it looks packed', () => {
	expect(
		search.keysIn({ a: 'nothing here', b: base64(gzipSync('nothing')), c: 'H4sIAAAA', d: 'deploymentdeployment' }),
	).toEqual([]);
});

test('values shorter than four characters are not searched, and that is said', () => {
	expect(search.skipped).toEqual(['PIN']);
	expect(search.keysIn('pin 123')).toEqual([]);
});

test('numbers are searched as text', () => {
	expect(createLeakSearch(new Map([['N', new Secret('12345')]])).keysIn({ replicas: 12345 })).toEqual(['N']);
});
