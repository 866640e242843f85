import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Home } from '@/lib/contracts/home';
import { RevisionList } from '@/lib/contracts/installs';
import { Plan } from '@/lib/contracts/plans';
import {
	BILLING,
	byHand,
	type Change,
	changeOrder,
	detailOf,
	environmentOf,
	installed,
	perform,
	planChange,
	refused,
	rollBack,
} from '../support/changes';
import { strayed } from '../support/leftovers';
import { NAMESPACE } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

/** Going back to a state, with the registries switched off, and what becomes of configurations nobody returns to. */

const KEPT = 3;
const toNewest: Change = {
	version: '1.5.0',
	renames: { PAYMENTS_API_KEY: 'PAYMENT_PROVIDER_API_KEY' },
	plain: { BILLING_TAX_ID: '12.345.678/0001-90', INVOICE_DUE_DAYS: '30', FINANCE_CONTACT: 'finance@acme.test' },
};

let portal: Portal;
let id: string;
let first: Record<string, string>;
let newest: Record<string, string>;

beforeAll(async () => {
	portal = await startPortal({ settings: { PACKYARD_KEEP_REVISIONS: String(KEPT) } });
	id = await installed(portal, { slug: 'billing', version: '1.0.0', release: 'billing', answers: BILLING });
	first = await environmentOf(portal, id);
	await perform(portal, id, toNewest);
	newest = await environmentOf(portal, id);
});
afterAll(() => portal.close());

describe('a rollback', () => {
	test('is planned as a state, and says what it does not undo', async () => {
		const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'rollback', installId: id, revision: 1 });

		expect(plan).toMatchObject({ kind: 'rollback', action: 'Roll back to 1.0.0', blocked: [], questions: [] });
		expect(plan.warnings.join(' ')).toContain('does not undo what newer versions did to data');
		expect(plan.configuration).toContainEqual(
			expect.objectContaining({ key: 'INVOICE_DUE_DAYS', state: 'changed', value: '30 dias' }),
		);
		expect(secretsIn(plan)).toEqual([
			// Readable in between, under another name in between, gone with the way back, and the same all the time.
			['FINANCE_CONTACT', 'changed', 'revision 1'],
			['PAYMENTS_API_KEY', 'added', 'revision 1'],
			['PAYMENT_PROVIDER_API_KEY', 'removed', 'archived'],
			['WEBHOOK_SIGNING_SECRET', 'unchanged', 'kept'],
		]);
	});

	test('restores exactly the old environment with every registry switched off', async () => {
		portal.sandbox.registries.goOffline(true);
		const ended = await rollBack(portal, id, 1).finally(() => portal.sandbox.registries.goOffline(false));

		expect(ended).toMatchObject({ kind: 'rollback', state: 'succeeded', toVersion: '1.0.0' });
		expect(await environmentOf(portal, id)).toEqual(first);
		expect((await detailOf(portal, id)).install.status).toMatchObject({ state: 'running', runningVersion: '1.0.0' });
	});

	test('keeps what the old version has no place for: the way up again asks nothing twice', async () => {
		const plan = await planChange(portal, id, { version: '1.5.0', renames: toNewest.renames ?? {} });

		expect((await detailOf(portal, id)).archivedKeys).toEqual(['BILLING_TAX_ID', 'PAYMENT_PROVIDER_API_KEY']);
		// These two hold values of 1.0.0 again, which 1.5.0 still does not take.
		expect(plan.questions.sort()).toEqual(['FINANCE_CONTACT', 'INVOICE_DUE_DAYS']);
	});

	test('after a rollback lands exactly where the newer state was', async () => {
		const ended = await rollBack(portal, id, 2);

		expect(ended).toMatchObject({ state: 'succeeded', toVersion: '1.5.0' });
		expect(await environmentOf(portal, id)).toEqual(newest);
	});

	test('is refused for what runs now, and for a revision that never ran', async () => {
		const ask = (revision: number) => portal.send('POST', '/api/plans', { kind: 'rollback', installId: id, revision });
		const failed = await perform(portal, id, { version: '1.6.0' });

		expect(failed).toMatchObject({ state: 'failed', returned: { version: '1.5.0', ok: true }, revision: 5 });
		expect((await ask(4)).status).toBe(409);
		expect((await ask(5)).status).toBe(409);
		expect((await ask(99)).status).toBe(404);
	});
});

