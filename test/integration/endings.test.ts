import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Operation } from '@/lib/contracts/operations';
import { Problem } from '@/lib/contracts/problem';
import { createWorker, type Worker } from '@/lib/installs';
import { changeOrder, detailOf, environmentOf, installed, order, planChange } from '../support/changes';
import { recordsOf } from '../support/cluster-view';
import type { Gate } from '../support/gate';
import { BAD, GOOD, startGatedPortal, V10 } from '../support/gated-portal';
import type { Portal } from '../support/portal';

/** What an operation ends as, when something comes in between on its last metres: a cancel, a database, another worker. */

let gate: Gate;
let portal: Portal;
const workers: Worker[] = [];

beforeAll(async () => {
	({ gate, portal } = await startGatedPortal());
});
afterAll(async () => {
	for (const worker of workers) await worker.stop();
	await portal?.close();
	await gate?.close();
});

describe('cancelling while a failed upgrade is being returned', () => {
	test('is refused with the reason, and the version that ran before runs again', async () => {
		const { id, operation } = await untilReturn('late-cancel');
		const response = await portal.send('POST', `/api/operations/${operation.id}/cancel`);
		const answer: unknown = await response.json();
		operation.goOn();
		const ended = await portal.finished(operation.id);

		expect(response.status).toBe(409);
		expect(Problem.parse(answer)).toMatchObject({
			code: 'conflict',
			detail: expect.stringContaining('It is putting 1.0.0 back.'),
			hint: expect.stringMatching(/Wait until it has ended/),
		});
		expect(ended).toMatchObject({ state: 'failed', cancelRequestedBy: null, returned: { version: '1.0.0', ok: true } });
		expect(recordsOf(portal.sandbox, 'late-cancel')).toEqual(['1 superseded', '2 failed', '3 deployed']);
		expect((await detailOf(portal, id)).install.status).toMatchObject({ runningVersion: '1.0.0' });
	});

	test('changes nothing of the return when the wish was written a moment before it began', async () => {
		const { operation } = await untilReturn('early-cancel');
		await portal.runtime.db.pool.query(
			`update operation set cancel_requested_at = now(), cancel_requested_by = 'Ana Souza' where id = $1`,
			[operation.id],
		);
		portal.runtime.worker.wake();
		// Long enough for the worker to notice, and for the runner to be told if it were.
		await new Promise((resolve) => setTimeout(resolve, 1000));
		operation.goOn();

		expect(await portal.finished(operation.id)).toMatchObject({
			state: 'failed',
			returned: { version: '1.0.0', ok: true },
		});
		expect(recordsOf(portal.sandbox, 'early-cancel')).toEqual(['1 superseded', '2 failed', '3 deployed']);
	});
});

describe('cancelling an upgrade', () => {
	test('that Helm was not asked for yet leaves everything as it is, without a return', async () => {
		const release = 'early';
		const id = await installed(portal, { ...V10, release });
		const change = changeOrder(await planChange(portal, id, GOOD), GOOD);
		const delivered = gate.park('after', { name: 'environment', release });
		const asked = order(portal, id, change);
		await delivered.reached;
		const checking = gate.park('before', { name: 'environment/check', release });
		delivered.open();
		const { id: operationId } = await asked;
		await checking.reached;
		// The last look before Helm is asked for.
		const looking = gate.park('after', { name: 'status', release });
		checking.open();
		await looking.reached;
		await portal.ask(Operation, 'POST', `/api/operations/${operationId}/cancel`);
		looking.open();
		const ended = await portal.finished(operationId);

		expect(ended).toMatchObject({ state: 'cancelled', returned: null, failure: { step: 'apply' } });
		expect(ended.steps.map(({ name }) => name)).not.toContain('return');
		expect(recordsOf(portal.sandbox, release)).toEqual(['1 deployed']);
		expect((await detailOf(portal, id)).install.status).toMatchObject({ state: 'running', runningVersion: '1.0.0' });
	});

	test('whose request is on its way to the runner stops Helm as soon as it arrives', async () => {
		const release = 'underway';
		const id = await installed(portal, { ...V10, release });
		const change = changeOrder(await planChange(portal, id, GOOD), GOOD);
		const applying = gate.park('before', { name: 'apply', release });
		const { id: operationId } = await order(portal, id, change);
		await applying.reached;
		const told = gate.park('after', { name: 'cancel', release: '' });
		await portal.ask(Operation, 'POST', `/api/operations/${operationId}/cancel`);
		// The runner has answered that it knows of no such run.
		await told.reached;
		told.open();
		portal.sandbox.cluster.setLatency(150);
		applying.open();
		const ended = await portal.finished(operationId);
		portal.sandbox.cluster.setLatency(0);

		expect(ended).toMatchObject({ state: 'cancelled', returned: { version: '1.0.0', ok: true } });
		// Helm was stopped in the middle or before its first record, and never came to its end.
		expect(recordsOf(portal.sandbox, release).filter((record) => /superseded|deployed/.test(record))).toHaveLength(2);
	});
});

