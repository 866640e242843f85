import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Home } from '@/lib/contracts/home';
import { OperationView } from '@/lib/contracts/operations';
import {
	allOf,
	BILLING,
	type Change,
	changeOrder,
	detailOf,
	environmentOf,
	installed,
	order,
	perform,
	planChange,
	refused,
} from '../support/changes';
import { strayed } from '../support/leftovers';
import { type Portal, startPortal } from '../support/portal';

/** The chain 1.0.0 → 1.5.0 of billing, every kind of contract change in a version of its own, then a bad image. */

const NEW_VALUES = {
	BILLING_TAX_ID: '12.345.678/0001-90',
	INVOICE_DUE_DAYS: '30',
	FINANCE_CONTACT: 'finance@acme.test',
	BILLING_CURRENCY: 'BRL',
};
const target: Change = { version: '1.5.0' };
const renamed: Change = { ...target, renames: { PAYMENTS_API_KEY: 'PAYMENT_PROVIDER_API_KEY' } };
const answered: Change = { ...renamed, plain: NEW_VALUES };

let portal: Portal;
let id: string;
let before: Record<string, string>;

beforeAll(async () => {
	portal = await startPortal();
	id = await installed(portal, { slug: 'billing', version: '1.0.0', release: 'billing', answers: BILLING });
	before = await environmentOf(portal, id);
});
afterAll(() => portal.close());

describe('the plan of an upgrade across eight versions', () => {
	test('says what changes, asks only what is new, and tells the notes of every version on the way', async () => {
		const plan = await planChange(portal, id, target);

		expect(plan).toMatchObject({ kind: 'upgrade', action: 'Upgrade 1.0.0 → 1.5.0', badge: { tone: 'breaking' } });
		expect(Object.fromEntries(plan.changes.map(({ change }) => [change.id, change.gate]))).toMatchObject({
			'suspected-rename:PAYMENTS_API_KEY': 'confirm-rename',
			'added:BILLING_TAX_ID': 'value-needed',
			'retyped:INVOICE_DUE_DAYS': 'value-needed',
			'exposed:FINANCE_CONTACT': 're-enter-and-type',
			'default-changed:BILLING_CURRENCY': 'offer-old-default',
		});
		expect(plan.questions.sort()).toEqual(['BILLING_TAX_ID', 'FINANCE_CONTACT', 'INVOICE_DUE_DAYS']);
		expect(plan.notes.map((note) => note.version)).toEqual([
			'1.5.0',
			'1.4.1',
			'1.4.0',
			'1.3.0',
			'1.2.0',
			'1.1.1',
			'1.1.0',
			'1.0.1',
		]);
		expect(plan.blocked.map(({ reason }) => reason).join(' ')).toMatch(/BILLING_TAX_ID.*PAYMENT_PROVIDER_API_KEY/s);
		expect(plan.wayBack).toContain('1.0.0');
	});

	test('compares with the live objects and knows which containers get the configuration', async () => {
		const { preview } = await planChange(portal, id, answered);

		expect(preview?.headline).toMatch(/change/);
		expect(preview?.resources.find(({ kind }) => kind === 'Deployment')).toMatchObject({
			action: 'update',
			restarts: true,
		});
		expect(preview?.injected.map(({ workload }) => workload)).toEqual(['Deployment billing']);
		expect(JSON.stringify(preview)).not.toContain('planted');
	});

	test('counts what goes along untouched, the renamed secret among it, and needs no answer for that', async () => {
		const plan = await planChange(portal, id, answered);

		// BILLING_PORTAL_URL, MAX_RETRIES and two secrets; the rest was answered anew.
		expect(plan.carried).toBe(4);
		expect(plan.blocked).toEqual([]);
		expect(plan.configuration.find(({ key }) => key === 'PAYMENT_PROVIDER_API_KEY')).toMatchObject({
			secret: true,
			value: null,
			origin: 'from PAYMENTS_API_KEY',
		});
	});
});

