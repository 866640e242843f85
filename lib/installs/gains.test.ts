import { describe, expect, test } from 'vitest';
import type { JudgedPower } from '@/lib/contracts/policy';
import type { ContractChange } from '@/lib/manifest';
import { isGated, notUndone, powerAcknowledgements } from './gains';

const base = { verdict: 'breaking', gate: 'acknowledge', fromVersion: '1.0.0', toVersion: '1.1.0' } as const;
const sandboxAdded: ContractChange = { ...base, kind: 'sandbox-added', id: 'sandbox-added', sudoers: false };
const widened: ContractChange = {
	...base,
	kind: 'permissions-widened',
	id: 'permissions-widened',
	permissions: ['files:read'],
};

function power(code: JudgedPower['code'], subject: string, rest: Partial<JudgedPower> = {}): JudgedPower {
	const words = { sentence: `${subject} does ${code}.`, extent: '', level: 'warning' } as const;
	return { code, subject, ...words, verdict: 'confirm', standing: 'confirm', exception: null, ...rest };
}

const sandbox = power('sandbox', 'sandbox');
const reads = power('permission', 'files:read');
const writes = power('permission', 'files:write');
const excepted = { id: 'x', reason: 'Needed.', by: { id: null, name: 'Ana' }, at: '2026-11-21T10:00:00Z' };

describe('what a person must say yes to', () => {
	test.each<[string, ContractChange[] | null, JudgedPower[], string[]]>([
		['nothing that is new without a question', null, [power('volume', 'v', { standing: 'new' })], []],
		[
			'each kind of power once',
			null,
			[power('rbac', 'a'), power('rbac', 'b'), sandbox],
			['power:rbac', 'power:sandbox'],
		],
		['not a sandbox that the contract asks about', [sandboxAdded], [sandbox, power('rbac', 'a')], ['power:rbac']],
		['not a permission that the contract asks about', [widened], [reads], []],
		['but another permission beside it', [widened], [reads, writes], ['power:permission']],
		[
			'what only an exception lets through, in any case',
			[sandboxAdded],
			[{ ...sandbox, exception: excepted }],
			['power:sandbox'],
		],
		['what the contract only mentions', [{ ...sandboxAdded, gate: 'none' }], [sandbox], ['power:sandbox']],
	])('%s', (_words, changes, powers, ids) => {
		const diff = changes === null ? null : { changes };
		expect(powerAcknowledgements({ diff }, powers).map(({ id }) => id)).toEqual(ids);
	});

	test('names only what is left to say yes to', () => {
		expect(powerAcknowledgements({ diff: { changes: [widened] } }, [reads, writes])).toEqual([
			{ id: 'power:permission', sentence: 'It gets permissions inside KhalOS: files:write.', typed: null },
		]);
	});
});

test.each([
	['install', true],
	['upgrade', true],
	['downgrade', true],
	['configure', true],
	['rollback', false],
	['uninstall', false],
] as const)('a change of the kind %s is gated: %s', (kind, gated) => {
	expect(isGated({ kind })).toBe(gated);
});

describe('what going back does not undo', () => {
	const image = 'ghcr.io/acme/x:latest';
	const moving = power('mutable-image', 'Deployment x', { extent: image });

	test('names the moving images of the state returned to, and kinds of objects that only the newer version brought', () => {
		const said = notUndone([moving, { ...moving, subject: 'Job y' }], { powers: [power('crd', 'meters.acme.dev')] });

		expect(said.slice(1)).toEqual([
			'CRDs stay as they are: meters.acme.dev.',
			`Images behind moving tags may not be the ones that ran then: ${image}.`,
		]);
	});

	test('is data in any case, and nothing else where there is nothing else', () => {
		expect(notUndone([], null)).toEqual([expect.stringContaining('does not undo what newer versions did to data')]);
	});
});
