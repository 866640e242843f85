import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { ContractDiff } from './change';
import { diffContract } from './diff';
import { explainChange } from './messages';

describe('any history', () => {
	// Few names and no descriptions: collisions between versions are what the properties are about.
	const names = ['ALPHA', 'BRAVO_URL', 'CHARLIE_KEY', 'constructor', 'ECHO_PORT', 'toString'];
	const variable = fc.record({
		key: fc.constantFrom(...names),
		required: fc.boolean(),
		default: fc.option(fc.constantFrom('1', 'x', 'true'), { nil: null }),
		type: fc.constantFrom('string', 'number', 'boolean', 'secret', 'url'),
		storage: fc.constantFrom('config', 'vault'),
	});
	const manifest = fc
		.record({
			contract: fc.uniqueArray(variable, { selector: ({ key }) => key, maxLength: 6 }),
			pack: fc.dictionary(fc.constantFrom(...names), fc.constantFrom('p', 'q'), { maxKeys: 3 }),
			permissions: fc.uniqueArray(fc.constantFrom('nats:publish', 'pty:spawn', 'files:read')),
			sandbox: fc.option(fc.record({ enabled: fc.constant(true), sudoers: fc.boolean(), mounts: fc.nat(2) }), {
				nil: null,
			}),
		})
		.map(({ contract, pack, permissions, sandbox }) =>
			manifestOf(
				contract.map(({ key, ...fields }) =>
					envVar(key, { ...fields, storage: fields.type === 'secret' ? 'vault' : fields.storage }),
				),
				{ permissions, sandbox, backend: { image: null, helmChart: null, env: pack, ports: null } },
			),
		);
	const answers = fc.option(
		fc.record({
			plain: fc.dictionary(fc.constantFrom(...names), fc.constantFrom('1', 'x')),
			secretsSet: fc.subarray(names),
		}),
		{ nil: undefined },
	);

	test('a version compared with itself changes nothing', () => {
		fc.assert(
			fc.property(manifest, answers, (one, held) => {
				const diff = diffContract({ steps: stepsOf(one, structuredClone(one)), answers: held });
				expect(diff.changes).toEqual([]);
				expect(diff.verdict).toBe('none');
			}),
		);
	});

	test('where nothing was renamed, composing equals the direct diff', () => {
		fc.assert(
			fc.property(fc.array(manifest, { minLength: 2, maxLength: 6 }), answers, (path, held) => {
				const steps = stepsOf(...path);
				const composed = diffContract({ steps, answers: held });
				const direct = diffContract({
					steps: [steps[0], steps.at(-1)].filter((step) => step !== undefined),
					answers: held,
				});
				fc.pre([...composed.changes, ...direct.changes].every(({ kind }) => kind !== 'suspected-rename'));
				const unplaced = ({ changes }: ContractDiff) =>
					changes.map((change) => ({ ...change, fromVersion: null, toVersion: null }));
				expect(unplaced(composed)).toEqual(unplaced(direct));
				expect(composed.questions).toEqual(direct.questions);
				expect(composed.carried).toEqual(direct.carried);
			}),
		);
	});

	test('any two versions give a storable diff whose ids are unique and whose sentences exist', () => {
		fc.assert(
			fc.property(fc.array(manifest, { minLength: 2, maxLength: 4 }), answers, (path, held) => {
				const diff = diffContract({ steps: stepsOf(...path), answers: held });
				expect(ContractDiff.parse(diff)).toEqual(diff);
				expect(new Set(diff.changes.map(({ id }) => id)).size).toBe(diff.changes.length);
				for (const change of diff.changes) expect(explainChange(change, 'pt-BR')).not.toBe('');
			}),
		);
	});

	test('no key is both asked for and carried, and an exposed secret is never carried', () => {
		fc.assert(
			fc.property(manifest, manifest, answers, (older, newer, held) => {
				const { changes, questions, carried } = diffContract({ steps: stepsOf(older, newer), answers: held });
				expect(questions.filter((key) => carried.includes(key))).toEqual([]);
				for (const change of changes) {
					if (change.kind === 'exposed' && change.hasValue !== false) expect(carried).not.toContain(change.key);
				}
			}),
		);
	});
});
