import { expect, test } from 'vitest';
import { pasteWarnings } from './paste';

test.each<[string, string, string, string | null]>([
	['a line break at the end', 'abc123\n', 'line-break-at-end', 'abc123'],
	['spaces around', ' abc123 ', 'space-around', 'abc123'],
	['quotation marks', '"abc123"', 'quotes', 'abc123'],
	['typographic quotation marks', '“abc123”', 'quotes', 'abc123'],
	['a line of an .env file', 'API_KEY=abc123', 'key-prefix', 'abc123'],
	['an exported line', 'export api_key=abc123', 'key-prefix', 'abc123'],
	['a zero-width character', 'abc\u200b123', 'invisible', 'abc123'],
	['a Bearer prefix', 'Bearer abc123', 'bearer', 'abc123'],
	['a placeholder', 'your-api-key', 'placeholder', null],
	['a public key', 'ssh-ed25519 AAAA ana', 'public-key', null],
])('%s is noticed', (_, value, code, fixed) => {
	expect(pasteWarnings(value)).toMatchObject([{ code, fixed }]);
});

test.each([
	'',
	'abc123',
	'sk_live_51abc==',
	'QUJD=',
	'eyJhbGciOi.J9.x-y_z',
	'postgres://u:p@db/x?sslmode=require',
	'-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n',
])('%j is left alone', (value) => {
	expect(pasteWarnings(value)).toEqual([]);
});

test('no message repeats the value', () => {
	for (const { message } of pasteWarnings(' "API_KEY=hunter2"\n', 'pt-BR')) expect(message).not.toContain('hunter2');
});
