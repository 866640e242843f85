import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containsCredential, hasHiddenPart, hideCredentials, isPlaceholder, looksSecret } from './secrecy';

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

test.each([
	['postgres://user:pw@db:5432/app', 'postgres://[hidden]@db:5432/app'],
	['nats://a:4222,nats://user:pw@b:4222,nats://c:d@e', 'nats://a:4222,nats://[hidden]@b:4222,nats://[hidden]@e'],
	['https://x.example/hook?a=1&token=abc%20d&b=2', 'https://x.example/hook?a=1&token=[hidden]&b=2'],
	['https://x.example/#access_token=abc&state=1', 'https://x.example/#access_token=[hidden]&state=1'],
	['https://s3.test/o?X-Amz-Date=1&X-Amz-Signature=0a1b', 'https://s3.test/o?X-Amz-Date=1&X-Amz-Signature=[hidden]'],
	['https://blob.test/c?sv=2&sig=a%2Fb', 'https://blob.test/c?sv=2&sig=[hidden]'],
	['Server=db;Password=a b c;Database=x', 'Server=db;Password=[hidden];Database=x'],
	['Server=db;Pwd="a;b";Database=x', 'Server=db;Pwd=[hidden];Database=x'],
	['ghp_abcdefghijklmnop', '[hidden]'],
])('of %s everyone may see %s', (value, shown) => {
	expect(hideCredentials(value)).toBe(shown);
	expect(hideCredentials(shown)).toBe(shown);
	expect(hasHiddenPart(shown)).toBe(true);
});

test('what is hidden is gone, whatever surrounds it, and nothing else changes', () => {
	const secret = fc.stringMatching(/^[a-zA-Z0-9%._~-]{6,20}$/).filter((text) => !/token|hidden|example/.test(text));
	const places = fc.constantFrom(
		(text: string) => `https://ana:${text}@host.example/path?page=2`,
		(text: string) => `https://host.example/a?page=2&api_key=${text}&b=3`,
		(text: string) => `nats://host.example:4222,nats://${text}@other.example`,
		(text: string) => `Server=host.example;Password=${text};Page=2`,
	);
	fc.assert(
		fc.property(secret, places, (text, place) => {
			const shown = hideCredentials(place(text));
			expect(shown).not.toContain(text);
			expect(shown).toContain('host.example');
			expect(containsCredential(shown)).toBe(false);
		}),
	);
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
