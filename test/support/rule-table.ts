import { describe, expect, test } from 'vitest';
import { type ContractChange, diffContract, type EnvVar, explainChange, type Manifest } from '@/lib/manifest';
import { backendOf, envVar, manifestOf, stepsOf } from './manifests';

type Side = { contract?: EnvVar[]; pack?: Record<string, string>; fields?: Partial<Manifest> };

/** One rule of facts/peers.md 5.A.1: a pair of versions, and all that the comparison may say about it. */
export type RuleRow = {
	rule: string;
	older: Side;
	newer: Side;
	answers?: Parameters<typeof diffContract>[0]['answers'];
	instanceKeys?: string[];
	expected: (Partial<ContractChange> & Pick<ContractChange, 'kind' | 'verdict' | 'gate'>)[];
	questions?: string[];
};

/** What an install holds, and keys to build both ends of a row from. */
export const nothing = { plain: {}, secretsSet: [] };
export const has = (plain: Record<string, string>) => ({ plain, secretsSet: [] });
export const stored = (...secretsSet: string[]) => ({ plain: {}, secretsSet });

export const A = (fields: Partial<EnvVar> = {}) => envVar('A', fields);
export const required = { required: true };
export const secret = { type: 'secret', storage: 'vault' } as const;

/** Every row does what it says, and every change has its sentence in both languages. */
export function holdRules(table: readonly RuleRow[]): void {
	describe('the rule table', () => {
		test.each(table)('$rule', ({ older, newer, answers, instanceKeys, expected, questions = [] }) => {
			const steps = stepsOf(manifestFrom(older), manifestFrom(newer));
			const diff = diffContract({ steps, answers, instanceKeys });
			expect(diff.changes).toHaveLength(expected.length);
			expect(diff.changes).toMatchObject(expected);
			expect(diff.questions).toEqual(questions);
			expect(diff.verdict).toBe(expected[0]?.verdict ?? 'none');
		});

		test('every change has one sentence in each language, and they differ', () => {
			for (const { older, newer, answers, instanceKeys } of table) {
				const steps = stepsOf(manifestFrom(older), manifestFrom(newer));
				for (const change of diffContract({ steps, answers, instanceKeys }).changes) {
					const english = explainChange(change);
					const portuguese = explainChange(change, 'pt-BR');
					expect(english).toMatch(/^[^\n]{10,300}\.$/);
					expect(portuguese).toMatch(/^[^\n]{10,300}\.$/);
					expect(portuguese).not.toBe(english);
					expect(`${english}${portuguese}`).not.toMatch(/undefined|null|NaN|\[object/);
				}
			}
		});

		test('the sentences themselves', () => {
			const sentences = table.flatMap(({ rule, older, newer, answers, instanceKeys }) =>
				diffContract({ steps: stepsOf(manifestFrom(older), manifestFrom(newer)), answers, instanceKeys }).changes.map(
					(change) => [rule, explainChange(change), explainChange(change, 'pt-BR')],
				),
			);
			expect(sentences).toMatchSnapshot();
		});
	});
}

function manifestFrom({ contract = [], pack = {}, fields }: Side): Manifest {
	return manifestOf(contract, { backend: backendOf(pack), ...fields });
}