describe('a database that is away for a moment', () => {
	test('when the result is recorded: the upgrade succeeded, and says what was tried again', async () => {
		const id = await installed(portal, { ...V10, release: 'blip' });
		await failing('audit_event', `new.kind = 'operation.succeeded'`, 2);
		const ended = await upgraded(id);

		expect(ended).toMatchObject({ state: 'succeeded', attempt: 1, failure: null });
		expect(await linesOf(ended.id)).toContain(
			'The result could not be recorded: The database does not answer. Trying again.',
		);
		expect(recordsOf(portal.sandbox, 'blip')).toEqual(['1 superseded', '2 deployed']);
		expect((await detailOf(portal, id)).install.status).toMatchObject({ state: 'running', runningVersion: '1.1.0' });
	});

	test('for longer than a worker tries: the next attempt records it, and does nothing else again', async () => {
		const id = await installed(portal, { ...V10, release: 'outage' });
		await failing('audit_event', `new.kind = 'operation.succeeded'`, 6);
		const before = gate.calls.length;
		const ended = await upgraded(id);
		const applied = gate.calls.slice(before).filter(({ name, release }) => name === 'apply' && release === 'outage');

		expect(ended).toMatchObject({ state: 'succeeded', attempt: 2, failure: null });
		expect(applied).toHaveLength(1);
		expect((await detailOf(portal, id)).install.status).toMatchObject({ state: 'running', runningVersion: '1.1.0' });
		expect(await portal.runtime.audit.verify()).toMatchObject({ ok: true });
	});

	test('in the middle of a step: the step is repeated, and nothing is returned that runs well', async () => {
		const id = await installed(portal, { ...V10, release: 'midway' });
		await failing('operation_step', `new.name = 'rollout' and new.state = 'done'`, 1);
		const ended = await upgraded(id);

		expect(ended).toMatchObject({ state: 'succeeded', attempt: 2, failure: null, returned: null });
		expect(recordsOf(portal.sandbox, 'midway')).toEqual(['1 superseded', '2 deployed']);
	});
});

test('a cancelled upgrade whose worker is lost on the way back is put back by the next one', async () => {
	const id = await installed(portal, { ...V10, release: 'cancelled-twice' });
	const before = await environmentOf(portal, id);
	const plan = await planChange(portal, id, GOOD);
	const applying = gate.park('during', { name: 'apply', release: 'cancelled-twice' });
	portal.sandbox.cluster.setLatency(100);
	const { id: operationId } = await order(portal, id, changeOrder(plan, GOOD));
	await applying.reached;
	const returning = gate.park('before', { name: 'apply', release: 'cancelled-twice' });
	await portal.ask(Operation, 'POST', `/api/operations/${operationId}/cancel`);
	applying.open();
	await returning.reached;
	portal.sandbox.cluster.setLatency(0);
	await takeAway(operationId);
	startWorker();
	returning.open();
	const ended = await portal.finished(operationId);

	expect(ended).toMatchObject({ state: 'cancelled', attempt: 2, returned: { version: '1.0.0', ok: true } });
	expect(await environmentOf(portal, id)).toEqual(before);
	expect((await detailOf(portal, id)).install.status).toMatchObject({ runningVersion: '1.0.0' });
});

/** The database ends the connection, as a restart does, the first `times` a row like this is written. */
async function failing(table: string, when: string, times: number): Promise<void> {
	await portal.runtime.db.pool.query(`
		drop sequence if exists blips cascade;
		create sequence blips;
		create or replace function blip() returns trigger language plpgsql as $$ begin
			if ${when} and nextval('blips') <= ${times} then
				raise exception 'terminating connection' using errcode = '57P01';
			end if;
			return new;
		end $$;
		drop trigger if exists blip on audit_event;
		drop trigger if exists blip on operation_step;
		create trigger blip before insert or update on ${table} for each row execute function blip();
	`);
}

async function upgraded(id: string): Promise<Operation> {
	const operation = await order(portal, id, changeOrder(await planChange(portal, id, GOOD), GOOD));
	return portal.finished(operation.id);
}

async function linesOf(id: string): Promise<string[]> {
	return (await portal.runtime.installs.view(id, 0)).lines.map(({ text }) => text);
}

/** An upgrade to the version that cannot start, stopped when its return has begun in the cluster. */
async function untilReturn(release: string) {
	const id = await installed(portal, { ...V10, release });
	const plan = await planChange(portal, id, BAD);
	const applied = gate.park('after', { name: 'apply', release });
	const operation = await order(portal, id, changeOrder(plan, BAD));
	await applied.reached;
	const returning = gate.park('during', { name: 'apply', release });
	applied.open();
	await returning.reached;
	return { id, operation: { id: operation.id, goOn: returning.open } };
}

/** As when the process of the portal's own worker hangs: its lease runs out, and it takes nothing new. */
async function takeAway(operationId: string): Promise<void> {
	const { db, worker } = portal.runtime;
	await db.pool.query(`update operation set lease_owner = 'a process nobody sees', lease_until = now() where id = $1`, [
		operationId,
	]);
	worker.wake();
	await worker.stop();
}

/** In place of the one that was taken away; stopped with the portal. */
function startWorker(): void {
	const { db, catalog, runnerClient: runner, config, log, installs } = portal.runtime;
	const fingerprint = () => 'of the test';
	const worker = createWorker({ ...config, db, catalog, runner, log, fingerprint, observe: installs.observeAll });
	workers.push(worker);
	worker.start();
}
