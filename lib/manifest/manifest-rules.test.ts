import { backendOf } from '@/test/support/manifests';
import { holdRules, type RuleRow } from '@/test/support/rule-table';
import type { Manifest } from './schema';

/** Rules about what a manifest declares besides its contract, and the twin of each that must not fire. */
const table: RuleRow[] = [
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

holdRules(table);

function app(id: string): Manifest['frontends'][number] {
	return { id, name: `App ${id}`, package: `@khal-os/${id}`, bundlePath: null, bundleUrl: null };
}
