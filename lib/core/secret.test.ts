import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { AppError, formsOf, isAppError, redact, Secret } from './index';

const value = 'p@ss "word"/ünique-7731';

describe('Secret', () => {
	test('never shows in JSON, text or inspection', () => {
		const secret = new Secret(value);

		const shown = [JSON.stringify({ secret }), `${secret}`, inspect({ secret }), String(secret)].join(' ');

		expect(shown).not.toContain('ünique');
		expect(secret.reveal()).toBe(value);
	});

	test('a living secret is removed from any text in every spelling', () => {
		const secret = new Secret(value);

		for (const form of formsOf(value)) expect(redact(`before ${form} after`)).toBe('before [secret] after');
		expect(secret.toString()).toBe('[secret]');
	});

	test('a secret that is the beginning of another leaves nothing of the longer one', () => {
		const both = [new Secret('start-1234'), new Secret('start-1234-and-the-rest')];

		expect(redact('it is start-1234-and-the-rest')).toBe('it is [secret]');
		expect(both).toHaveLength(2);
	});

	test('half a surrogate pair is a text like any other: nothing throws while such a secret lives', () => {
		const secret = new Secret('\ud800broken-7731');

		expect(redact('an ordinary sentence')).toBe('an ordinary sentence');
		for (const form of formsOf(secret.reveal())) expect(redact(`before ${form} after`)).toBe('before [secret] after');
	});

	test('where names are kept for ever, a short secret does not blank a part of one', () => {
		const both = [new Secret('prod'), new Secret('a-rather-long-secret-4711')];

		expect(redact('prod-ledger', { shortest: 16 })).toBe('prod-ledger');
		expect(redact('it is a-rather-long-secret-4711', { shortest: 16 })).toBe('it is [secret]');
		expect(both).toHaveLength(2);
	});

	test('control: a text that was never made a Secret stays as it is', () => {
		expect(redact('an ordinary sentence 4711')).toBe('an ordinary sentence 4711');
	});

	test.each([
		'token',
		'access_token',
		'api_key',
		'apikey',
		'key',
		'password',
		'sig',
		'X-Amz-Signature',
		'client_secret',
	])('the parameter %s of an address is removed, its name and its neighbours stay', (name) => {
		const text = redact(`GET https://host.test/hook?page=2&${name}=abc%2Fd7731&sort=up#end answered 404`);

		expect(text).toBe(`GET https://host.test/hook?page=2&${name}=[credentials]&sort=up#end answered 404`);
	});

	test('control: other parameters stay, and so do sentences with an equals sign', () => {
		const text = 'GET /api/packs?sort=key&monkey=1&page_size=20 token=abc of key=value';

		expect(redact(text)).toBe(text);
	});

	test('a long text without any credential is looked through quickly', () => {
		for (const part of ['?a', '&token', 'secret', 'eyJaaaaaaaa-', '?x=', '://a:'])
			expect(typeof redact(part.repeat(20_000))).toBe('string');
	});

	test('what looks like a credential is removed without being known', () => {
		const text = redact(
			'GET https://user:hunter22@host/x Authorization: Bearer abcdefgh12345678 ghp_aaaaaaaaaaaaaaaaaaaa',
		);

		expect(text).not.toMatch(/hunter22|abcdefgh12345678|ghp_a/);
	});
});

describe('AppError', () => {
	test('is recognised across copies of the module, as bundlers make them', async () => {
		vi.resetModules();
		const copy = await import('./errors');
		const foreign = new copy.AppError('conflict', 'made by another copy');

		expect(copy.AppError).not.toBe(AppError);
		expect(isAppError(foreign, 'conflict')).toBe(true);
		expect(isAppError(new Error('an ordinary one'))).toBe(false);
	});

	test('a secret of one copy is removed by the redactor of another', async () => {
		const secret = new Secret('made-here-5150');
		vi.resetModules();
		const copy = await import('./secret');

		expect(copy.redact('it is made-here-5150')).toBe('it is [secret]');
		expect(secret.toString()).toBe('[secret]');
	});
});
