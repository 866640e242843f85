import { expect, test } from 'vitest';
import { containsCredential, isPlaceholder, looksSecret } from './secrecy';

test.each([
	'API_KEY',
	'GEMINI_API_KEY',
	'STRIPE_SECRET',
	'TOKEN',
	'GITHUB_TOKEN',
	'DB_PASSWORD',
	'DB_PASS',
	'PASSWORD',
	'apiKey',
	'MY_CREDENTIALS',
])('%s looks like a secret', (key) => {
	expect(looksSecret(key)).toBe(true);
});

test.each(['NATS_URL', 'REGION', 'PASSENGERS', 'MONKEY', 'LOG_LEVEL', 'PORT'])(
	'%s does not look like a secret',
	(key) => {
		expect(looksSecret(key)).toBe(false);
	},
);

test.each([
	'postgres://user:pw@db:5432/app',
	'https://token@github.com/x',
	'nats://a:4222,nats://user:pw@b:4222',
	'mongodb://u:p@a,b/db',
	'https://x.example/hook?token=abc',
	'https://x.example/hook?a=1&api_key=abc',
	'https://x.example/hook?KEY=abc',
	'Server=db;Password=abc;',
	'host=db password=abc',
	'ghp_abcdefghijklmnop',
	'sk-abcdef',
])('%s holds a credential', (value) => {
	expect(containsCredential(value)).toBe(true);
});

test.each([
	'',
	'nats://nats.khal-system.svc:4222',
	'https://example.com/@ana',
	'https://example.com/?q=a@b.c',
	'https://example.com/?token=',
	'ana@example.com',
	'key=value',
	'plain text',
	'monkey=1?',
])('%s holds no credential', (value) => {
	expect(containsCredential(value)).toBe(false);
});

test('64 KB of hostile text are searched to the end', () => {
	for (const part of ['://', 'a=', '?key', ';pwd', '@'])
		expect(typeof containsCredential(part.repeat(20_000))).toBe('boolean');
});

test.each(['your-api-key', '<token>', 'changeme', 'CHANGE_ME', 'xxxx', 'TODO', 'sk-xxxx', 'password'])(
	'%s is a placeholder',
	(value) => {
		expect(isPlaceholder(value)).toBe(true);
	},
);

test.each(['', 'false', '8080', 'yourself', 'https://example.com', 'sk-live-1'])('%s is no placeholder', (value) => {
	expect(isPlaceholder(value)).toBe(false);
});
