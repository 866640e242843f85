import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditPage } from '@/lib/contracts/audit';
import { InstallList } from '@/lib/contracts/installs';
import { Operation } from '@/lib/contracts/operations';
import { Plan } from '@/lib/contracts/plans';
import { at } from '@/lib/core';
import { detailOf, installed, refused } from '../support/changes';
import { recordsOf } from '../support/cluster-view';
import { everyObject } from '../support/leftovers';
import { FAILING_SIGN_OFF, oddPack } from '../support/odd-pack';
import { requestRemoval, requestRetry } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

/** A hook of the chart that fails before the removal: it blocks it, until somebody decides to go on without it. */

let portal: Portal;
let id: string;

beforeAll(async () => {
	portal = await startPortal();
	portal.sandbox.registries.publish(
		oddPack('parting', [{ version: '1.0.0', templates: { 'sign-off.yaml': FAILING_SIGN_OFF } }]),
	);
	await portal.runtime.catalog.syncAll();
	const answers = { plain: {}, secrets: { ODD_TOKEN: 'planted-token' } };
	id = await installed(portal, { slug: 'parting', version: '1.0.0', release: 'parting', answers });
});
afterAll(() => portal.close());

describe('a removal that a hook of the chart has stopped', () => {
	test('says that it was a hook, and leaves the release where it is', async () => {
		const ended = await portal.finished((await requestRemoval(portal, id, { removeSecrets: true })).id);

		expect(ended).toMatchObject({
			kind: 'uninstall',
			state: 'failed',
			failure: { code: 'hook_failed', step: 'remove', message: expect.stringContaining('hook') },
		});
		expect((await detailOf(portal, id)).install.status.label).toBe('Removal failed');
		expect(recordsOf(portal.sandbox, 'parting')).toHaveLength(1);
	});

	test('names what the hook left in the next plan', async () => {
		const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'uninstall', installId: id });

		expect(plan.removal?.kept).toEqual([
			{ object: 'Job parting-sign-off', reason: 'A hook that failed left it behind.' },
		]);
	});

	test('is stopped again by an ordinary retry: skipping is never the default', async () => {
		const ended = await portal.finished((await requestRetry(portal, id)).id);

		expect(ended).toMatchObject({ state: 'failed', failure: { code: 'hook_failed' } });
	});

	test('goes on without hooks for who chooses so, which the operation and the audit say', async () => {
		const { id: operationId } = await retryWithoutHooks();
		const ended = await portal.finished(operationId);
		const { events } = await portal.ask(AuditPage, 'GET', '/api/audit');
		const asked = events.filter(({ kind }) => kind === 'retry.requested');

		expect(ended.state).toBe('succeeded');
		expect(ended.steps.find(({ name }) => name === 'remove')?.detail).toBe(
			'Release removed without its hooks, 1 object stays',
		);
		expect(asked.map(({ data }) => at(data, 'skipHooks'))).toEqual([true, undefined]);
		expect(asked[0]?.summary).toContain('without its hooks');
		expect(events.find(({ kind }) => kind === 'install.removed')?.data).toMatchObject({
			kept: ['Job parting-sign-off'],
		});
	});

	test('is then a removal like any other: nothing of the release or its secrets is left', async () => {
		const left = everyObject(portal).filter(({ name }) => name.includes('parting') && !/^(Event|Pod) /.test(name));

		expect(left.map(({ name }) => name)).toEqual(['Job parting-sign-off']);
		expect(recordsOf(portal.sandbox, 'parting')).toEqual([]);
		expect((await portal.ask(InstallList, 'GET', '/api/installs')).installs).toEqual([]);
	});
});

describe('hooks', () => {
	test('are not skipped for a removal that failed of something else', async () => {
		portal.sandbox.registries.publish(oddPack('plain', [{ version: '1.0.0', imageTag: 'does-not-exist' }]));
		await portal.runtime.catalog.syncAll();
		const answers = { plain: {}, secrets: { ODD_TOKEN: 'planted-token' } };
		const failed = await installed(portal, { slug: 'plain', version: '1.0.0', release: 'plain', answers }).catch(
			() => null,
		);
		const install = (await portal.ask(InstallList, 'GET', '/api/installs')).installs[0]?.id ?? '';
		const body = { kind: 'retry', requestId: randomUUID(), skipHooks: true, reason: null };

		expect(failed).toBeNull();
		expect(await refused(portal, install, body)).toMatchObject({
			status: 409,
			detail: expect.stringContaining('only for a removal'),
		});
	});
});

async function retryWithoutHooks(): Promise<Operation> {
	const body = { kind: 'retry', requestId: randomUUID(), skipHooks: true, reason: 'The service is gone already.' };
	return portal.ask(Operation, 'POST', `/api/installs/${id}/operations`, body);
}
