import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AuditPage, AuditVerification } from '@/lib/contracts/audit';
import { InstallDetail } from '@/lib/contracts/installs';
import { type Operation, OperationList, OperationView } from '@/lib/contracts/operations';
import { environmentsOf, recordsOf } from '../support/cluster-view';
import { type KillablePortal, startKillablePortal } from '../support/killable-portal';
import { oddPack } from '../support/odd-pack';
import { type Answers, requestChange, requestInstall } from '../support/orders';

/**
 * `kill -9` of the whole portal (worker, runner, embedded database) with operations at every step, and a start over
 * the same folder. Registries and cluster live on, as real ones do. Two kills, each with as many operations in flight
 * as the worker takes at once.
 */

const odd = oddPack('odd', [{ version: '1.0.0' }, { version: '1.1.0', imageTag: '1.1.0-does-not-exist' }]);
/** Where the first and the second kill found an install: release names say which step it was in. */
const interrupted = ['fetch', 'before-apply', 'helm', 'after-apply', 'rollout', 'leak-scan', 'commit'] as const;

const billing: Answers = {
	plain: { BILLING_PORTAL_URL: 'https://pay.example.test/' },
	secrets: { PAYMENTS_API_KEY: 'key-4242', WEBHOOK_SIGNING_SECRET: 'sign-4242', FINANCE_CONTACT: 'money@example.test' },
};
const WAIT = { timeout: 20_000, interval: 20 };

let portal: KillablePortal;
const ids = new Map<string, string>();
const ends = new Map<string, Operation>();
let helmsAtKill: number[] = [];
let helmsAfterRestart: number[] = [];

beforeAll(async () => {
	portal = await startKillablePortal([odd]);
	await firstKill();
	await secondKill();
});
afterAll(() => portal?.close());

async function firstKill(): Promise<void> {
	const { gate, sandbox } = portal;
	const undelivered = gate.park('before', { name: 'environment', release: 'undelivered' });
	const delivered = gate.park('after', { name: 'environment', release: 'delivered' });
	// Nobody gets these answers: the portal dies first.
	for (const release of ['undelivered', 'delivered']) void install(release).catch(() => {});
	await Promise.all([undelivered.reached, delivered.reached]);

	await portal.forgetArtifacts();
	sandbox.registries.inject({ surface: 'npm', match: '/download/', effect: 'delay', delayMs: 60_000, times: 1 });
	const beforeApply = gate.park('before', { name: 'apply', release: 'before-apply' });
	const afterApply = gate.park('after', { name: 'apply', release: 'after-apply' });
	const helm = gate.park('during', { name: 'apply', release: 'helm' });
	await Promise.all([
		order('fetch', requestInstall(portal, { slug: 'billing', version: '1.0.0', release: 'fetch', answers: billing })),
		order('before-apply', install('before-apply')),
		order('after-apply', install('after-apply')),
	]);
	await Promise.all([beforeApply.reached, afterApply.reached]);
	await vi.waitFor(async () => expect(await stepsOf('fetch')).toContainEqual(['fetch', 'running']), WAIT);
	const inHelm = install('helm');
	// From here on Helm takes seconds, so that it is in the middle of its work when the portal dies, and after.
	sandbox.cluster.setLatency(1000);
	await order('helm', inHelm);
	await helm.reached;
	await vi.waitFor(async () => expect(await portal.helms()).not.toEqual([]), WAIT);
	await portal.kill();
	helmsAtKill = await portal.helms();

	await portal.start();
	sandbox.cluster.setLatency(0);
	for (const release of ['fetch', 'before-apply', 'after-apply', 'helm']) await end(release);
	// The ones of before only: an operation that nobody waited for may have one of its own by now.
	helmsAfterRestart = (await portal.helms()).filter((pid) => helmsAtKill.includes(pid));
}

async function secondKill(): Promise<void> {
	const { gate } = portal;
	const first = await portal.finished((await install('return')).id);
	const places = [
		gate.park('before', { name: 'leak-scan', release: 'leak-scan' }),
		gate.park('after', { name: 'leak-scan', release: 'commit' }),
	];
	const applied = gate.park('after', { name: 'apply', release: 'rollout' });
	const attempt = gate.park('after', { name: 'apply', release: 'return' });
	await Promise.all([
		...['rollout', 'leak-scan', 'commit'].map((release) => order(release, install(release))),
		order('return', requestChange(portal, first.installId, { version: '1.1.0' })),
	]);
	// Plans ask for the status, too, and the first attempt applies as well: only from here on is it the step that is meant.
	await Promise.all([applied.reached, attempt.reached]);
	places.push(gate.park('before', { name: 'status', release: 'rollout' }));
	places.push(gate.park('before', { name: 'apply', release: 'return' }));
	applied.open();
	attempt.open();
	await Promise.all(places.map(({ reached }) => reached));
	await portal.kill();

	await portal.start();
	for (const release of ['rollout', 'leak-scan', 'commit', 'return']) await end(release);
	const { operations } = await portal.ask(OperationList, 'GET', '/api/operations?limit=200');
	for (const { release, id } of operations) if (!ids.has(release)) ids.set(release, id);
	for (const release of ['undelivered', 'delivered']) await end(release);
}

