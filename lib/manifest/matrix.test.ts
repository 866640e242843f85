import { expect, test } from 'vitest';
import { envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { upgradeMatrix } from './matrix';

const secret = { type: 'secret', storage: 'vault' } as const;
const versions = stepsOf(
	manifestOf([]),
	manifestOf([envVar('OPTIONAL')]),
	manifestOf([envVar('OPTIONAL'), envVar('KEY', { ...secret, required: true })]),
	manifestOf([envVar('OPTIONAL'), envVar('KEY', { required: true })], { minUpgradeFrom: '1.0.2' }),
	null,
);
const none = { plain: {}, secretsSet: [] };

test('every newer version has a cell: safe, n answers, or blocked with the reason', () => {
	const [row] = upgradeMatrix([{ id: 'one', version: '1.0.0', answers: none }], versions);
	expect(row?.cells.map(({ version, state, answers }) => [version, state, answers])).toEqual([
		['1.0.1', 'safe', 0],
		['1.0.2', 'answers', 1],
		['1.0.3', 'blocked', 2],
		['1.0.4', 'blocked', 1],
	]);
	expect(row?.cells[2]?.blockedBy).toEqual([
		'Version 1.0.2 must be installed first: 1.0.3 accepts upgrades from 1.0.2 or newer.',
	]);
	expect(row?.cells[3]?.blockedBy[0]).toContain('no readable manifest');
});

test('an exposed secret is one decision, not a question and a confirmation', () => {
	const answers = { plain: {}, secretsSet: ['KEY'] };
	const [row] = upgradeMatrix([{ id: 'one', version: '1.0.2', answers }], versions.slice(0, 4));
	expect(row?.cells).toMatchObject([{ version: '1.0.3', state: 'answers', answers: 1 }]);
});

test('versions may come in any order and the newest install has nothing to do', () => {
	const shuffled = [...versions].reverse();
	const rows = upgradeMatrix(
		[
			{ id: 'a', version: '1.0.0', answers: none },
			{ id: 'b', version: '1.0.4', answers: none },
		],
		shuffled,
	);
	expect(rows.map(({ cells }) => cells.map(({ version }) => version))).toEqual([
		['1.0.1', '1.0.2', '1.0.3', '1.0.4'],
		[],
	]);
});

test('an installed version that was withdrawn is compared by the manifest the install kept', () => {
	const withdrawn = { id: 'a', version: '0.9.0', answers: none, manifest: manifestOf([]) };
	const rows = upgradeMatrix([withdrawn, { ...withdrawn, id: 'b', manifest: null }], versions.slice(1, 2));
	expect(rows.map(({ cells }) => cells[0]?.state)).toEqual(['answers', 'blocked']);
});