describe('the upgrade is refused', () => {
	test('while keys are not answered, naming each of them', async () => {
		const plan = await planChange(portal, id, renamed);
		const problem = await refused(portal, id, changeOrder(plan, renamed));

		expect(problem).toMatchObject({ status: 422, code: 'invalid_answers' });
		expect(problem.invalidParams.map(({ name }) => name).sort()).toEqual([
			'BILLING_TAX_ID',
			'FINANCE_CONTACT',
			'INVOICE_DUE_DAYS',
		]);
	});

	test('while the suspected rename is neither confirmed nor denied', async () => {
		const change = { ...target, plain: NEW_VALUES, secrets: { PAYMENT_PROVIDER_API_KEY: 'sk-new-planted' } };
		const plan = await planChange(portal, id, change);

		expect(await refused(portal, id, changeOrder(plan, change))).toMatchObject({
			status: 409,
			detail: expect.stringContaining('open decisions'),
		});
	});

	test('while a breaking change is not acknowledged, and for an exposure typed wrongly', async () => {
		const plan = await planChange(portal, id, answered);
		const typed = plan.acknowledgements.find((item) => item.typed !== null);
		const others = allOf(plan).filter((given) => given !== `exposed:FINANCE_CONTACT=FINANCE_CONTACT`);

		expect(typed).toMatchObject({ id: 'exposed:FINANCE_CONTACT', typed: 'FINANCE_CONTACT' });
		for (const given of [
			[],
			others,
			[...others, 'exposed:FINANCE_CONTACT'],
			[...others, 'exposed:FINANCE_CONTACT=yes'],
		]) {
			const problem = await refused(portal, id, changeOrder(plan, answered, given));
			expect(problem).toMatchObject({ status: 422, detail: 'Some changes are not acknowledged yet.' });
			expect(problem.invalidParams.map(({ name }) => name)).toContain('exposed:FINANCE_CONTACT');
		}
	});

	test('when the answers are others than the plan was made for, saying what moved', async () => {
		const plan = await planChange(portal, id, answered);
		const other = { ...answered, plain: { ...NEW_VALUES, BILLING_TAX_ID: '99.999.999/0001-99' } };

		expect(await refused(portal, id, changeOrder(plan, other))).toMatchObject({
			status: 409,
			code: 'plan_moved',
			details: { moved: ['The answers are not the ones the plan was made for.'] },
		});
	});

	test('and nothing of all that has changed the install', async () => {
		expect(await environmentOf(portal, id)).toEqual(before);
		expect((await detailOf(portal, id)).install).toMatchObject({ version: '1.0.0', activeOperation: null });
	});
});

describe('the upgrade', () => {
	test('carries the renamed secret without anybody entering or reading it', async () => {
		const ended = await perform(portal, id, answered);
		const after = await environmentOf(portal, id);

		expect(ended).toMatchObject({ state: 'succeeded', kind: 'upgrade', fromVersion: '1.0.0', toVersion: '1.5.0' });
		expect(after).toMatchObject({
			...NEW_VALUES,
			PAYMENT_PROVIDER_API_KEY: BILLING.secrets.PAYMENTS_API_KEY,
			WEBHOOK_SIGNING_SECRET: BILLING.secrets.WEBHOOK_SIGNING_SECRET,
			BILLING_PORTAL_URL: BILLING.plain.BILLING_PORTAL_URL,
			MAX_RETRIES: '5',
		});
		expect(after).not.toHaveProperty('PAYMENTS_API_KEY');
	});

	test('is in the audit with what was agreed to and every key, secrets by name only', async () => {
		const { events } = await portal.runtime.audit.list({ limit: 20 });
		const event = events.find(({ kind }) => kind === 'upgrade.requested');

		expect(event?.data).toMatchObject({
			acknowledged: expect.arrayContaining(['exposed:FINANCE_CONTACT=FINANCE_CONTACT']),
			changes: expect.arrayContaining([
				{ secret: true, key: 'PAYMENT_PROVIDER_API_KEY', change: 'renamed', oldKey: 'PAYMENTS_API_KEY' },
				{ secret: true, key: 'WEBHOOK_SIGNING_SECRET', change: 'kept' },
				{ secret: false, key: 'BILLING_TAX_ID', change: 'added', to: NEW_VALUES.BILLING_TAX_ID },
			]),
		});
		expect(JSON.stringify(events)).not.toContain('planted');
	});

	test('planned again has nothing left to say', async () => {
		const plan = await planChange(portal, id, { kind: 'configure', version: '1.5.0' });

		expect(plan).toMatchObject({ kind: 'configure', changes: [], questions: [], invalidParams: [], blocked: [] });
		expect(plan.configuration.filter(({ state }) => state !== 'unchanged')).toEqual([]);
	});

	test('with zero edits changes zero values', async () => {
		const environment = await environmentOf(portal, id);
		const ended = await perform(portal, id, { kind: 'configure', version: '1.5.0' });

		expect(ended.state).toBe('succeeded');
		expect(await environmentOf(portal, id)).toEqual(environment);
	});
});

