import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Operation } from '@/lib/contracts/operations';
import { createWorker, type Worker } from '@/lib/installs';
import { type Change, changeOrder, detailOf, installed, order, perform, planChange } from '../support/changes';
import { environmentsOf, recordsOf } from '../support/cluster-view';
import type { Gate, Moment } from '../support/gate';
import { BAD, GOOD, startGatedPortal, V10 } from '../support/gated-portal';
import { helmByHand } from '../support/helm-by-hand';
import { requestInstall } from '../support/orders';
import type { Portal } from '../support/portal';

/**
 * A worker that hangs for longer than its lease and then goes on, while another one has brought the operation to its
 * end. Nothing of what it still wants may happen. It never hears of the loss by itself: its heart beats once an hour.
 */

let gate: Gate;
let portal: Portal;
const others: Worker[] = [];

beforeAll(async () => {
	({ gate, portal } = await startGatedPortal());
	await portal.runtime.worker.stop();
});
afterAll(async () => {
	await stopOthers();
	await portal?.close();
	await gate?.close();
});

describe('a worker that wakes up after somebody else has ended its operation', () => {
	test('before Helm was asked: an upgrade that was returned stays returned', async () => {
		const id = await running('returned');
		const plan = await planChange(portal, id, BAD);
		const hung = await hangAt('before', 'apply', 'returned', () => order(portal, id, changeOrder(plan, BAD)));
		const ended = await endedByAnother(hung.operationId);
		const before = await everything('returned', hung.operationId);
		await hung.wakeUp();

		expect(ended).toMatchObject({ state: 'failed', attempt: 2, returned: { version: '1.0.0', ok: true } });
		expect(before.records).toEqual(['1 superseded', '2 failed', '3 deployed']);
		expect(await everything('returned', hung.operationId)).toEqual(before);
		expect((await detailOf(portal, id)).install.status).toMatchObject({ runningVersion: '1.0.0' });
	});

	test('before Helm was asked: an install that was cancelled meanwhile never starts', async () => {
		const hung = await hangAt('before', 'apply', 'cancelled', () =>
			requestInstall(portal, { ...V10, release: 'cancelled' }),
		);
		await portal.ask(Operation, 'POST', `/api/operations/${hung.operationId}/cancel`);
		const ended = await endedByAnother(hung.operationId);
		await hung.wakeUp();

		expect(ended).toMatchObject({ state: 'cancelled', attempt: 2 });
		expect(recordsOf(portal.sandbox, 'cancelled')).toEqual([]);
	});

	test('before old configurations are swept: that of a newer operation stays', async () => {
		const id = await running('swept');
		const plan = await planChange(portal, id, GOOD);
		const hung = await hangAt('before', 'environment/sweep', 'swept', () => order(portal, id, changeOrder(plan, GOOD)));
		expect(await endedByAnother(hung.operationId)).toMatchObject({ state: 'succeeded', attempt: 2 });
		const configure: Change = { kind: 'configure', version: '1.1.0', plain: { ODD_LEVEL: '9' } };
		expect(await perform(portal, id, configure)).toMatchObject({ state: 'succeeded' });
		const before = environmentsOf(portal.sandbox, 'swept');
		await hung.wakeUp();

		expect(before).toContain('Secret swept-env-r3');
		expect(environmentsOf(portal.sandbox, 'swept')).toEqual(before);
	});

	test('in the middle of a step: what it writes about the operation lands nowhere', async () => {
		const id = await running('midstep');
		const plan = await planChange(portal, id, GOOD);
		const hung = await hangAt('after', 'leak-scan', 'midstep', () => order(portal, id, changeOrder(plan, GOOD)));
		expect(await endedByAnother(hung.operationId)).toMatchObject({ state: 'succeeded', attempt: 2 });
		const before = await everything('midstep', hung.operationId);
		await hung.wakeUp();

		expect(before.operation.steps.map(({ state }) => state)).not.toContain('running');
		expect(await everything('midstep', hung.operationId)).toEqual(before);
	});
});

test('a process that was frozen takes its own operation over, and its run from before changes nothing', async () => {
	const id = await running('frozen');
	const plan = await planChange(portal, id, BAD);
	const hung = await hangAt('before', 'apply', 'frozen', () => order(portal, id, changeOrder(plan, BAD)));
	await loseLease(hung.operationId);
	const ended = await portal.finished(hung.operationId);
	const answered = gate.park('after', { name: 'apply', release: 'frozen' });
	await hung.wakeUp();
	await answered.reached;
	answered.open();

	expect(ended).toMatchObject({ state: 'failed', attempt: 2, returned: { version: '1.0.0', ok: true } });
	expect(recordsOf(portal.sandbox, 'frozen')).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test('an upgrade that was overtaken with Helm by hand after it was approved changes nothing', async () => {
	const id = await running('overtaken');
	const plan = await planChange(portal, id, GOOD);
	const hung = await hangAt('before', 'apply', 'overtaken', () => order(portal, id, changeOrder(plan, GOOD)));
	await helmByHand(portal, ['rollback', 'overtaken', '1']);
	await hung.wakeUp();

	expect(await portal.finished(hung.operationId)).toMatchObject({
		state: 'failed',
		returned: null,
		failure: {
			code: 'plan_moved',
			message: 'Helm revision 2 was made after this was approved; it was 1 then.',
			hint: expect.stringMatching(/Nothing was changed/),
		},
	});
	expect(recordsOf(portal.sandbox, 'overtaken')).toEqual(['1 superseded', '2 deployed']);
});

/** An install of 1.0.0, and nobody at work any more. */
async function running(release: string): Promise<string> {
	startOther();
	const id = await installed(portal, { ...V10, release });
	await stopOthers();
	return id;
}

/** Order something and let the worker that takes it hang at that call. */
async function hangAt(moment: Moment, name: string, release: string, ask: () => Promise<Operation>) {
	const worker = createWorker({ ...workerOptions(), leaseSeconds: 3600 });
	const call = gate.park(moment, { name, release });
	const { id: operationId } = await ask();
	worker.start();
	await call.reached;
	const wakeUp = async () => {
		await stopOthers();
		call.open();
		await vi.waitFor(() => expect(worker.state().running).toEqual([]), { timeout: 20_000, interval: 20 });
		await worker.stop();
	};
	return { operationId, wakeUp };
}

async function endedByAnother(operationId: string): Promise<Operation> {
	await loseLease(operationId);
	startOther();
	return portal.finished(operationId);
}

async function loseLease(operationId: string): Promise<void> {
	await portal.runtime.db.pool.query(`update operation set lease_until = now() where id = $1`, [operationId]);
}

function startOther(): void {
	const worker = createWorker(workerOptions());
	others.push(worker);
	worker.start();
}

async function stopOthers(): Promise<void> {
	for (const worker of others.splice(0)) await worker.stop();
}

function workerOptions() {
	const { db, catalog, runnerClient: runner, config, log } = portal.runtime;
	return { ...config, db, catalog, runner, log, fingerprint: () => 'of the test', observe: async () => {} };
}

async function everything(release: string, operationId: string) {
	const { operation } = await portal.runtime.installs.view(operationId, 0);
	return { operation, records: recordsOf(portal.sandbox, release) };
}
