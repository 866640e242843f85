import { describe, expect, test } from 'vitest';
import { envVar } from '@/test/support/manifests';
import { suspectRenames } from './rename';

const pairs = (from: Parameters<typeof suspectRenames>[0], to: Parameters<typeof suspectRenames>[1]) =>
	suspectRenames(from, to).map((rename) => `${rename.from} → ${rename.to}`);

describe('one removed and one added key', () => {
	test.each<[string, string, string, string]>([
		['API_KEY', '', 'SERVICE_API_KEY', ''],
		['DB_URL', '', 'DATABASE_URL', ''],
		['apiKey', '', 'API_KEY', ''],
		['SMTP_HOST', 'Mail server', 'MAIL_SMTP_HOST', 'Mail server to use'],
		['STRIPE_KEY', 'Key of the Stripe account', 'STRIPE_SECRET_KEY', 'Stripe secret'],
		['GEMINI_TOKEN', 'Key for the language model', 'LLM_CREDENTIAL', 'Key for the language model'],
	])('%s (%s) and %s (%s) look like a rename', (from, fromWords, to, toWords) => {
		expect(pairs([envVar(from, { description: fromWords })], [envVar(to, { description: toWords })])).toEqual([
			`${from} → ${to}`,
		]);
	});

	test.each<[string, string, string, string]>([
		['STRIPE_API_KEY', '', 'OPENAI_API_KEY', ''],
		['MAX_WORKERS', '', 'MIN_WORKERS', ''],
		['FEATURE_A', '', 'FEATURE_B', ''],
		['REGION', 'Where data is kept', 'LOG_LEVEL', 'How much is logged'],
		['STRIPE_API_KEY', 'Key for Stripe', 'OPENAI_API_KEY', 'Key for OpenAI'],
	])('%s (%s) and %s (%s) do not', (from, fromWords, to, toWords) => {
		expect(pairs([envVar(from, { description: fromWords })], [envVar(to, { description: toWords })])).toEqual([]);
	});

	test('a different type or secrecy is never a rename', () => {
		expect(pairs([envVar('API_KEY')], [envVar('MY_API_KEY', { type: 'secret', storage: 'vault' })])).toEqual([]);
		expect(pairs([envVar('PORT_A')], [envVar('MY_PORT_A', { type: 'number' })])).toEqual([]);
		expect(pairs([envVar('A_NAME')], [envVar('MY_A_NAME', { storage: 'vault' })])).toEqual([]);
		expect(pairs([envVar('A_NAME')], [envVar('MY_A_NAME')])).toEqual(['A_NAME → MY_A_NAME']);
	});
});

test('everybody gets one partner, the best first', () => {
	const from = [envVar('STRIPE_KEY'), envVar('STRIPE_HOOK_KEY')];
	const to = [envVar('PAY_STRIPE_HOOK_KEY'), envVar('PAY_STRIPE_KEY')];
	expect(pairs(from, to).sort()).toEqual(['STRIPE_HOOK_KEY → PAY_STRIPE_HOOK_KEY', 'STRIPE_KEY → PAY_STRIPE_KEY']);
});

test('the order of declaration does not matter', () => {
	const from = ['A_URL', 'B_URL', 'C_URL'].map((key) => envVar(key));
	const to = ['NEW_A_URL', 'NEW_B_URL', 'NEW_C_URL'].map((key) => envVar(key));
	expect(pairs(from, to)).toEqual(pairs([...from].reverse(), [...to].reverse()));
});

test('a contract rewritten from scratch is compared to the end', () => {
	const many = (prefix: string) =>
		Array.from({ length: 500 }, (_, index) => envVar(`${prefix}_SHARED_${index}`, { description: 'the same words' }));
	expect(suspectRenames(many('OLD'), many('NEW')).length).toBeGreaterThan(0);
});