describe('states', () => {
	test('are listed with version, period, outcome, who and note', async () => {
		await portal.send('PATCH', `/api/installs/${id}`, { revisionNote: { revision: 1, note: 'before the audit' } });
		const { revisions } = await portal.ask(RevisionList, 'GET', `/api/installs/${id}/revisions`);

		expect(revisions.map(({ number, version, outcome }) => [number, version, outcome])).toEqual([
			[5, '1.6.0', 'failed'],
			[4, '1.5.0', 'good'],
			[3, '1.0.0', 'good'],
			[2, '1.5.0', 'good'],
			[1, '1.0.0', 'good'],
		]);
		expect(revisions.at(-1)).toMatchObject({
			note: 'before the audit',
			createdBy: { name: 'Ana Souza' },
			activatedAt: expect.any(String),
			retiredAt: expect.any(String),
		});
	});

	test('nobody can return to any more lose their configuration, and are not offered', async () => {
		const { revisions } = await portal.ask(RevisionList, 'GET', `/api/installs/${id}/revisions`);
		const secrets = portal.sandbox.cluster.store
			.list('v1', 'Secret', NAMESPACE)
			.map(({ metadata }) => metadata.name)
			.filter((name) => name.startsWith('billing-env-'));
		const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'rollback', installId: id, revision: 1 });

		// Three states that ran, and the failed one whose answers a retry needs.
		expect(revisions.filter(({ kept }) => kept).map(({ number }) => number)).toEqual([5, 4, 3, 2]);
		expect(secrets.sort()).toEqual([2, 3, 4, 5].map((number) => `billing-env-r${number}`));
		expect(plan.blocked.map(({ reason }) => reason).join()).toContain('can no longer be restored');
	});
});

describe('a secret that is gone from the cluster', () => {
	test('needs re-entry: it is shown, asked for, and healed by entering it', async () => {
		await byHand(portal, 'DELETE', `/api/v1/namespaces/${NAMESPACE}/secrets/billing-env-r4`);
		const lost = await detailOf(portal, id);
		const zero: Change = { kind: 'configure', version: '1.5.0' };
		const plan = await planChange(portal, id, zero);
		const refusal = await refused(portal, id, changeOrder(plan, zero));

		expect(lost.configuration.flatMap((entry) => (entry.kind === 'secret' ? [[entry.key, entry.state]] : []))).toEqual([
			['PAYMENT_PROVIDER_API_KEY', 'needs-re-entry'],
			['WEBHOOK_SIGNING_SECRET', 'needs-re-entry'],
		]);
		expect(plan.questions).toEqual(['PAYMENT_PROVIDER_API_KEY', 'WEBHOOK_SIGNING_SECRET']);
		expect(refusal).toMatchObject({ status: 422, code: 'invalid_answers' });

		const secrets = { PAYMENT_PROVIDER_API_KEY: 'sk-again-planted', WEBHOOK_SIGNING_SECRET: 'whsec-again-planted' };
		const healed = await perform(portal, id, { ...zero, secrets });
		expect(healed.state).toBe('succeeded');
		expect(await environmentOf(portal, id)).toMatchObject({ ...newest, ...secrets });
	});

	test('can be replaced at any time, and only that key changes', async () => {
		const before = await environmentOf(portal, id);
		const change: Change = {
			kind: 'configure',
			version: '1.5.0',
			secrets: { WEBHOOK_SIGNING_SECRET: 'whsec-rotated-planted' },
		};
		const plan = await planChange(portal, id, change);
		const ended = await perform(portal, id, change);

		expect(plan.configuration.filter(({ state }) => state !== 'unchanged')).toEqual([
			expect.objectContaining({ key: 'WEBHOOK_SIGNING_SECRET', secret: true, state: 'changed', value: null }),
		]);
		expect(ended.state).toBe('succeeded');
		expect(await environmentOf(portal, id)).toEqual({ ...before, WEBHOOK_SIGNING_SECRET: 'whsec-rotated-planted' });
		// Going back would bring the old one back, which no plan may call unchanged.
		const previous = (ended.revision ?? 0) - 1;
		const back = await portal.ask(Plan, 'POST', '/api/plans', {
			kind: 'rollback',
			installId: id,
			revision: previous,
		});
		expect(secretsIn(back)).toContainEqual(['WEBHOOK_SIGNING_SECRET', 'changed', `revision ${previous}`]);
	});
});

describe('the inbox', () => {
	test('offers nothing to a pinned install, and the next best version to one that skips the newest', async () => {
		const updateOf = async () => (await detailOf(portal, id)).install.updateAvailable;
		expect(await updateOf()).toBe('1.6.0');
		await portal.send('PATCH', `/api/installs/${id}`, { pin: '1.5.0' });
		expect(await updateOf()).toBeNull();
		await portal.send('PATCH', `/api/installs/${id}`, { pin: null });
		await rollBack(portal, id, 3);
		await portal.send('PATCH', `/api/installs/${id}`, { skipVersion: '1.6.0' });
		expect(await updateOf()).toBe('1.5.0');

		const home = await portal.ask(Home, 'GET', '/api/home');
		expect(home.decide).toMatchObject([{ install: { id }, toVersion: '1.5.0' }]);
	});
});

function secretsIn({ configuration }: Plan): [string, string, string][] {
	return configuration.filter(({ secret }) => secret).map(({ key, state, origin }) => [key, state, origin]);
}

test('no secret was seen anywhere but in the Secrets of the revisions', async () => {
	const entered = { AGAIN: 'sk-again-planted', ROTATED: 'whsec-rotated-planted' };
	expect(await strayed(portal, { ...BILLING.secrets, ...entered })).toEqual([]);
});
