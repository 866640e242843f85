import { describe, expect, test } from 'vitest';
import { envVar } from '@/test/support/manifests';
import { answerSchema, checkAnswers, normaliseAnswer } from './answers';
import type { EnvVarType } from './schema';

const secret = { type: 'secret', storage: 'vault' } as const;
const must = { required: true };

function reasonFor(type: EnvVarType, text: string): string | null {
	return checkAnswers([envVar('A', { type, storage: 'config' })], { A: text })[0]?.reason ?? null;
}

describe('a single answer', () => {
	test.each<[EnvVarType, string]>([
		['string', ' any text, kept as it is '],
		['secret', 'anything'],
		['number', '8080'],
		['number', ' -0.5e3 '],
		['number', '.5'],
		['boolean', 'true'],
		['boolean', ' FALSE '],
		['url', 'https://example.com/a?b=c'],
		['url', 'nats://nats.khal-system.svc:4222'],
		['url', 'postgres://user:pw@db:5432/app'],
		['url', 'mongodb://a:1,b:2/db'],
		['url', 'jdbc:postgresql://db/app'],
		['url', 'mailto:ana@example.com'],
		['url', 'file:///var/data'],
	])('%s accepts %j', (type, text) => {
		expect(reasonFor(type, text)).toBeNull();
	});

	test.each<[EnvVarType, string]>([
		['number', 'ten'],
		['number', '1,5'],
		['number', '0x10'],
		['number', '1e999'],
		['number', 'NaN'],
		['boolean', 'yes'],
		['boolean', '1'],
		['url', 'example.com'],
		['url', 'localhost:3000'],
		['url', '/relative'],
		['url', 'https://'],
		['url', 'nats://'],
		['url', 'https://a b'],
		['url', 'http://:80'],
		['string', 'a\0b'],
		['secret', 'x'.repeat(65_537)],
	])('%s refuses %j with one sentence that names the key', (type, text) => {
		expect(reasonFor(type, text)).toMatch(/^A .+\.$/);
	});

	test('64 KB of digits are judged without delay or fuss', () => {
		expect(reasonFor('number', `${'1'.repeat(65_000)}x`)).not.toBeNull();
		expect(reasonFor('url', `${'a.'.repeat(32_000)}`)).not.toBeNull();
	});

	test.each<[EnvVarType, string, string]>([
		['boolean', ' True ', 'true'],
		['number', ' 5 ', '5'],
		['url', ' nats://x ', 'nats://x'],
		['string', ' x ', ' x '],
		['secret', ' x\n', ' x\n'],
		['boolean', 'yes', 'yes'],
	])('%s %j is delivered as %j', (type, text, delivered) => {
		expect(normaliseAnswer(type, text)).toBe(delivered);
	});
});

describe('the answers to a contract', () => {
	test('a required key without any value is missing', () => {
		expect(checkAnswers([envVar('A', must)], {})).toEqual([{ name: 'A', reason: 'A is required: give it a value.' }]);
		expect(checkAnswers([envVar('A', must)], { A: '' })).toHaveLength(1);
	});

	test.each<[string, Parameters<typeof checkAnswers>[0], Parameters<typeof checkAnswers>[2]]>([
		['a default', [envVar('A', { ...must, default: 'x' })], {}],
		['a kept secret', [envVar('A', { ...must, ...secret })], { kept: new Set(['A']) }],
		['a value from the instance or the pack', [envVar('A', must)], { provided: new Set(['A']) }],
	])('%s satisfies a required key', (_, contract, options) => {
		expect(checkAnswers(contract, {}, options)).toEqual([]);
	});

	test('an optional key may stay empty', () => {
		expect(checkAnswers([envVar('A', { type: 'number' })], { A: '' })).toEqual([]);
	});

	test('an unknown key is refused by name', () => {
		expect(checkAnswers([envVar('A')], { B: 'x' })).toEqual([
			{ name: 'B', reason: "B is not part of this pack's contract: remove it." },
		]);
		expect(checkAnswers([envVar('A')], { constructor: 'x' })).toHaveLength(1);
	});

	test('a key named like an object member is answered by its own value only', () => {
		expect(checkAnswers([envVar('constructor', must)], {})).toHaveLength(1);
		expect(checkAnswers([envVar('constructor', must)], { constructor: 'x' })).toEqual([]);
	});

	test('there is one sentence per key, in the order of the contract, unknown keys last', () => {
		const contract = [envVar('B', must), envVar('A', { type: 'number' })];
		expect(checkAnswers(contract, { Z: '1', A: 'x' }).map(({ name }) => name)).toEqual(['B', 'A', 'Z']);
	});

	test('the parsed answers are normalised and leave out what is not answered', () => {
		const contract = [envVar('A', { type: 'boolean' }), envVar('B')];
		expect(answerSchema(contract).parse({ A: 'TRUE', B: '' })).toEqual({ A: 'true' });
	});

	test('no sentence repeats the refused value', () => {
		const [problem] = checkAnswers([envVar('A', { type: 'url', storage: 'vault' })], { A: 'hunter2-secret' });
		expect(problem?.reason).not.toContain('hunter2');
	});

	test('sentences come in Portuguese too', () => {
		expect(checkAnswers([envVar('A', must)], {}, { locale: 'pt-BR' })[0]?.reason).toBe(
			'A é obrigatório: informe um valor.',
		);
	});
});
