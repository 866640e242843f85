import { describe, expect, test } from 'vitest';
import type { PolicyException, PolicyVerdict } from '@/lib/contracts/policy';
import { type Power, PowerCode } from '@/lib/contracts/runner';
import {
	confirmationsOf,
	defaultRules,
	gainedPowers,
	judgePowers,
	markOf,
	type PackPolicy,
	refusalsOf,
	returningAgainstPolicy,
	stricterSince,
	verdictFor,
} from './rules';

const policy: PackPolicy = { ...defaultRules, exceptions: [] };
const exception: PolicyException = {
	id: '00000000-0000-7000-8000-000000000001',
	packId: '00000000-0000-7000-8000-000000000002',
	packName: 'Telemetry',
	slug: 'telemetry',
	power: 'host-access',
	reason: 'It has to read /proc.',
	by: { id: 'u1', name: 'Ana' },
	at: '2026-11-21T10:00:00.000Z',
};
const excepted: PackPolicy = { ...policy, exceptions: [exception] };

function power(code: PowerCode, subject = 'DaemonSet node', extent = ''): Power {
	return { code, subject, sentence: `It has ${code}.`, extent, level: 'danger' };
}

function judge(powers: Power[], options: { before?: Power[] | null; policy?: PackPolicy; gated?: boolean } = {}) {
	return judgePowers(powers, { before: [], policy, gated: true, ...options });
}

describe('the defaults', () => {
	test('have a verdict for every power', () => {
		expect(Object.keys(defaultRules.verdicts).sort()).toEqual([...PowerCode.options].sort());
	});

	test.each<[PolicyVerdict, PowerCode[]]>([
		['refuse', ['privileged', 'host-access']],
		['confirm', ['cluster-scoped', 'crd', 'rbac', 'sandbox']],
		['allow', ['exposed-port', 'volume', 'mutable-image', 'hook', 'permission']],
	])('%s is said of %j', (verdict, codes) => {
		expect(PowerCode.options.filter((code) => defaultRules.verdicts[code] === verdict)).toEqual(codes);
	});
});

describe('what counts as gained', () => {
	const had = [power('rbac', 'Role a', 'x')];

	test.each<[string, Power[], Power[] | null, number]>([
		['the same power', had, had, 0],
		['the same in other words', [{ ...power('rbac', 'Role a', 'x'), sentence: 'New words.' }], had, 0],
		['the same role with more rights', [power('rbac', 'Role a', 'xy')], had, 1],
		['the same of another object', [power('rbac', 'Role b', 'x')], had, 1],
		['another power of the same object', [power('hook', 'Role a', 'x')], had, 1],
		['anything while nothing runs', had, [], 1],
		['anything while it is not known what runs', had, null, 1],
		['nothing at all', [], had, 0],
	])('%s', (_words, powers, before, count) => {
		expect(gainedPowers(powers, before)).toHaveLength(count);
	});
});

