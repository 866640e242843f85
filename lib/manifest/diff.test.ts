import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import { envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { contractBadge } from './badge';
import { ContractDiff } from './change';
import { type ContractStep, diffContract } from './diff';
import { explainChange } from './messages';
import type { EnvVar, Manifest } from './schema';

const secret = { type: 'secret', storage: 'vault' } as const;

describe('skipped versions', () => {
	test('a key added and dropped again in between is nothing', () => {
		const steps = stepsOf(manifestOf([]), manifestOf([envVar('X', { required: true })]), manifestOf([]));
		expect(diffContract({ steps }).changes).toEqual([]);
	});

	test('a key renamed twice is one rename, though the ends look unlike', () => {
		const steps = stepsOf(
			manifestOf([envVar('OPENAI_TOKEN', { ...secret, required: true })]),
			manifestOf([envVar('OPENAI_GATEWAY_TOKEN', { ...secret, required: true })]),
			manifestOf([envVar('GATEWAY_TOKEN', { ...secret, required: true })]),
		);
		const answers = { plain: {}, secretsSet: ['OPENAI_TOKEN'] };
		const direct = diffContract({ steps: [steps[0], steps[2]].filter((step) => step !== undefined), answers });
		expect(direct.changes.map(({ kind }) => kind)).toEqual(['added', 'removed']);
		const { changes, questions } = diffContract({ steps, answers });
		expect(changes).toMatchObject([
			{ kind: 'suspected-rename', key: 'OPENAI_TOKEN', to: 'GATEWAY_TOKEN', toVersion: '1.0.2' },
		]);
		expect(questions).toEqual([]);
	});

	test('a key renamed and renamed back is nothing', () => {
		const steps = stepsOf(
			manifestOf([envVar('A_URL')]),
			manifestOf([envVar('A_HTTP_URL')]),
			manifestOf([envVar('A_URL')]),
		);
		expect(diffContract({ steps }).changes).toEqual([]);
	});

	test('a key that appears on the way and is renamed before the end is just new', () => {
		const steps = stepsOf(manifestOf([]), manifestOf([envVar('A_URL')]), manifestOf([envVar('A_HTTP_URL')]));
		expect(diffContract({ steps }).changes).toMatchObject([
			{ kind: 'added', key: 'A_HTTP_URL', fromVersion: '1.0.1', toVersion: '1.0.2' },
		]);
	});

	test('a change names the two versions between which it happened', () => {
		const plain = manifestOf([envVar('A')]);
		const strict = manifestOf([envVar('A', { required: true })]);
		expect(diffContract({ steps: stepsOf(plain, plain, strict, strict) }).changes).toMatchObject([
			{ kind: 'now-required', fromVersion: '1.0.1', toVersion: '1.0.2' },
		]);
	});

	test('a middle version without manifest is named and the versions around it are compared', () => {
		const diff = diffContract({ steps: stepsOf(manifestOf([]), null, manifestOf([envVar('A')])) });
		expect(diff.gaps).toEqual(['1.0.1']);
		expect(diff.changes).toMatchObject([{ kind: 'added', fromVersion: '1.0.0', toVersion: '1.0.2' }]);
	});

	test('without the wanted manifest nothing is claimed', () => {
		const diff = diffContract({ steps: stepsOf(manifestOf([envVar('A')]), null) });
		expect(diff.changes).toMatchObject([{ kind: 'not-comparable', side: 'wanted', verdict: 'breaking' }]);
		expect(diff.badge).toEqual({ tone: 'unknown', text: 'cannot be compared' });
	});

	test('without the installed manifest everything required counts as new', () => {
		const steps = stepsOf(
			null,
			manifestOf([
				envVar('A', { required: true }),
				envVar('B', { required: true }),
				envVar('C', { required: true, default: 'x' }),
			]),
		);
		const diff = diffContract({ steps, answers: { plain: { B: 'kept' }, secretsSet: [] } });
		expect(diff.changes).toMatchObject([{ kind: 'not-comparable', side: 'installed' }]);
		expect(diff.questions).toEqual(['A']);
		expect(diff.carried).toEqual(['B']);
	});
});

describe('rename decisions', () => {
	const steps = stepsOf(
		manifestOf([envVar('API_KEY', { ...secret, required: true })]),
		manifestOf([envVar('SERVICE_API_KEY', { ...secret, required: true })]),
	);
	const answers = { plain: {}, secretsSet: ['API_KEY'] };

	test('a confirmed rename carries the secret without a question', () => {
		const diff = diffContract({ steps, answers, renames: { API_KEY: 'SERVICE_API_KEY' } });
		expect(diff.changes).toMatchObject([
			{ kind: 'renamed', key: 'API_KEY', to: 'SERVICE_API_KEY', verdict: 'notice', gate: 'none' },
		]);
		expect(diff).toMatchObject({ questions: [], carried: ['SERVICE_API_KEY'] });
	});

	test('a denied rename is a removal and a new question', () => {
		const diff = diffContract({ steps, answers, separate: ['API_KEY'] });
		expect(diff.changes.map(({ kind }) => kind)).toEqual(['added', 'removed']);
		expect(diff.questions).toEqual(['SERVICE_API_KEY']);
	});

	test('a confirmed rename is still checked against the new type', () => {
		const narrowed = stepsOf(manifestOf([envVar('LIMIT')]), manifestOf([envVar('RATE_LIMIT', { type: 'number' })]));
		const diff = diffContract({
			steps: narrowed,
			answers: { plain: { LIMIT: 'many' }, secretsSet: [] },
			renames: { LIMIT: 'RATE_LIMIT' },
		});
		expect(diff.changes).toMatchObject([{ kind: 'retyped', state: 'invalid' }, { kind: 'renamed' }]);
		expect(diff.questions).toEqual(['RATE_LIMIT']);
	});

	test.each<[string, EnvVar[], EnvVar[], Record<string, string>]>([
		['a secret into a plain key', [envVar('API_KEY', secret)], [envVar('API_ID')], { API_KEY: 'API_ID' }],
		['a key that stays', [envVar('A')], [envVar('A'), envVar('B')], { A: 'B' }],
		['to a key that does not exist', [envVar('A')], [envVar('B')], { A: 'C' }],
		['two keys into one', [envVar('A'), envVar('B')], [envVar('C')], { A: 'C', B: 'C' }],
	])('confirming %s is refused', (_, older, newer, renames) => {
		expect(() => diffContract({ steps: stepsOf(manifestOf(older), manifestOf(newer)), renames })).toThrow(AppError);
	});

	test('a plain value may move into a secret key, and says so', () => {
		const moved = stepsOf(manifestOf([envVar('TOKEN_TEXT')]), manifestOf([envVar('TOKEN', secret)]));
		const diff = diffContract({
			steps: moved,
			answers: { plain: { TOKEN_TEXT: 'x' }, secretsSet: [] },
			renames: { TOKEN_TEXT: 'TOKEN' },
		});
		expect(diff.changes.map(({ kind }) => kind)).toEqual(['now-secret', 'renamed']);
		expect(diff.carried).toEqual(['TOKEN']);
	});
});

describe('what is asked and what is carried', () => {
	test('a plain key the admin chose to keep secret is carried as it is', () => {
		const manifest = manifestOf([envVar('DATABASE_URL', { type: 'url', required: true })]);
		const diff = diffContract({
			steps: stepsOf(manifest, manifest),
			answers: { plain: {}, secretsSet: ['DATABASE_URL'] },
		});
		expect(diff).toMatchObject({ changes: [], questions: [], carried: ['DATABASE_URL'] });
	});

	test('a required key that was missing before is asked for now', () => {
		const manifest = manifestOf([envVar('A', { required: true })]);
		const diff = diffContract({ steps: stepsOf(manifest, manifest), answers: { plain: {}, secretsSet: [] } });
		expect(diff).toMatchObject({ changes: [], questions: ['A'] });
	});

	test('an exposed secret is never carried, whatever else it does', () => {
		const steps = stepsOf(
			manifestOf([envVar('A', { ...secret, required: true })]),
			manifestOf([envVar('A', { type: 'number', required: true })]),
		);
		const diff = diffContract({ steps, answers: { plain: {}, secretsSet: ['A'] } });
		expect(diff.changes.map(({ kind }) => kind)).toEqual(['exposed']);
		expect(diff).toMatchObject({ questions: ['A'], carried: [] });
	});
});

describe('release notes', () => {
	const steps = (notes: string | null | undefined): ContractStep[] => {
		const [older, newer] = stepsOf(manifestOf([]), manifestOf([envVar('STRIPE_KEY', { required: true })]));
		return older && newer ? [older, { ...newer, notes }] : [];
	};
	const kinds = (notes: string | null | undefined) =>
		diffContract({ steps: steps(notes) }).changes.map(({ kind }) => kind);

	test.each<[string, string | null | undefined, boolean]>([
		['claim nothing', 'Fixes and improvements', true],
		['deny that anything breaks', 'No breaking changes. Non-breaking fixes.', true],
		['do not exist', null, true],
		['name the key', 'Set STRIPE_KEY before you upgrade', false],
		['announce a breaking change', 'BREAKING: payment needs a key', false],
		['announce it in Portuguese', 'Esta versão quebra a configuração', false],
		['were not looked up', undefined, false],
	])('that %s are flagged: %s %s', (_, notes, flagged) => {
		expect(kinds(notes).includes('notes-silent')).toBe(flagged);
	});

	test('the flag names what the author left out', () => {
		const change = diffContract({ steps: steps('Fixes') }).changes.find(({ kind }) => kind === 'notes-silent');
		expect(change).toMatchObject({
			verdict: 'breaking',
			gate: 'acknowledge',
			subjects: ['STRIPE_KEY'],
			gaveNotes: true,
		});
		expect(change && explainChange(change)).toContain('Not mentioned by the author');
	});

	test('an announced break without any change must be read', () => {
		const manifest = manifestOf([]);
		const [older, newer] = stepsOf(manifest, manifest);
		const announced = older && newer ? [older, { ...newer, notes: 'Breaking change: new storage format' }] : [];
		expect(diffContract({ steps: announced }).changes).toMatchObject([
			{ kind: 'notes-say-breaking', verdict: 'warning', gate: 'acknowledge' },
		]);
	});

	test.each<[string, string, boolean]>([
		['PORT', 'SUPPORT for IMPORTANT customers', false],
		['PORT', 'Set `PORT`, please.', true],
		['PORT', 'another port is used', false],
		['PORT', 'EXPORT_PORT is new', false],
		['PORT', 'PORT', true],
	])('%s is mentioned in %j: %s', (key, notes, mentioned) => {
		const [older, newer] = stepsOf(manifestOf([]), manifestOf([envVar(key, { required: true })]));
		const path = older && newer ? [older, { ...newer, notes }] : [];
		const { changes } = diffContract({ steps: path, answers: { plain: {}, secretsSet: [] } });
		expect(changes.some(({ kind }) => kind === 'notes-silent')).toBe(!mentioned);
	});

	describe('of versions that are skipped', () => {
		const token = { type: 'secret', storage: 'vault' } as const;
		const first = manifestOf([envVar('TOKEN', token)]);
		const second = manifestOf([envVar('BRAND_NEW_ID', { required: true }), envVar('TOKEN', token)]);
		const third = manifestOf([envVar('BRAND_NEW_ID', { required: true }), envVar('TOKEN')]);
		const claims = (notes: [string | null | undefined, string | null | undefined]) => {
			const path = stepsOf(first, second, third).map((step, at) =>
				at === 0 ? step : { ...step, notes: notes[at - 1] },
			);
			const { changes } = diffContract({ steps: path, answers: { plain: {}, secretsSet: ['TOKEN'] } });
			return changes.flatMap((change) =>
				change.kind === 'notes-silent' ? change.subjects : change.kind === 'notes-say-breaking' ? [change.kind] : [],
			);
		};

		test('an announced break does not cover for a later one that nobody mentions', () => {
			expect(claims(['BREAKING: set BRAND_NEW_ID', 'Small fixes'])).toEqual(['TOKEN']);
			expect(claims(['Small fixes', 'BREAKING: TOKEN may be read by everybody'])).toEqual(['BRAND_NEW_ID']);
			expect(claims(['Small fixes', null])).toEqual(expect.arrayContaining(['BRAND_NEW_ID', 'TOKEN']));
		});

		test('control: each version that announces its own break is quiet', () => {
			expect(claims(['BREAKING: set BRAND_NEW_ID', 'TOKEN is no secret any more'])).toEqual([]);
		});

		test('a mention in the notes of another version does not count', () => {
			expect(claims(['Set BRAND_NEW_ID. TOKEN is unchanged.', 'Small fixes'])).toEqual(['TOKEN']);
		});

		test('notes that nobody looked up claim nothing, and excuse only their own version', () => {
			expect(claims([undefined, 'Small fixes'])).toEqual(['TOKEN']);
			expect(claims(['Small fixes', undefined])).toEqual(['BRAND_NEW_ID']);
		});
	});

	test('notes of a skipped version count', () => {
		const skipped = [
			...steps('Set STRIPE_KEY'),
			{ version: '1.0.2', manifest: manifestOf([envVar('STRIPE_KEY', { required: true })]), notes: 'Fixes' },
		];
		expect(diffContract({ steps: skipped }).changes.map(({ kind }) => kind)).toEqual(['added']);
	});
});

describe('versions', () => {
	const at = (version: string, fields: Partial<Manifest> = {}): ContractStep => ({
		version,
		manifest: manifestOf([], fields),
	});
	const kinds = (...steps: ContractStep[]) => diffContract({ steps }).changes.map(({ kind }) => kind);

	test.each<[string, string, boolean]>([
		['1.2.0', '2.0.0', true],
		['1.2.0', '1.3.0', false],
		['0.2.0', '0.3.0', true],
		['0.2.0', '0.2.1', false],
		['2.0.0', '1.0.0', false],
		['v1.0.0', '1.0.0', false],
		['not a version', '2.0.0', false],
	])('%s to %s may break by its number: %s', (from, to, breaking) => {
		expect(kinds(at(from), at(to)).includes('breaking-version')).toBe(breaking);
	});

	test('a stepping stone names the version to install first', () => {
		const steps = [at('1.1.0'), at('1.2.0'), at('1.3.0'), at('1.4.0', { minUpgradeFrom: '1.2.0' }), at('1.5.0')];
		expect(diffContract({ steps }).changes).toMatchObject([
			{
				kind: 'stepping-stone',
				version: '1.4.0',
				minimum: '1.2.0',
				via: '1.3.0',
				verdict: 'breaking',
				gate: 'upgrade-first',
			},
		]);
	});

	test('nobody is sent over a version without a manifest', () => {
		const gap = { version: '1.3.0', manifest: null };
		const steps = [at('1.1.0'), at('1.2.0'), gap, at('1.4.0', { minUpgradeFrom: '1.2.0' })];
		expect(diffContract({ steps }).changes).toMatchObject([{ kind: 'stepping-stone', via: '1.2.0' }]);
	});

	test('an install that is new enough needs no stepping stone', () => {
		expect(kinds(at('1.2.0'), at('1.4.0', { minUpgradeFrom: '1.2.0' }))).toEqual([]);
	});

	test('a stepping stone that nobody publishes is said so', () => {
		const { changes } = diffContract({ steps: [at('1.1.0'), at('1.4.0', { minUpgradeFrom: '1.2.0' })] });
		expect(changes).toMatchObject([{ kind: 'stepping-stone', via: null }]);
		expect(changes[0] && explainChange(changes[0])).toContain('no such version is known');
	});
});

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

describe('properties', () => {
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
