import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { InstallDetail, InstallList } from '@/lib/contracts/installs';
import { Operation, OperationList, OperationView } from '@/lib/contracts/operations';
import { Plan } from '@/lib/contracts/plans';
import { Problem } from '@/lib/contracts/problem';
import { createWorker } from '@/lib/installs';
import { environmentsOf, recordsOf } from '../support/cluster-view';
import { type Gate, startGate } from '../support/gate';
import { oddPack } from '../support/odd-pack';
import { type Answers, type Order, requestFor, requestInstall, requestRemoval } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

/** What may go wrong around an install while the process lives on; `kill.test.ts` has what happens when it does not. */

const WAIT = { timeout: 20_000, interval: 20 };
const answers: Answers = { plain: {}, secrets: { ODD_TOKEN: 'odd-token-4242' } };

let gate: Gate;
let portal: Portal;
/** Owns the folder; later portals take it over. */
let first: Portal;

beforeAll(async () => {
	gate = await startGate();
	portal = await startPortal({ settings: { PACKYARD_RUNNER_URL: gate.url, PACKYARD_LEASE_SECONDS: '1' } });
	first = portal;
	gate.lead(portal.url);
	portal.sandbox.registries.publish(oddPack('odd', [{ version: '1.0.0' }]));
	await portal.runtime.catalog.syncAll();
});
afterAll(async () => {
	await portal?.close();
	await first?.close();
	await gate?.close();
});

