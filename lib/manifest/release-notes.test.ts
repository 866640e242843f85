import { describe, expect, test } from 'vitest';
import { envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { type ContractStep, diffContract } from './diff';
import { explainChange } from './messages';

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
