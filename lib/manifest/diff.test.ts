import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import { envVar, manifestOf, stepsOf } from '@/test/support/manifests';
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
