import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Plan } from '@/lib/contracts/plans';
import { byHand, changeOrder, environmentOf, installed, order, planChange, refused } from '../support/changes';
import { NAMESPACE } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** What was shown is what is approved: whatever moves between plan and submit refuses the submit, and says what moved. */

const ANSWERS = { plain: { REGION: 'eu' }, secrets: { API_KEY: 'key-planted' } };
const CHANGE = { version: '1.1.0' };

let portal: Portal;
beforeAll(async () => {
	portal = await startPortal();
	const keys = { REGION: 'string', API_KEY: 'secret' } as const;
	portal.sandbox.registries.publish(
		packOf('ledger', [
			{ version: '1.0.0', keys },
			{ version: '1.1.0', keys },
			{ version: '1.2.0', keys: { ...keys, REGION: 'secret' } },
		]),
	);
	await portal.runtime.catalog.syncAll();
});
afterAll(() => portal.close());

test('control: where nothing moves the same plan has the same hash, and is carried out', async () => {
	const id = await ledger('pb1');
	const plan = await planChange(portal, id, CHANGE);

	expect((await planChange(portal, id, CHANGE)).hash).toBe(plan.hash);
	expect(await carriedOut(id, plan)).toMatchObject({ state: 'succeeded' });
});

test('an order that gives up a value which the plan moves to the secrets', async () => {
	const id = await ledger('pb0');
	const change = { version: '1.2.0' };
	const plan = await planChange(portal, id, change);

	expect(plan.configuration).toContainEqual(expect.objectContaining({ key: 'REGION', secret: true, state: 'added' }));
	expect(await refused(portal, id, changeOrder(plan, { ...change, discard: ['REGION'] }))).toMatchObject({
		status: 409,
		code: 'plan_moved',
		details: { moved: ['The answers are not the ones the plan was made for.'] },
	});
});

test('an object of the release that somebody deletes meanwhile', async () => {
	const id = await ledger('pb2');
	const plan = await planChange(portal, id, CHANGE);
	await byHand(portal, 'DELETE', `/api/v1/namespaces/${NAMESPACE}/services/pb2`);
	const now = await planChange(portal, id, CHANGE);

	expect(now.preview?.headline).not.toBe(plan.preview?.headline);
	expect(now.hash).not.toBe(plan.hash);
	expect(await refused(portal, id, changeOrder(plan, CHANGE))).toMatchObject({
		status: 409,
		code: 'plan_moved',
		details: { moved: ['No longer in the cluster: Service pb2.'] },
	});
	expect(await carriedOut(id, now)).toMatchObject({ state: 'succeeded' });
});

test('a field that somebody changes meanwhile, even when outside changes shall be taken over', async () => {
	const id = await ledger('pb3');
	const change = { ...CHANGE, takeOver: true };
	const plan = await planChange(portal, id, change);
	await byHand(portal, 'PATCH', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/pb3`, { spec: { replicas: 3 } });

	const problem = await refused(portal, id, changeOrder(plan, change));
	expect(problem).toMatchObject({ status: 409, code: 'plan_moved' });
	expect(problem.detail).toMatch(/Changed outside Packyard.*Deployment pb3: .*replicas/);
});

test('a value that is set for all packs meanwhile is not delivered before it was shown', async () => {
	const id = await ledger('pb4');
	const plan = await planChange(portal, id, CHANGE);
	await setForAll('KHAL_ORG_ID', 'acme');
	const named = await refused(portal, id, changeOrder(plan, CHANGE));
	const now = await planChange(portal, id, CHANGE);
	await setForAll('KHAL_ORG_ID', 'other');
	const changed = await refused(portal, id, changeOrder(now, CHANGE));

	expect(named).toMatchObject({
		status: 409,
		details: { moved: ['What is set for all packs (KHAL_ORG_ID) changed, and with it the configuration.'] },
	});
	expect(changed).toMatchObject({
		status: 409,
		details: { moved: ['A value that is set for all packs changed, and with it the configuration.'] },
	});
	expect(await environmentOf(portal, id)).not.toHaveProperty('KHAL_ORG_ID');
	const last = await planChange(portal, id, CHANGE);
	expect(last.configuration).toContainEqual(expect.objectContaining({ key: 'KHAL_ORG_ID', value: 'other' }));
	expect(await carriedOut(id, last)).toMatchObject({ state: 'succeeded' });
	expect(await environmentOf(portal, id)).toMatchObject({ KHAL_ORG_ID: 'other' });
});

describe('a removal', () => {
	const planRemoval = (installId: string) => portal.ask(Plan, 'POST', '/api/plans', { kind: 'uninstall', installId });
	const removal = (release: string, planHash: string) => ({
		kind: 'uninstall' as const,
		requestId: randomUUID(),
		planHash,
		removeSecrets: false,
		removeVolumes: false,
		confirm: release,
		reason: null,
	});

	test('is refused without the plan of what goes and what stays', async () => {
		const id = await ledger('pb5');
		const { planHash: _none, ...blind } = removal('pb5', '');

		expect(await refused(portal, id, blind)).toMatchObject({ status: 400, invalidParams: [{ name: 'planHash' }] });
	});

	test('is refused when it would do something else than was shown, and carried out as shown', async () => {
		const id = await ledger('pb6');
		const plan = await planRemoval(id);
		const kept = {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {
				name: 'pb6-env-r9',
				labels: { 'app.kubernetes.io/managed-by': 'packyard', 'packyard.dev/release': 'pb6' },
			},
		};
		await byHand(portal, 'POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, kept);

		expect(await refused(portal, id, removal('pb6', plan.hash))).toMatchObject({
			status: 409,
			code: 'plan_moved',
			details: {
				moved: ['What a removal deletes and what it leaves is not what was shown: ConfigMap pb6-env-r9 by choice.'],
			},
		});
		const now = await planRemoval(id);
		const { id: operationId } = await order(portal, id, removal('pb6', now.hash));
		expect(await portal.finished(operationId)).toMatchObject({ state: 'succeeded', planHash: now.hash });
	});
});

function ledger(release: string): Promise<string> {
	return installed(portal, { slug: 'ledger', version: '1.0.0', release, answers: ANSWERS });
}

async function carriedOut(id: string, plan: Plan) {
	return portal.finished((await order(portal, id, changeOrder(plan, CHANGE))).id);
}

async function setForAll(key: string, value: string): Promise<void> {
	await portal.runtime.db.pool.query(
		`insert into instance_value (key, value, updated_at, updated_by) values ($1, $2, now(), 'the test')
		 on conflict (key) do update set value = excluded.value`,
		[key, value],
	);
}
