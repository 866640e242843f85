import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Plan } from '@/lib/contracts/plans';
import { at } from '@/lib/core';
import {
	allOf,
	byHand,
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
import { recordsOf } from '../support/cluster-view';
import { helmByHand } from '../support/helm-by-hand';
import { NAMESPACE } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** A release that somebody else changes: with Helm, with kubectl. It is shown, and only taken over on purpose. */

let portal: Portal;
let ledger: string;

beforeAll(async () => {
	portal = await startPortal();
	const keys = { REGION: 'string', COLOUR: 'string', API_KEY: 'secret' } as const;
	portal.sandbox.registries.publish(
		packOf('ledger', [
			{ version: '1.0.0', keys },
			{ version: '1.1.0', keys },
		]),
	);
	await portal.runtime.catalog.syncAll();
	const answers = { plain: { REGION: 'eu', COLOUR: 'copper' }, secrets: { API_KEY: 'key-planted' } };
	ledger = await installed(portal, { slug: 'ledger', version: '1.0.0', release: 'ledger', answers });
	await perform(portal, ledger, { version: '1.1.0' });
});
afterAll(() => portal.close());

describe('Helm run by hand', () => {
	test('somebody ran Helm by hand: refused with that, then replaced for who agrees to it', async () => {
		const change: Change = { kind: 'configure', version: '1.1.0', plain: { COLOUR: 'verdigris' } };
		const plan = await planChange(portal, ledger, change);
		await helmByHand(portal, ['rollback', 'ledger', '1']);
		const problem = await refused(portal, ledger, changeOrder(plan, change));
		const again = await planChange(portal, ledger, change);

		expect(problem).toMatchObject({ status: 409, code: 'plan_moved' });
		expect(problem.detail).toContain('The release changed in the cluster: Helm revision 3, it was 2.');
		expect(again.acknowledgements).toMatchObject([
			{ id: 'outside', sentence: expect.stringContaining('Helm revision 3 (pack-ledger-1.0.0)') },
		]);
		expect(await refused(portal, ledger, changeOrder(again, change, []))).toMatchObject({ status: 422 });
		expect((await perform(portal, ledger, change)).state).toBe('succeeded');
		expect((await environmentOf(portal, ledger)).COLOUR).toBe('verdigris');
		expect((await planChange(portal, ledger, { kind: 'configure', version: '1.1.0' })).acknowledgements).toEqual([]);
	});

	test('a release that was removed by hand is said to be gone, and installed again for who agrees to it', async () => {
		const change: Change = { kind: 'configure', version: '1.1.0' };
		await helmByHand(portal, ['uninstall', 'ledger']);
		const { install } = await detailOf(portal, ledger);
		const plan = await planChange(portal, ledger, change);

		expect(install.status).toMatchObject({ state: 'degraded', reason: 'The release is gone from the cluster.' });
		expect(plan.acknowledgements).toMatchObject([
			{ id: 'outside', sentence: expect.stringContaining('removed outside') },
		]);
		expect((await perform(portal, ledger, change)).state).toBe('succeeded');
		expect(await environmentOf(portal, ledger)).toMatchObject({ API_KEY: 'key-planted' });
	});
});

describe('a retry after somebody ran Helm by hand', () => {
	const retry = () => ({ kind: 'retry', requestId: randomUUID(), reason: null }) as const;
	let id: string;

	beforeAll(async () => {
		const answers = { plain: { REGION: 'eu', COLOUR: 'copper' }, secrets: { API_KEY: 'key-planted' } };
		id = await installed(portal, { slug: 'ledger', version: '1.0.0', release: 'retried', answers });
		const deployment = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/retried`;
		await byHand(portal, 'PATCH', deployment, { spec: { replicas: 3 } });
		expect((await perform(portal, id, { version: '1.1.0' })).state).toBe('failed');
		await helmByHand(portal, ['rollback', 'retried', '1', '--force-conflicts']);
	});

	test('is refused with what was made outside, as a plan would be', async () => {
		const plan = await planChange(portal, id, { version: '1.1.0' });
		const problem = await refused(portal, id, retry());

		expect(plan.acknowledgements.map(({ id: name }) => name)).toContain('outside');
		expect(problem).toMatchObject({ status: 409, code: 'conflict', hint: expect.stringContaining('Plan it again') });
		expect(problem.detail).toContain('Helm revision 2 (pack-ledger-1.0.0) was made outside Packyard.');
		expect(recordsOf(portal.sandbox, 'retried')).toEqual(['1 superseded', '2 deployed']);
	});

	test('is done for who chooses to take over', async () => {
		const operation = await order(portal, id, { ...retry(), takeOver: true });

		expect(await portal.finished(operation.id)).toMatchObject({ state: 'succeeded', toVersion: '1.1.0' });
		expect(recordsOf(portal.sandbox, 'retried').at(-1)).toBe('3 deployed');
		const { events } = await portal.runtime.audit.list({ limit: 10 });
		expect(at(events.find(({ kind }) => kind === 'retry.requested')?.data, 'takeOver')).toBe(true);
	});
});

describe('a release that somebody changed by hand', () => {
	const deployment = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/ledger`;
	const change: Change = { kind: 'configure', version: '1.1.0', plain: { REGION: 'us' } };

	test('is shown as drifted, on the install and in the plan', async () => {
		await byHand(portal, 'PATCH', deployment, { spec: { replicas: 3 } });
		const { live } = await detailOf(portal, ledger);
		const plan = await planChange(portal, ledger, change);

		expect(live?.drift).toEqual([{ object: 'Deployment ledger', fields: ['spec.replicas'], manager: 'kubectl-edit' }]);
		expect(plan.warnings.join()).toContain('Deployment ledger was changed outside Packyard by kubectl-edit');
	});

	test('is not written over: the operation ends with what conflicts, and nothing was changed', async () => {
		const before = await environmentOf(portal, ledger);
		const ended = await perform(portal, ledger, change);

		expect(ended).toMatchObject({
			state: 'failed',
			returned: null,
			failure: {
				code: 'conflict',
				step: 'apply',
				message: 'Deployment ledger changed outside Packyard.',
				hint: expect.stringContaining('take it over'),
			},
		});
		expect(replicas()).toBe(3);
		expect(await environmentOf(portal, ledger)).toEqual(before);
		expect((await detailOf(portal, ledger)).install.status).toMatchObject({
			label: 'Configuration failed (still running 1.1.0)',
		});
	});

	test('is taken over by who chooses so, and the audit says it', async () => {
		const ended = await perform(portal, ledger, { ...change, takeOver: true });
		const { events } = await portal.runtime.audit.list({ limit: 10 });
		const asked = events.find(({ kind }) => kind === 'configure.requested');

		expect(ended.state).toBe('succeeded');
		expect(replicas()).toBe(1);
		expect((await environmentOf(portal, ledger)).REGION).toBe('us');
		expect(at(asked?.data, 'acknowledged')).toContain('take-over');
	});

	test('can be rolled back with taking over, too', async () => {
		await byHand(portal, 'PATCH', deployment, { spec: { replicas: 2 } });
		const target = { kind: 'rollback', installId: ledger, revision: 1 };
		const plan = await portal.ask(Plan, 'POST', '/api/plans', target);
		const { id } = await order(portal, ledger, {
			kind: 'rollback',
			requestId: randomUUID(),
			revision: 1,
			planHash: plan.hash,
			acknowledged: allOf(plan),
			takeOver: true,
			reason: null,
		});

		expect((await portal.finished(id)).state).toBe('succeeded');
		expect(replicas()).toBe(1);
		expect(await environmentOf(portal, ledger)).toMatchObject({
			API_KEY: 'key-planted',
			REGION: 'eu',
			COLOUR: 'copper',
		});
	});

	function replicas(): unknown {
		return at(portal.sandbox.cluster.store.peek('apps/v1', 'Deployment', NAMESPACE, 'ledger'), 'spec', 'replicas');
	}
});