describe.each(interrupted)('an install that was killed at: %s', (release) => {
	test('ends Running as if nothing had happened', async () => {
		const operation = ends.get(release);
		const { install: summary, live } = await detail(release);

		expect(operation).toMatchObject({ state: 'succeeded', attempt: 2, failure: null });
		expect(operation?.steps.filter(({ state }) => state !== 'done')).toEqual([]);
		expect(summary.status).toMatchObject({ state: 'running', label: 'Running' });
		expect(live?.pods).toHaveLength(1);
	});

	test('did nothing twice', async () => {
		const done = records(release);

		expect(done.filter((record) => record.endsWith('deployed'))).toHaveLength(1);
		// A Helm that was ended in the middle leaves its own failed attempt in the history, and nothing else does.
		expect(done.length).toBeLessThanOrEqual(release === 'helm' ? 2 : 1);
		expect(environmentsOf(portal.sandbox, release)).toEqual([
			`ConfigMap ${release}-env-r1`,
			`Secret ${release}-env-r1`,
		]);
		expect(await auditOf(release)).toEqual(['install.requested', 'operation.recovered', 'operation.succeeded']);
	});
});

test('a Helm that outlived its portal was ended by the next one', () => {
	expect(helmsAtKill).not.toEqual([]);
	expect(helmsAfterRestart).toEqual([]);
});

test('a request that died with its secrets delivered goes on', async () => {
	expect(ends.get('delivered')).toMatchObject({ state: 'succeeded' });
	expect(records('delivered')).toHaveLength(1);
	expect((await detail('delivered')).install.status.label).toBe('Running');
});

test('a request that died before its secrets were delivered fails honestly, and Edit and retry works', async () => {
	const failed = ends.get('undelivered');

	expect(failed).toMatchObject({
		state: 'failed',
		failure: {
			code: 'invalid_answers',
			step: 'environment',
			message: expect.stringMatching(/ODD_TOKEN never reached the cluster/),
			hint: expect.stringMatching(/Edit and retry/),
		},
	});
	expect(records('undelivered')).toEqual([]);
	const { installId = '' } = failed ?? {};
	const retry = { kind: 'retry', requestId: randomUUID(), reason: null };
	const again = await portal.send('POST', `/api/installs/${installId}/operations`, retry);
	// Retrying without entering it must not start the pack without its secret.
	const { id } = Object(await again.json());
	expect(await portal.finished(String(id))).toMatchObject({ state: 'failed', failure: { step: 'environment' } });
	expect(records('undelivered')).toEqual([]);

	const edited = await requestChange(portal, installId, { version: '1.0.0', answers: answers() });
	expect(await portal.finished(edited.id)).toMatchObject({ state: 'succeeded' });
	expect((await detail('undelivered')).install.status.label).toBe('Running');
});

test('an upgrade that was killed on its way back is returned, and the bad version is not tried again', async () => {
	expect(ends.get('return')).toMatchObject({
		state: 'failed',
		failure: { blocker: { reason: expect.stringMatching(/ImagePull|ErrImage/) } },
		returned: { version: '1.0.0', ok: true },
	});
	expect(records('return')).toEqual(['1 superseded', '2 failed', '3 deployed']);
	expect((await detail('return')).install.status).toMatchObject({ runningVersion: '1.0.0', state: 'upgrade-failed' });
});

test('the audit chain holds over both kills', async () => {
	expect(await portal.ask(AuditVerification, 'POST', '/api/audit/verify')).toMatchObject({ ok: true, problem: null });
});

function answers(): Answers {
	return { plain: { ODD_LEVEL: '7' }, secrets: { ODD_TOKEN: 'odd-token-4242' } };
}

function install(release: string): Promise<Operation> {
	return requestInstall(portal, { slug: 'odd', version: '1.0.0', release, answers: answers() });
}

async function order(release: string, asked: Promise<Operation>): Promise<void> {
	ids.set(release, (await asked).id);
}

async function stepsOf(release: string): Promise<string[][]> {
	const { operation } = await portal.ask(OperationView, 'GET', `/api/operations/${ids.get(release)}`);
	return operation.steps.map(({ name, state }) => [name, state]);
}

async function end(release: string): Promise<void> {
	ends.set(release, await portal.finished(ids.get(release) ?? ''));
}

function detail(release: string): Promise<InstallDetail> {
	return portal.ask(InstallDetail, 'GET', `/api/installs/${ends.get(release)?.installId}`);
}

function records(release: string): string[] {
	return recordsOf(portal.sandbox, release);
}

/** What the trail says about the install, oldest first. */
async function auditOf(release: string): Promise<string[]> {
	const subject = `install:${ends.get(release)?.installId}`;
	const { events } = await portal.ask(AuditPage, 'GET', `/api/audit?limit=200&subject=${subject}`);
	return events.sort((a, b) => a.seq - b.seq).map(({ kind }) => kind);
}
