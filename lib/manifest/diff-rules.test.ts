import { describe, expect, test } from 'vitest';
import { backendOf, envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import type { ContractChange } from './change';
import { type DiffRequest, diffContract } from './diff';
import { explainChange } from './messages';
import type { EnvVar, Manifest } from './schema';

type Side = { contract?: EnvVar[]; pack?: Record<string, string>; fields?: Partial<Manifest> };
type Row = {
	rule: string;
	older: Side;
	newer: Side;
	answers?: DiffRequest['answers'];
	instanceKeys?: string[];
	expected: (Partial<ContractChange> & Pick<ContractChange, 'kind' | 'verdict' | 'gate'>)[];
	questions?: string[];
};

const nothing = { plain: {}, secretsSet: [] };
const has = (plain: Record<string, string>) => ({ plain, secretsSet: [] });
const stored = (...secretsSet: string[]) => ({ plain: {}, secretsSet });

const A = (fields: Partial<EnvVar> = {}) => envVar('A', fields);
const required = { required: true };
const secret = { type: 'secret', storage: 'vault' } as const;

/** The table of facts/peers.md 5.A.1 and issue 3, one row per rule and its twin that must not fire. */
const table: Row[] = [
	{
		rule: 'a required key without default is added',
		older: {},
		newer: { contract: [A(required)] },
		answers: nothing,
		expected: [{ kind: 'added', verdict: 'breaking', gate: 'value-needed', provider: null }],
		questions: ['A'],
	},
	{
		rule: 'a required key with a default is added',
		older: {},
		newer: { contract: [A({ ...required, default: 'x' })] },
		answers: nothing,
		expected: [{ kind: 'added', verdict: 'notice', gate: 'none', provider: 'default', default: 'x' }],
	},
	{
		rule: 'a required key is added that the instance settings provide',
		older: {},
		newer: { contract: [A(required)] },
		answers: nothing,
		instanceKeys: ['A'],
		expected: [{ kind: 'added', verdict: 'notice', gate: 'none', provider: 'instance' }],
	},
	{
		rule: 'a required key is added that the install already holds',
		older: {},
		newer: { contract: [A(required)] },
		answers: has({ A: 'x' }),
		expected: [{ kind: 'added', verdict: 'notice', gate: 'none', provider: 'answer' }],
	},
	{
		rule: 'a required number is added and the value archived for its name is none',
		older: {},
		newer: { contract: [A({ ...required, type: 'number' })] },
		answers: has({ A: 'ten' }),
		expected: [{ kind: 'added', verdict: 'breaking', gate: 'value-needed', provider: null }],
		questions: ['A'],
	},
	{
		rule: 'an optional key is added',
		older: {},
		newer: { contract: [A()] },
		answers: nothing,
		expected: [{ kind: 'added', verdict: 'notice', gate: 'none' }],
	},
	{
		rule: 'the published default of a new secret is not repeated',
		older: {},
		newer: { contract: [A({ ...secret, default: 'hunter2' })] },
		answers: nothing,
		expected: [{ kind: 'added', verdict: 'notice', gate: 'none', default: null }],
	},
	{
		rule: 'optional becomes required and the install has no value',
		older: { contract: [A()] },
		newer: { contract: [A(required)] },
		answers: nothing,
		expected: [{ kind: 'now-required', verdict: 'breaking', gate: 'value-needed' }],
		questions: ['A'],
	},
	{
		rule: 'optional becomes required and the install has a value',
		older: { contract: [A()] },
		newer: { contract: [A(required)] },
		answers: has({ A: 'x' }),
		expected: [{ kind: 'now-required', verdict: 'notice', gate: 'none', provider: 'answer' }],
	},
	{
		rule: 'optional becomes required and nobody knows the install',
		older: { contract: [A()] },
		newer: { contract: [A(required)] },
		expected: [{ kind: 'now-required', verdict: 'breaking', gate: 'value-needed' }],
		questions: ['A'],
	},
	{
		rule: 'required becomes optional',
		older: { contract: [A(required)] },
		newer: { contract: [A()] },
		answers: has({ A: 'x' }),
		expected: [{ kind: 'now-optional', verdict: 'none', gate: 'none' }],
	},
	{
		rule: 'a key is removed and the install has a value',
		older: { contract: [A()] },
		newer: {},
		answers: has({ A: 'x' }),
		expected: [{ kind: 'removed', verdict: 'warning', gate: 'choose-archive-or-delete', hasValue: true }],
	},
	{
		rule: 'a secret key is removed and the install has a value',
		older: { contract: [A(secret)] },
		newer: {},
		answers: stored('A'),
		expected: [{ kind: 'removed', verdict: 'warning', gate: 'choose-archive-or-delete', secret: true }],
	},
	{
		rule: 'a key is removed and the install has no value',
		older: { contract: [A()] },
		newer: {},
		answers: nothing,
		expected: [{ kind: 'removed', verdict: 'notice', gate: 'none', hasValue: false }],
	},
	{
		rule: 'a removed and an added key look like a rename',
		older: { contract: [envVar('API_KEY', { ...secret, ...required })] },
		newer: { contract: [envVar('SERVICE_API_KEY', { ...secret, ...required })] },
		answers: stored('API_KEY'),
		expected: [
			{
				kind: 'suspected-rename',
				verdict: 'breaking',
				gate: 'confirm-rename',
				key: 'API_KEY',
				to: 'SERVICE_API_KEY',
				secret: true,
			},
		],
		questions: [],
	},
	{
		rule: 'a suspected rename of an optional key only warns',
		older: { contract: [envVar('API_KEY', secret)] },
		newer: { contract: [envVar('SERVICE_API_KEY', secret)] },
		answers: stored('API_KEY'),
		expected: [{ kind: 'suspected-rename', verdict: 'warning', gate: 'confirm-rename' }],
	},
	{
		rule: 'a rename without a value is an ordinary removal and a new question',
		older: { contract: [envVar('API_KEY', { ...secret, ...required })] },
		newer: { contract: [envVar('SERVICE_API_KEY', { ...secret, ...required })] },
		answers: nothing,
		expected: [
			{ kind: 'added', verdict: 'breaking', gate: 'value-needed' },
			{ kind: 'removed', verdict: 'notice', gate: 'none' },
		],
		questions: ['SERVICE_API_KEY'],
	},
	{
		rule: 'a secret and a plain key are never paired',
		older: { contract: [envVar('API_KEY', { ...secret, ...required })] },
		newer: { contract: [envVar('SERVICE_API_KEY', required)] },
		answers: stored('API_KEY'),
		expected: [
			{ kind: 'added', verdict: 'breaking', gate: 'value-needed' },
			{ kind: 'removed', verdict: 'warning', gate: 'choose-archive-or-delete' },
		],
		questions: ['SERVICE_API_KEY'],
	},
	{
		rule: 'a secret becomes a non-secret type',
		older: { contract: [A(secret)] },
		newer: { contract: [A()] },
		answers: stored('A'),
		expected: [{ kind: 'exposed', verdict: 'breaking', gate: 're-enter-and-type', hasValue: true }],
		questions: ['A'],
	},
	{
		rule: 'vault becomes config',
		older: { contract: [A({ storage: 'vault' })] },
		newer: { contract: [A()] },
		answers: stored('A'),
		expected: [{ kind: 'exposed', verdict: 'breaking', gate: 're-enter-and-type' }],
		questions: ['A'],
	},
	{
		rule: 'a secret without a value becomes plain',
		older: { contract: [A(secret)] },
		newer: { contract: [A()] },
		answers: nothing,
		expected: [{ kind: 'exposed', verdict: 'notice', gate: 'none', hasValue: false }],
	},
	{
		rule: 'a secret becomes text that stays in the vault',
		older: { contract: [A(secret)] },
		newer: { contract: [A({ storage: 'vault' })] },
		answers: stored('A'),
		expected: [],
	},
	{
		rule: 'a plain key becomes a secret',
		older: { contract: [A()] },
		newer: { contract: [A(secret)] },
		answers: has({ A: 'x' }),
		expected: [{ kind: 'now-secret', verdict: 'warning', gate: 'acknowledge', hasValue: true }],
	},
	{
		rule: 'a plain key the admin kept secret becomes a secret',
		older: { contract: [A()] },
		newer: { contract: [A(secret)] },
		answers: stored('A'),
		expected: [{ kind: 'now-secret', verdict: 'notice', gate: 'none' }],
	},
	{
		rule: 'a type is narrowed and the current value is invalid',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'number' })] },
		answers: has({ A: 'ten' }),
		expected: [{ kind: 'retyped', verdict: 'breaking', gate: 'value-needed', state: 'invalid' }],
		questions: ['A'],
	},
	{
		rule: 'a type is narrowed and the current value is valid',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'number' })] },
		answers: has({ A: '10' }),
		expected: [{ kind: 'retyped', verdict: 'notice', gate: 'none', state: 'valid' }],
	},
	{
		rule: 'text becomes a boolean that the value is not',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'boolean' })] },
		answers: has({ A: 'yes' }),
		expected: [{ kind: 'retyped', verdict: 'breaking', gate: 'value-needed', state: 'invalid' }],
		questions: ['A'],
	},
	{
		rule: 'text becomes a url that the value is',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'url' })] },
		answers: has({ A: 'nats://host:4222' }),
		expected: [{ kind: 'retyped', verdict: 'notice', gate: 'none', state: 'valid' }],
	},
	{
		rule: 'a type is narrowed and there is no value',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'number' })] },
		answers: nothing,
		expected: [{ kind: 'retyped', verdict: 'notice', gate: 'none', state: 'unset' }],
	},
	{
		rule: 'a type is narrowed and nobody knows the install',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'number' })] },
		expected: [{ kind: 'retyped', verdict: 'breaking', gate: 'value-needed', state: 'unknown' }],
		questions: ['A'],
	},
	{
		rule: 'a stored secret cannot be checked against a narrower type',
		older: { contract: [A({ storage: 'vault' })] },
		newer: { contract: [A({ storage: 'vault', type: 'number' })] },
		answers: stored('A'),
		expected: [{ kind: 'retyped', verdict: 'breaking', gate: 'value-needed', state: 'unreadable' }],
		questions: ['A'],
	},
	{
		rule: 'a plain key that is kept secret by choice cannot be checked either',
		older: { contract: [A()] },
		newer: { contract: [A({ type: 'url' })] },
		answers: stored('A'),
		expected: [{ kind: 'retyped', verdict: 'breaking', gate: 'value-needed', state: 'unreadable' }],
		questions: ['A'],
	},
	{
		rule: 'a plain value becomes a secret of a narrower type that it does not fit',
		older: { contract: [A()] },
		newer: { contract: [A({ storage: 'vault', type: 'number' })] },
		answers: has({ A: 'many' }),
		expected: [
			{ kind: 'retyped', verdict: 'breaking', gate: 'value-needed', state: 'invalid' },
			{ kind: 'now-secret', verdict: 'warning', gate: 'acknowledge' },
		],
		questions: ['A'],
	},
	{
		rule: 'a type is widened',
		older: { contract: [A({ type: 'number' })] },
		newer: { contract: [A()] },
		answers: has({ A: '10' }),
		expected: [{ kind: 'retyped', verdict: 'none', gate: 'none', state: 'widened' }],
	},
	{
		rule: 'a default changes and the install relies on it',
		older: { contract: [A({ default: 'x' })] },
		newer: { contract: [A({ default: 'y' })] },
		answers: nothing,
		expected: [
			{ kind: 'default-changed', verdict: 'warning', gate: 'offer-old-default', from: 'x', to: 'y', relies: true },
		],
	},
	{
		rule: 'a default changes and the install overrides it',
		older: { contract: [A({ default: 'x' })] },
		newer: { contract: [A({ default: 'y' })] },
		answers: has({ A: 'z' }),
		expected: [{ kind: 'default-changed', verdict: 'none', gate: 'none', relies: false }],
	},
	{
		rule: 'a default changes and the instance settings override it',
		older: { contract: [A({ default: 'x' })] },
		newer: { contract: [A({ default: 'y' })] },
		answers: nothing,
		instanceKeys: ['A'],
		expected: [{ kind: 'default-changed', verdict: 'none', gate: 'none', relies: false }],
	},
	{
		rule: 'a required key loses the default the install relies on',
		older: { contract: [A({ ...required, default: 'x' })] },
		newer: { contract: [A(required)] },
		answers: nothing,
		expected: [{ kind: 'default-changed', verdict: 'breaking', gate: 'value-needed', to: null }],
		questions: ['A'],
	},
	{
		rule: 'an optional key loses the default the install relies on',
		older: { contract: [A({ default: 'x' })] },
		newer: { contract: [A()] },
		answers: nothing,
		expected: [{ kind: 'default-changed', verdict: 'warning', gate: 'offer-old-default', to: null }],
	},
	{
		rule: 'a key gets a default where the install had nothing',
		older: { contract: [A()] },
		newer: { contract: [A({ default: 'y' })] },
		answers: nothing,
		expected: [{ kind: 'default-changed', verdict: 'warning', gate: 'none', from: null }],
	},
	{
		rule: 'a key that becomes required and loses its default is reported once',
		older: { contract: [A({ default: 'x' })] },
		newer: { contract: [A(required)] },
		answers: nothing,
		expected: [{ kind: 'now-required', verdict: 'breaking', gate: 'value-needed' }],
		questions: ['A'],
	},
	{
		rule: 'a changed default of a secret is not repeated',
		older: { contract: [A({ ...secret, default: 'x' })] },
		newer: { contract: [A({ ...secret, default: 'y' })] },
		answers: nothing,
		expected: [{ kind: 'default-changed', verdict: 'warning', gate: 'offer-old-default', from: null, to: null }],
	},
	{
		rule: 'a changed default of a secret that the install overrides',
		older: { contract: [A({ ...secret, default: 'x' })] },
		newer: { contract: [A({ ...secret, default: 'y' })] },
		answers: stored('A'),
		expected: [{ kind: 'default-changed', verdict: 'none', gate: 'none', relies: false }],
	},
	{
		rule: 'a required secret loses the default the install relies on',
		older: { contract: [A({ ...secret, ...required, default: 'x' })] },
		newer: { contract: [A({ ...secret, ...required })] },
		answers: nothing,
		expected: [{ kind: 'default-changed', verdict: 'breaking', gate: 'value-needed', from: null, to: null }],
		questions: ['A'],
	},
	{
		rule: 'a secret gets a published default where the install had nothing',
		older: { contract: [A(secret)] },
		newer: { contract: [A({ ...secret, default: 'y' })] },
		answers: nothing,
		expected: [{ kind: 'default-changed', verdict: 'warning', gate: 'none', from: null, to: null }],
	},
	{
		rule: 'a backend.env value becomes a question',
		older: { pack: { A: 'x' } },
		newer: { contract: [A({ ...required, declaredBy: 'backend.env' })] },
		answers: nothing,
		expected: [{ kind: 'becomes-question', verdict: 'breaking', gate: 'value-needed' }],
		questions: ['A'],
	},
	{
		rule: 'a backend.env value becomes a question with a default',
		older: { pack: { A: 'x' } },
		newer: { contract: [A({ ...required, default: 'x' })] },
		answers: nothing,
		expected: [{ kind: 'becomes-question', verdict: 'notice', gate: 'none', provider: 'default' }],
	},
	{
		rule: 'a question is answered by the pack from now on',
		older: { contract: [A(required)] },
		newer: { pack: { A: 'x' } },
		answers: has({ A: 'mine' }),
		expected: [{ kind: 'pack-provided', verdict: 'warning', gate: 'choose-archive-or-delete' }],
	},
	{
		rule: 'the pack changes its own value',
		older: { pack: { A: 'x' } },
		newer: { pack: { A: 'y' } },
		answers: nothing,
		expected: [{ kind: 'pack-value-changed', verdict: 'notice', gate: 'none', action: 'changed' }],
	},
	{
		rule: 'the pack changes a value the instance settings override',
		older: { pack: { A: 'x' } },
		newer: { pack: { A: 'y' } },
		answers: nothing,
		instanceKeys: ['A'],
		expected: [{ kind: 'pack-value-changed', verdict: 'none', gate: 'none', overridden: true }],
	},
	{
		rule: 'the pack sets a value whose name the install has only archived',
		older: {},
		newer: { pack: { A: 'x' } },
		answers: has({ A: 'archived' }),
		expected: [{ kind: 'pack-value-changed', verdict: 'notice', gate: 'none', action: 'added', overridden: false }],
	},
	{
		rule: 'the pack no longer sets a value',
		older: { pack: { A: 'x' } },
		newer: {},
		answers: nothing,
		expected: [{ kind: 'pack-value-changed', verdict: 'warning', gate: 'none', action: 'removed' }],
	},
	{
		rule: 'a description changes',
		older: { contract: [A({ description: 'old' })] },
		newer: { contract: [A({ description: 'new' })] },
		answers: nothing,
		expected: [],
	},
	{
		rule: 'permissions widen',
		older: { fields: { permissions: ['nats:publish'] } },
		newer: { fields: { permissions: ['nats:publish', 'pty:spawn'] } },
		expected: [{ kind: 'permissions-widened', verdict: 'breaking', gate: 'acknowledge', permissions: ['pty:spawn'] }],
	},
	{
		rule: 'permissions narrow',
		older: { fields: { permissions: ['nats:publish', 'pty:spawn'] } },
		newer: { fields: { permissions: ['nats:publish'] } },
		expected: [{ kind: 'permissions-narrowed', verdict: 'none', gate: 'none', permissions: ['pty:spawn'] }],
	},
	{
		rule: 'a sandbox appears',
		older: {},
		newer: { fields: { sandbox: { enabled: true, sudoers: true, mounts: 0 } } },
		expected: [{ kind: 'sandbox-added', verdict: 'breaking', gate: 'acknowledge', sudoers: true }],
	},
	{
		rule: 'a sandbox gets administrator rights',
		older: { fields: { sandbox: { enabled: true, sudoers: false, mounts: 0 } } },
		newer: { fields: { sandbox: { enabled: true, sudoers: true, mounts: 0 } } },
		expected: [{ kind: 'sandbox-widened', verdict: 'breaking', gate: 'acknowledge', sudoers: true }],
	},
	{
		rule: 'a sandbox mounts more',
		older: { fields: { sandbox: { enabled: true, sudoers: true, mounts: 0 } } },
		newer: { fields: { sandbox: { enabled: true, sudoers: true, mounts: 1 } } },
		expected: [{ kind: 'sandbox-widened', verdict: 'breaking', gate: 'acknowledge', sudoers: false }],
	},
	{
		rule: 'a sandbox goes',
		older: { fields: { sandbox: { enabled: true, sudoers: false, mounts: 0 } } },
		newer: {},
		expected: [{ kind: 'sandbox-removed', verdict: 'none', gate: 'none' }],
	},
	{
		rule: 'apps vanish',
		older: { fields: { frontends: [app('one'), app('two')] } },
		newer: { fields: { frontends: [app('one')] } },
		expected: [{ kind: 'apps-removed', verdict: 'breaking', gate: 'acknowledge', apps: ['App two'] }],
	},
	{
		rule: 'apps appear',
		older: { fields: { frontends: [app('one')] } },
		newer: { fields: { frontends: [app('one'), app('two')] } },
		expected: [{ kind: 'apps-added', verdict: 'notice', gate: 'none', apps: ['App two'] }],
	},
	{
		rule: 'a service appears',
		older: { fields: { backend: null } },
		newer: {},
		expected: [{ kind: 'backend-added', verdict: 'warning', gate: 'none' }],
	},
	{
		rule: 'the service goes',
		older: {},
		newer: { fields: { backend: null } },
		expected: [{ kind: 'backend-removed', verdict: 'warning', gate: 'acknowledge' }],
	},
	{
		rule: 'ports change',
		older: { fields: { backend: backendOf({}, [8080]) } },
		newer: { fields: { backend: backendOf({}, [9090]) } },
		expected: [{ kind: 'ports-changed', verdict: 'warning', gate: 'acknowledge' }],
	},
	{
		rule: 'ports are declared for the first time',
		older: { fields: { backend: backendOf({}, null) } },
		newer: { fields: { backend: backendOf({}, [9090]) } },
		expected: [],
	},
];

function app(id: string): Manifest['frontends'][number] {
	return { id, name: `App ${id}`, package: `@khal-os/${id}`, bundlePath: null, bundleUrl: null };
}

function manifestFrom({ contract = [], pack = {}, fields }: Side): Manifest {
	return manifestOf(contract, { backend: backendOf(pack), ...fields });
}

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