describe('the runner', () => {
	test('that cannot be reached refuses a request with 503 and the reason, and nothing is left behind', async () => {
		const body = await requestFor(portal, odd('unreached'));
		gate.lead(null);
		const response = await portal.send('POST', '/api/installs', body);
		gate.lead(portal.url);

		expect(response.status).toBe(503);
		expect(Problem.parse(await response.json())).toMatchObject({
			code: 'runner_unavailable',
			hint: expect.stringMatching(/runner/),
		});
		const { installs } = await portal.ask(InstallList, 'GET', '/api/installs');
		expect(installs.filter(({ release }) => release === 'unreached')).toEqual([]);
		expect(await openOperations()).toEqual([]);
		expect(environments('unreached')).toEqual([]);
	});

	test('that breaks off in the middle of the secrets leaves no half environment, and the same name works afterwards', async () => {
		const half = gate.park('after', { name: 'environment', release: 'half' });
		const refused = portal.send('POST', '/api/installs', await requestFor(portal, odd('half')));
		await half.reached;
		gate.cut();
		half.open();

		expect((await refused).status).toBe(503);
		expect(environments('half')).toEqual([]);
		const again = await requestInstall(portal, { ...odd('half'), answers: { ...answers, plain: { ODD_LEVEL: '9' } } });
		expect(await portal.finished(again.id)).toMatchObject({ state: 'succeeded' });
	});

	test('that restarts in the middle of a run is attached to again: one run, one revision', async () => {
		const during = gate.park('during', { name: 'apply', release: 'restarted' });
		const { id } = await requestInstall(portal, odd('restarted'));
		await during.reached;
		gate.lead(null);
		gate.cut();
		during.open();
		await new Promise((resolve) => setTimeout(resolve, 1500));
		gate.lead(portal.url);

		expect(await portal.finished(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
		expect(records('restarted')).toEqual(['1 deployed']);
		expect(await said(id)).toMatch(/Trying again/);
	});
});

describe('two at once', () => {
	test('two submits for one release are one operation, and the other learns who is at it', async () => {
		const [one, two] = await Promise.all([requestFor(portal, odd('raced')), requestFor(portal, odd('raced'))]);
		const responses = await Promise.all([one, two].map((body) => portal.send('POST', '/api/installs', body)));

		expect(responses.map(({ status }) => status).sort()).toEqual([202, 409]);
		const refused = responses.find(({ status }) => status === 409);
		expect(Problem.parse(await refused?.json())).toMatchObject({
			code: 'conflict',
			detail: expect.stringContaining('Ana Souza'),
		});
		const accepted = responses.find(({ status }) => status === 202);
		const { id } = Operation.parse(await accepted?.json());
		expect(await portal.finished(id)).toMatchObject({ state: 'succeeded' });
		expect((await operationsOf('raced')).map((operation) => operation.id)).toEqual([id]);
		expect(records('raced')).toEqual(['1 deployed']);
	});
});

describe('cancelling', () => {
	test('a queued operation ends at once, and nothing ran', async () => {
		const delivery = gate.park('before', { name: 'environment', release: 'unwanted' });
		const asked = portal.send('POST', '/api/installs', await requestFor(portal, odd('unwanted')));
		await delivery.reached;
		const [queued] = await openOperations();
		const cancelled = await portal.ask(Operation, 'POST', `/api/operations/${queued?.id}/cancel`);
		delivery.open();

		expect(cancelled).toMatchObject({ state: 'cancelled', cancelRequestedBy: { name: 'Ana Souza' } });
		expect(Operation.parse(await (await asked).json())).toMatchObject({ id: queued?.id, state: 'cancelled' });
		expect(records('unwanted')).toEqual([]);
		const { install } = await detail(cancelled.installId);
		expect(install.status.label).toBe('Install cancelled (nothing running)');
	});

	test('a running one stops Helm, says who wanted it, and can be removed', async () => {
		portal.sandbox.cluster.setLatency(150);
		const during = gate.park('during', { name: 'apply', release: 'stopped' });
		const { id, installId } = await requestInstall(portal, odd('stopped'));
		await during.reached;
		during.open();
		const asked = await portal.ask(Operation, 'POST', `/api/operations/${id}/cancel`);
		const ended = await portal.finished(id);
		portal.sandbox.cluster.setLatency(0);

		expect(asked.state).toBe('running');
		expect(ended).toMatchObject({
			state: 'cancelled',
			cancelRequestedBy: { name: 'Ana Souza' },
			failure: { message: 'Cancelled.' },
		});
		expect(records('stopped').filter((record) => record.includes('deployed') || record.includes('pending'))).toEqual(
			[],
		);
		expect(await auditOf(id)).toEqual(['install.requested', 'operation.cancel-requested', 'operation.cancelled']);
		const removal = await requestRemoval(portal, installId, { removeSecrets: true });
		expect(await portal.finished(removal.id)).toMatchObject({ state: 'succeeded' });
		expect([...records('stopped'), ...environments('stopped')]).toEqual([]);
	});
});

describe('removing', () => {
	test('a removal that keeps the secrets leaves a name that can be installed again', async () => {
		const first = await requestInstall(portal, odd('again'));
		await portal.finished(first.id);
		const removal = await requestRemoval(portal, first.installId, { removeSecrets: false });
		await portal.finished(removal.id);
		expect(environments('again')).toEqual(['ConfigMap again-env-r1', 'Secret again-env-r1']);

		const other = { ...answers, secrets: { ODD_TOKEN: 'another-token-4242' } };
		const second = await requestInstall(portal, { ...odd('again'), answers: other });
		expect(await portal.finished(second.id)).toMatchObject({ state: 'succeeded', revision: 2 });
	});
});

describe('another process', () => {
	test('a restart in the middle of an install changes nothing of its outcome', async () => {
		portal.sandbox.cluster.setLatency(100);
		const during = gate.park('during', { name: 'apply', release: 'survivor' });
		const { id, installId } = await requestInstall(portal, odd('survivor'));
		await during.reached;
		during.open();
		const before = portal;
		await before.runtime.close();
		const [row] = await restart(before.dataDir, async (next) => {
			portal = next;
			gate.lead(portal.url);
			expect(await portal.finished(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
			return (await portal.runtime.db.pool.query('select lease_owner from operation where id = $1', [id])).rows;
		});

		expect(row).toEqual({ lease_owner: null });
		expect((await detail(installId)).install.status).toMatchObject({ state: 'running', label: 'Running' });
		// The Helm that was told to stop left its own failed attempt; the next one is what runs.
		expect(records('survivor').filter((record) => record.endsWith('deployed'))).toHaveLength(1);
		expect(await auditOf(id)).toEqual(['install.requested', 'operation.recovered', 'operation.succeeded']);
		expect(await portal.runtime.audit.verify()).toMatchObject({ ok: true });
	});

	test('a worker that lost its lease leaves the run alone, and a second worker brings it to its end', async () => {
		const during = gate.park('during', { name: 'apply', release: 'taken-over' });
		const before = cancels();
		const { id } = await requestInstall(portal, odd('taken-over'));
		await during.reached;
		await portal.runtime.db.pool.query(
			`update operation set lease_owner = 'a process nobody sees', lease_until = now() + interval '1 second' where id = $1`,
			[id],
		);
		await vi.waitFor(() => expect(portal.runtime.worker.state().running).not.toContain(id), WAIT);
		const { db, catalog, runnerClient: runner, config, log, installs } = portal.runtime;
		const fingerprint = () => 'of the test';
		const second = createWorker({ ...config, db, catalog, runner, log, fingerprint, observe: installs.observeAll });
		// Not the same one again: the second is to do it.
		await portal.runtime.worker.stop();
		second.start();
		during.open();
		expect(await portal.finished(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
		await second.stop();

		expect(cancels()).toBe(before);
		expect(records('taken-over')).toEqual(['1 deployed']);
		expect(await auditOf(id)).toEqual(['install.requested', 'operation.recovered', 'operation.succeeded']);
	});

	test('a start without Helm says so in /api/ready, in the plan and in the operation', async () => {
		const before = portal;
		const approved = await requestFor(portal, odd('helmless'));
		await before.runtime.close();
		await restart(
			before.dataDir,
			async (next) => {
				portal = next;
				gate.lead(portal.url);
				const ready = await portal.send('GET', '/api/ready');
				expect(ready.status).toBe(503);
				expect(await ready.json()).toMatchObject({
					ready: false,
					checks: { runner: { ok: false, detail: expect.stringMatching(/no Helm/) }, database: { ok: true } },
				});
				const { packId, version, namespace, release } = approved;
				const wanted = { kind: 'install', packId, version, namespace, release, plain: {}, secretKeys: ['ODD_TOKEN'] };
				const plan = await portal.ask(Plan, 'POST', '/api/plans', wanted);
				expect(plan.previewProblem).toMatchObject({
					message: expect.stringMatching(/no Helm/),
					hint: expect.stringMatching(/Install Helm 4/),
				});
				expect(plan.blocked.map(({ reason }) => reason).join()).toMatch(/What it may do .* is not known: .*no Helm/);
				// Nobody could look at what it may do, so that plan starts nothing; the one made with Helm does.
				const unseen = await portal.send('POST', '/api/installs', { ...approved, planHash: plan.hash });
				expect(Problem.parse(await unseen.json())).toMatchObject({
					code: 'conflict',
					detail: expect.stringContaining('nobody knows what it may do'),
				});
				const { id } = await portal.ask(Operation, 'POST', '/api/installs', approved);
				expect(await portal.finished(id)).toMatchObject({
					state: 'failed',
					failure: {
						step: 'apply',
						message: expect.stringMatching(/no Helm/),
						hint: expect.stringMatching(/Install Helm 4/),
					},
				});
			},
			{ HELM_BIN: '' },
		);
	});
});

/** A second portal on the folder of the first; the last one stays for the tests that follow. */
async function restart<T>(
	dataDir: string,
	story: (next: Portal) => Promise<T>,
	settings: Record<string, string> = {},
): Promise<T> {
	const shared = { PACKYARD_RUNNER_URL: gate.url, PACKYARD_LEASE_SECONDS: '1' };
	return story(await startPortal({ dataDir, settings: { ...shared, ...settings } }));
}

function odd(release: string): Order {
	return { slug: 'odd', version: '1.0.0', release, answers };
}

function detail(installId: string): Promise<InstallDetail> {
	return portal.ask(InstallDetail, 'GET', `/api/installs/${installId}`);
}

function records(release: string): string[] {
	return recordsOf(portal.sandbox, release);
}

function environments(release: string): string[] {
	return environmentsOf(portal.sandbox, release);
}

function cancels(): number {
	return gate.calls.filter(({ name }) => name === 'cancel').length;
}

async function openOperations(): Promise<Operation[]> {
	return (await portal.ask(OperationList, 'GET', '/api/operations?active=true')).operations;
}

async function operationsOf(release: string): Promise<Operation[]> {
	const { operations } = await portal.ask(OperationList, 'GET', '/api/operations?limit=200');
	return operations.filter((operation) => operation.release === release);
}

/** The lines of an operation's log. */
async function said(id: string): Promise<string> {
	const { lines } = await portal.ask(OperationView, 'GET', `/api/operations/${id}?after=0`);
	return lines.map(({ text }) => text).join('\n');
}

/** What the trail says about an operation, oldest first. */
async function auditOf(id: string): Promise<string[]> {
	const { events } = await portal.runtime.audit.list({ limit: 200 });
	return events
		.filter(({ data }) => data.operationId === id)
		.sort((a, b) => a.seq - b.seq)
		.map(({ kind }) => kind);
}
