import { describe, expect, test } from 'vitest';
import { envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { contractBadge } from './badge';
import { diffContract } from './diff';
import type { EnvVar } from './schema';

const secret = { type: 'secret', storage: 'vault' } as const;

describe('the badge', () => {
	const badge = (older: EnvVar[], newer: EnvVar[]) =>
		contractBadge(diffContract({ steps: stepsOf(manifestOf(older), manifestOf(newer)) }));
	const must = { required: true };

	test.each<[string, EnvVar[], EnvVar[], string, string]>([
		['nothing', [envVar('A')], [envVar('A')], 'none', 'no config change'],
		['two optional keys', [], [envVar('A'), envVar('B')], 'notice', '2 optional new'],
		['one required key', [], [envVar('A', must), envVar('B')], 'breaking', '1 required new'],
		['a required key and a removed one', [envVar('OLD')], [envVar('A', must)], 'breaking', '1 required new'],
		[
			'two required keys and an exposed secret',
			[envVar('S', secret)],
			[envVar('S'), envVar('A', must), envVar('B', must)],
			'breaking',
			'breaking: 3',
		],
		['a removed key', [envVar('A')], [], 'warning', '1 to review'],
		['a widened type', [envVar('A', { type: 'number' })], [envVar('A')], 'none', 'no config change'],
	])('for %s', (_, older, newer, tone, text) => {
		expect(badge(older, newer)).toEqual({ tone, text });
	});

	test('speaks Portuguese', () => {
		const diff = diffContract({ steps: stepsOf(manifestOf([]), manifestOf([envVar('A'), envVar('B')])) });
		expect(contractBadge(diff, 'pt-BR').text).toBe('2 novos opcionais');
	});
});