describe('judging', () => {
	test.each<[PowerCode, ReturnType<typeof judge>[number]['standing']]>([
		['privileged', 'refused'],
		['host-access', 'refused'],
		['crd', 'confirm'],
		['sandbox', 'confirm'],
		['volume', 'new'],
		['permission', 'new'],
	])('a new %s stands as %s', (code, standing) => {
		expect(judge([power(code)])[0]).toMatchObject({ standing, verdict: defaultRules.verdicts[code], exception: null });
	});

	test('what runs already is neither refused nor asked for, and the verdict of today stays visible', () => {
		const held = [power('privileged'), power('rbac')];
		const judged = judge(held, { before: held });

		expect(judged.map(({ standing, verdict }) => [standing, verdict])).toEqual([
			['before', 'refuse'],
			['before', 'confirm'],
		]);
		expect([...confirmationsOf(judged), ...refusalsOf(judged)]).toEqual([]);
	});

	test('an exception turns a refusal of that power, and of no other, into a question', () => {
		const judged = judge([power('host-access'), power('privileged')], { policy: excepted });

		expect(judged.map(({ standing }) => standing)).toEqual(['confirm', 'refused']);
		expect(judged.map(({ exception: found }) => found?.reason ?? null)).toEqual(['It has to read /proc.', null]);
		expect(confirmationsOf(judged)[0]?.sentence).toContain('allowed for this pack by Ana: It has to read /proc.');
	});

	test('an exception makes nothing stricter where the policy has become kinder', () => {
		const kind = { ...excepted, verdicts: { ...policy.verdicts, 'host-access': 'allow' as const } };

		expect(verdictFor(kind, 'host-access')).toBe('allow');
		expect(judge([power('host-access')], { policy: kind })[0]).toMatchObject({ standing: 'new', exception: null });
	});

	test('going back is never gated, and says what it brings back against the policy', () => {
		const judged = judge([power('privileged'), power('rbac')], { gated: false });

		expect(judged.map(({ standing }) => standing)).toEqual(['new', 'new']);
		expect(returningAgainstPolicy(judged)).toEqual([
			'This brings back privileged containers, which your policy refuses today: DaemonSet node. Going back is possible all the same.',
		]);
		const known = judge([power('privileged')], { before: [power('privileged')], gated: false });
		expect(returningAgainstPolicy(known)).toEqual([]);
	});
});

describe('the words', () => {
	test.each<[number, string]>([
		[1, 'Role 1'],
		[4, 'Role 1, Role 2, Role 3, Role 4'],
		[5, 'Role 1, Role 2, Role 3, Role 4, Role 5'],
		[7, 'Role 1, Role 2, Role 3, Role 4 and 3 more'],
	])('of %d objects are one sentence', (count, names) => {
		const powers = Array.from({ length: count }, (_, index) => power('rbac', `Role ${index + 1}`));

		expect(confirmationsOf(judge(powers))).toEqual([
			{ id: 'power:rbac', code: 'rbac', sentence: `It gets rights in the Kubernetes API: ${names}.` },
		]);
	});

	test('of a refusal name the power and the objects, strongest power first', () => {
		expect(refusalsOf(judge([power('host-access'), power('privileged', 'Pod a / main')]))).toEqual([
			{ code: 'privileged', sentence: 'Your policy refuses privileged containers: Pod a / main.' },
			{ code: 'host-access', sentence: 'Your policy refuses access to the node: DaemonSet node.' },
		]);
	});

	test('of a sandbox are its own', () => {
		expect(confirmationsOf(judge([power('sandbox', 'sandbox')]))[0]?.sentence).toBe('It has sandbox.');
	});
});

describe('between plan and submit', () => {
	const gained = [power('rbac'), power('host-access')];
	const mark = (changed: Partial<PackPolicy>) => markOf({ ...policy, ...changed }, gained);
	const verdicts = (changed: Partial<PackPolicy['verdicts']>) => ({ verdicts: { ...policy.verdicts, ...changed } });

	test.each<[string, Partial<PackPolicy>, Partial<PackPolicy>, string[]]>([
		['nothing', {}, {}, []],
		[
			'a question became a refusal',
			{},
			verdicts({ rbac: 'refuse' }),
			['The policy changed: rights in the Kubernetes API are refused now.'],
		],
		[
			'silence became a question',
			verdicts({ rbac: 'allow' }),
			{},
			['The policy changed: rights in the Kubernetes API need your word now.'],
		],
		[
			'an exception is gone',
			{ exceptions: [exception] },
			{},
			['The policy changed: access to the node is refused now.'],
		],
		['an exception was made', {}, { exceptions: [exception] }, []],
		['a power that this pack does not gain is refused', {}, verdicts({ crd: 'refuse' }), []],
		['the policy is kinder', {}, verdicts({ rbac: 'allow', 'host-access': 'allow' }), []],
		[
			'failures are left as they are',
			{},
			{ returnAfterFailure: false },
			['The policy changed: what fails is no longer returned to the last good revision by itself.'],
		],
		['failures are returned', { returnAfterFailure: false }, {}, []],
	])('%s', (_words, then, now, sentences) => {
		expect(stricterSince(mark(then), mark(now))).toEqual(sentences);
	});
});