describe('an upgrade to a version whose image never starts', () => {
	test('is diagnosed, then returned to the running version as a step of its own, with the environment as it was', async () => {
		const environment = await environmentOf(portal, id);
		const ended = await perform(portal, id, { version: '1.6.0' });

		expect(ended).toMatchObject({
			state: 'failed',
			toVersion: '1.6.0',
			returned: { version: '1.5.0', ok: true },
			failure: { step: 'apply', blocker: { reason: expect.stringMatching(/ImagePull|ErrImage/) } },
		});
		const late = ended.steps.slice(-2).map(({ name, state }) => [name, state]);
		expect(late).toEqual([
			['diagnose', 'done'],
			['return', 'done'],
		]);
		expect(await environmentOf(portal, id)).toEqual(environment);
	});

	test('shows both facts, and the pods that were looked at before they were gone', async () => {
		const { install, lastOperation } = await detailOf(portal, id);
		const { lines } = await portal.ask(OperationView, 'GET', `/api/operations/${lastOperation?.id}?after=0`);

		expect(install.status).toMatchObject({
			state: 'upgrade-failed',
			label: 'Upgrade failed (still running 1.5.0)',
			desiredVersion: '1.6.0',
			runningVersion: '1.5.0',
		});
		expect(lines.filter(({ step }) => step === 'diagnose').map(({ text }) => text)).toContainEqual(
			expect.stringMatching(/^Pod billing-.*(ImagePull|ErrImage)/),
		);
	});

	test('is Broken on the home page until that version is skipped, and then Quiet', async () => {
		const broken = await portal.ask(Home, 'GET', '/api/home');
		await portal.send('PATCH', `/api/installs/${id}`, { skipVersion: '1.6.0' });
		const quiet = await portal.ask(Home, 'GET', '/api/home');

		expect(broken.broken.map(({ install }) => install.id)).toEqual([id]);
		expect(quiet.broken).toEqual([]);
		expect(quiet.quiet.map((install) => install.id)).toEqual([id]);
	});

	test('can be planned from what runs, as if it had never been tried', async () => {
		const plan = await planChange(portal, id, { version: '1.6.0' });

		expect(plan).toMatchObject({ fromVersion: '1.5.0', blocked: [], acknowledgements: [] });
	});
});

describe('a downgrade', () => {
	test('is labelled as one, and wants to be agreed to', async () => {
		const change: Change = { version: '1.4.1', secrets: { FINANCE_CONTACT: 'back-planted@acme.test' } };
		const plan = await planChange(portal, id, change);
		const refusal = await refused(portal, id, changeOrder(plan, change, []));
		const operation = await order(portal, id, changeOrder(plan, change));
		const ended = await portal.finished(operation.id);

		expect(plan).toMatchObject({ kind: 'downgrade', action: 'Downgrade 1.5.0 → 1.4.1' });
		expect(plan.warnings.join(' ')).toContain('does not undo');
		// What authors wrote is about going forward: it is shown, and nobody is blamed for what going back breaks.
		expect(plan.notes.map(({ version }) => version)).toEqual(['1.5.0', '1.4.1']);
		expect(plan.changes.map(({ change: { kind } }) => kind)).not.toContain('notes-silent');
		expect(refusal.invalidParams.map(({ name }) => name)).toContain('downgrade');
		expect(ended).toMatchObject({ kind: 'downgrade', state: 'succeeded', toVersion: '1.4.1' });
		expect((await environmentOf(portal, id)).FINANCE_CONTACT).toBe('back-planted@acme.test');
	});

	test('leaves the newer versions as something to decide', async () => {
		const home = await portal.ask(Home, 'GET', '/api/home');

		expect(home.decide).toMatchObject([{ toVersion: '1.5.0', badge: { tone: 'breaking' } }]);
	});
});

describe('the secrets of all that', () => {
	test('are nowhere but in the Secrets of the revisions', async () => {
		expect(await strayed(portal, { ...BILLING.secrets, FINANCE_AGAIN: 'back-planted@acme.test' })).toEqual([]);
		// The control twin: a plain value is found where it belongs.
		const plain = await strayed(portal, { BILLING_PORTAL_URL: BILLING.plain.BILLING_PORTAL_URL ?? '' });
		expect(plain.map(({ place }) => place)).toContainEqual(expect.stringContaining('ConfigMap billing-env-r1'));
	});
});
