import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunnerEvent } from '@/lib/contracts/runner';
import { at, listAt, textAt } from '@/lib/core';
import {
	applyRequest,
	changeByHand,
	finish,
	giveEnvironment,
	helloChart,
	IMAGE,
	type RunnerWorld,
	startRunnerOn,
	startRunnerWorld,
	uninstallRequest,
} from '../support/runner-world';

/** The runner with the real Helm against the pretend cluster. */

let world: RunnerWorld;
let count = 0;
/** A temporary folder of its own, so that the directories of other Helms on this machine are not taken for ours. */
let folder: string;
const shared = process.env.TMPDIR;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'pkr-'));
	process.env.TMPDIR = folder;
	world = await startRunnerWorld();
});
afterAll(async () => {
	await world?.close();
	if (shared === undefined) delete process.env.TMPDIR;
	else process.env.TMPDIR = shared;
	await rm(folder, { recursive: true, force: true });
});

function newTarget() {
	return { namespace: `apps-${++count}`, release: 'hello' };
}
const runner = () => world.runner;

describe('a release', () => {
	test('is installed with its environment, upgraded, fails, is retried and removed', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		const installed = await finish(runner().apply(applyRequest(target)));
		expect(installed).toMatchObject({
			ok: true,
			outcome: 'ok',
			helmRevision: 1,
			reused: false,
			injected: ['Deployment hello / main'],
		});
		expect(effectiveEnv(target.namespace)).toMatchObject({ LOG_LEVEL: 'debug', API_KEY: 's3cret-of-the-test' });

		await giveEnvironment(runner(), target, { revision: 2 });
		const upgraded = await finish(runner().apply(applyRequest(target, { revision: 2, chart: helloChart('1.1.0') })));
		expect(upgraded).toMatchObject({ ok: true, helmRevision: 2 });

		// A wrong image is named long before Helm's own timeout of 30 s.
		const image = `${IMAGE}:does-not-exist`;
		const failed = await finish(
			runner().apply(applyRequest(target, { revision: 2, values: { image }, patienceSeconds: 1 })),
		);
		expect(failed).toMatchObject({
			ok: false,
			outcome: 'not_ready',
			helmRevision: 3,
			message: `The image ${image} could not be pulled: not found. Check the tag or the pull credentials.`,
			blocker: { workload: 'Deployment hello', container: 'main', image, terminal: true },
		});
		expect(failed.events.some(({ kind }) => kind === 'blocker')).toBe(true);
		const during = await runner().status(target);
		expect(during.release).toMatchObject({ revision: 2, status: 'deployed', chart: 'pack-hello-1.1.0' });

		const retried = await finish(runner().apply(applyRequest(target, { revision: 2, chart: helloChart('1.1.0') })));
		expect(retried).toMatchObject({ ok: true, helmRevision: 4, blocker: null });
		const status = await runner().status(target);
		expect(status).toMatchObject({
			healthy: true,
			blocker: null,
			release: { revision: 4, status: 'deployed' },
			drift: [],
		});
		expect(status.resources.map(({ kind, exists }) => [kind, exists])).toEqual(
			expect.arrayContaining([
				['Deployment', true],
				['Service', true],
			]),
		);

		const removed = await finish(runner().uninstall(uninstallRequest(target)));
		expect(removed).toMatchObject({ ok: true, outcome: 'ok' });
		expect(world.cluster.store.list('v1', 'Secret', target.namespace)).toEqual([]);
		expect(world.cluster.store.peek('apps/v1', 'Deployment', target.namespace, 'hello')).toBeUndefined();
		expect((await runner().status(target)).release).toBeNull();
		expect(await finish(runner().uninstall(uninstallRequest(target)))).toMatchObject({ ok: true });
	});

	test('is not installed twice by the same operation', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		const request = applyRequest(target);
		const [first, second] = await Promise.all([finish(runner().apply(request)), finish(runner().apply(request))]);
		expect(second.events.map(({ kind }) => kind)).toEqual(first.events.map(({ kind }) => kind));
		expect(records(target.namespace)).toEqual(['deployed']);
		// A restarted runner has no memory of it; the record on the cluster has.
		const later = await startRunnerOn(world);
		expect(await finish(later.apply(request))).toMatchObject({ ok: true, reused: true, helmRevision: 1 });
		expect(records(target.namespace)).toEqual(['deployed']);
		await later.close();
	});

	test('whose first install failed is installed again, and its install hooks run again', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		const failed = await finish(runner().apply(applyRequest(target, { values: { hookImage: `${IMAGE}:failing` } })));
		expect(failed).toMatchObject({
			ok: false,
			outcome: 'hook',
			blocker: { workload: 'Job hello-migrate', reason: 'JobFailed' },
		});
		const again = await finish(runner().apply(applyRequest(target, { values: { hookImage: `${IMAGE}:1.0.0` } })));
		expect(again).toMatchObject({ ok: true });
		expect(records(target.namespace)).toEqual(['deployed', 'failed']);
	});

	test('waits for nobody else: a second operation on it is busy', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		const slow = applyRequest(target, { values: { image: `${IMAGE}:never-ready` }, patienceSeconds: 60 });
		const first = finish(runner().apply(slow));
		expect(await finish(runner().apply(applyRequest(target)))).toMatchObject({ ok: false, outcome: 'busy' });
		expect((await runner().health()).running).toContain(slow.operationId);
		await runner().cancel(slow.operationId);
		await first;
	});
});

describe('trouble is named', () => {
	test('an environment that does not exist', async () => {
		const target = newTarget();
		const result = await finish(runner().apply(applyRequest(target)));
		expect(result).toMatchObject({
			outcome: 'not_ready',
			blocker: { reason: 'CreateContainerConfigError', container: 'main' },
		});
		expect(result.message).toMatch(/waits for the ConfigMap hello-env-r1, which does not exist/);
	});

	test('a crash loop, with the last lines of the container', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		const result = await finish(runner().apply(applyRequest(target, { values: { image: `${IMAGE}:crashloop` } })));
		expect(result).toMatchObject({ outcome: 'not_ready', blocker: { reason: 'CrashLoopBackOff', terminal: true } });
		expect(result.blocker?.logs.length).toBeGreaterThan(0);
		expect(result.blocker?.logs.length).toBeLessThanOrEqual(20);
	});

	test('a workload that never gets ready, when Helm gives up', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		const values = { image: `${IMAGE}:never-ready` };
		const result = await finish(
			runner().apply(applyRequest(target, { values, timeoutSeconds: 5, patienceSeconds: 60 })),
		);
		expect(result).toMatchObject({ outcome: 'not_ready', blocker: { reason: 'Unhealthy', terminal: false } });
		expect(result.message).toMatch(/its health check fails/);
	});

	test('a kind the cluster does not know', async () => {
		const target = newTarget();
		const result = await finish(runner().apply(applyRequest(target, { values: { kind: 'ServiceMonitor' } })));
		expect(result).toMatchObject({ ok: false, outcome: 'missing_crd' });
		expect(result.detail).toContain('ServiceMonitor');
	});

	test('a chart that is not the reviewed one is refused before Helm starts', async () => {
		const target = newTarget();
		const chart = { ...helloChart('1.1.0'), digest: helloChart('1.0.0').digest };
		const result = await finish(runner().apply(applyRequest(target, { chart })));
		expect(result).toMatchObject({
			ok: false,
			outcome: 'chart',
			message: expect.stringMatching(/not the one that was reviewed/),
		});
		expect(world.cluster.store.peek('v1', 'Namespace', undefined, target.namespace)).toBeUndefined();
		const renamed = { ...helloChart(), version: '9.9.9' };
		expect(await finish(runner().apply(applyRequest(target, { chart: renamed })))).toMatchObject({ outcome: 'chart' });
	});

	test('a field somebody else changed is a conflict until it is taken back on purpose', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		await finish(runner().apply(applyRequest(target)));
		await changeByHand(world, 'PATCH', `/apis/apps/v1/namespaces/${target.namespace}/deployments/hello`, {
			spec: { replicas: 3 },
		});
		const { drift } = await runner().status(target);
		expect(drift).toEqual([{ object: 'Deployment hello', manager: 'somebody', fields: ['spec.replicas'] }]);
		const values = { replicas: 2 };
		expect(await finish(runner().apply(applyRequest(target, { values })))).toMatchObject({ outcome: 'field_conflict' });
		expect(await finish(runner().apply(applyRequest(target, { values, forceConflicts: true })))).toMatchObject({
			ok: true,
		});
		expect((await runner().status(target)).drift).toEqual([]);
	});
});

describe('cancelling', () => {
	test('ends Helm politely, leaves a failed record, and the next run works', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		await finish(runner().apply(applyRequest(target)));
		const request = applyRequest(target, { values: { image: `${IMAGE}:never-ready` }, patienceSeconds: 60 });
		const events: RunnerEvent[] = [];
		for await (const event of runner().apply(request)) {
			events.push(event);
			if (event.kind === 'line' && /waiting for resource/.test(event.text)) await runner().cancel(request.operationId);
		}
		expect(events.at(-1)).toMatchObject({ kind: 'result', result: { ok: false, outcome: 'cancelled' } });
		expect(records(target.namespace)).toEqual(['failed', 'deployed']);
		expect(await finish(runner().apply(applyRequest(target)))).toMatchObject({ ok: true, recovered: null });
	});

	test('of something that does not run says so', async () => {
		expect(await runner().cancel(randomUUID())).toEqual({ cancelled: false });
	});
});

describe('environments', () => {
	test('are immutable, labelled, repeatable for the same content and refused for other content', async () => {
		const target = newTarget();
		const operationId = randomUUID();
		const made = await giveEnvironment(runner(), target, { operationId });
		expect(made).toEqual({
			configMapName: 'hello-env-r1',
			secretName: 'hello-env-r1',
			configKeys: ['LOG_LEVEL'],
			secretKeys: ['API_KEY'],
		});
		expect(await giveEnvironment(runner(), target, { operationId })).toEqual(made);
		for (const kind of ['ConfigMap', 'Secret']) {
			expect(world.cluster.store.peek('v1', kind, target.namespace, 'hello-env-r1')).toMatchObject({
				immutable: true,
				metadata: {
					labels: {
						'app.kubernetes.io/managed-by': 'packyard',
						'packyard.dev/release': 'hello',
						'packyard.dev/revision': '1',
						'packyard.dev/operation': operationId,
					},
				},
			});
		}
		await expect(giveEnvironment(runner(), target, { secret: 'other' })).rejects.toMatchObject({
			code: 'conflict',
			details: { operationId },
		});
		expect(await runner().checkEnvironment({ ...target, revision: 1 })).toEqual({
			present: true,
			configKeys: ['LOG_LEVEL'],
			secretKeys: ['API_KEY'],
		});
		expect(await runner().checkEnvironment({ ...target, revision: 2 })).toMatchObject({ present: false });
	});

	test('carry a secret on under another key without anybody reading it', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target, { secret: 'carried-value-1' });
		const keep = [{ key: 'TOKEN', fromSecret: 'hello-env-r1', fromKey: 'API_KEY' }];
		const next = { ...target, operationId: randomUUID(), revision: 2, config: {}, secrets: { FRESH: 'x' }, keep };
		const made = await runner().ensureEnvironment(next);
		expect(made.secretKeys).toEqual(['FRESH', 'TOKEN']);
		expect(JSON.stringify(made)).not.toContain('carried-value-1');
		const secret = world.cluster.store.peek('v1', 'Secret', target.namespace, 'hello-env-r2');
		expect(Buffer.from(textAt(secret, 'data', 'TOKEN') ?? '', 'base64').toString()).toBe('carried-value-1');
		const lost = {
			...next,
			operationId: randomUUID(),
			revision: 3,
			keep: [{ key: 'A', fromSecret: 'hello-env-r2', fromKey: 'GONE' }],
		};
		await expect(runner().ensureEnvironment(lost)).rejects.toMatchObject({
			code: 'invalid_answers',
			invalidParams: [{ name: 'A' }],
		});
	});

	test('never copy from a Secret of somebody else', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), { ...target, release: 'other' }, { secret: 'not-yours' });
		const keep = [{ key: 'A', fromSecret: 'other-env-r1', fromKey: 'API_KEY' }];
		await expect(
			runner().ensureEnvironment({ ...target, operationId: randomUUID(), revision: 1, config: {}, secrets: {}, keep }),
		).rejects.toMatchObject({ code: 'forbidden' });
	});

	test('of revisions nobody keeps are swept', async () => {
		const target = newTarget();
		for (const revision of [1, 2, 3]) await giveEnvironment(runner(), target, { revision });
		const { deleted } = await runner().sweepEnvironments({ ...target, keepRevisions: [2] });
		expect(deleted.sort()).toEqual([
			'ConfigMap hello-env-r1',
			'ConfigMap hello-env-r3',
			'Secret hello-env-r1',
			'Secret hello-env-r3',
		]);
		expect(await runner().checkEnvironment({ ...target, revision: 2 })).toMatchObject({ present: true });
	});
});

describe('nothing is left behind', () => {
	test('volumes of a StatefulSet stay unless their removal is asked for', async () => {
		const target = newTarget();
		await giveEnvironment(runner(), target);
		await finish(runner().apply(applyRequest(target, { values: { store: true } })));
		const preview = await runner().removalPreview(target);
		expect(preview).toMatchObject({
			volumes: ['data-hello-db-0'],
			environments: ['ConfigMap hello-env-r1', 'Secret hello-env-r1'],
		});
		expect(preview.deleted).toEqual(expect.arrayContaining(['Deployment hello', 'StatefulSet hello-db']));
		await finish(runner().uninstall(uninstallRequest(target, { removeEnvironment: false })));
		expect(claims(target.namespace)).toEqual(['data-hello-db-0']);
		expect(await runner().checkEnvironment({ ...target, revision: 1 })).toMatchObject({ present: true });

		await finish(runner().apply(applyRequest(target, { values: { store: true } })));
		await finish(runner().uninstall(uninstallRequest(target, { removeVolumes: true })));
		await expect.poll(() => claims(target.namespace)).toEqual([]);
		expect(world.cluster.store.list('v1', 'Secret', target.namespace)).toEqual([]);
	});

	test('neither run files nor directories with credentials', async () => {
		const target = newTarget();
		const before = await runDirs();
		await finish(
			runner().apply(
				applyRequest(target, { injection: { image: null, configMapName: null, secretName: null, keys: [] } }),
			),
		);
		expect(await readdir(join(world.stateDir, 'runs'))).toEqual([]);
		expect((await runDirs()).filter((name) => !before.includes(name))).toEqual([]);
	});

	test('while Helm runs, the secret is in no file, argument or variable of it', async () => {
		const target = newTarget();
		const secret = 'planted-in-this-run-1';
		await giveEnvironment(runner(), target, { secret });
		const request = applyRequest(target, { values: { image: `${IMAGE}:never-ready` }, patienceSeconds: 60 });
		const running = finish(runner().apply(request));
		const file = join(world.stateDir, 'runs', `${request.operationId}.json`);
		await expect.poll(async () => at(await jsonAt(file), 'helm', 'pid'), { timeout: 10_000 }).toBeTypeOf('number');
		const run = await jsonAt(file);
		const dir = textAt(run, 'dir') ?? '';
		const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
		const paths = files.map((entry) => join(entry.parentPath, entry.name));
		const seen = await Promise.all(
			[...paths, file, `/proc/${at(run, 'helm', 'pid')}/cmdline`, `/proc/${at(run, 'helm', 'pid')}/environ`].map(
				(path) => readFile(path, 'latin1'),
			),
		);
		expect(paths.length).toBeGreaterThan(3);
		expect(seen.filter((text) => text.includes(secret) || text.includes(btoa(secret)))).toEqual([]);
		// Credentials of the cluster are there, so nobody else may read them.
		expect((await stat(dir)).mode & 0o777).toBe(0o700);
		expect((await stat(join(dir, 'kubeconfig'))).mode & 0o777).toBe(0o600);
		await runner().cancel(request.operationId);
		expect(JSON.stringify(await running)).not.toContain(secret);
	});

	test('health names Helm and the cluster', async () => {
		expect(await runner().health()).toMatchObject({
			helm: { ok: true, version: expect.stringMatching(/^v4\./) },
			cluster: { ok: true },
			running: [],
		});
	});
});

async function jsonAt(path: string): Promise<unknown> {
	return JSON.parse(await readFile(path, 'utf8').catch(() => 'null'));
}

async function runDirs(): Promise<string[]> {
	return (await readdir(tmpdir())).filter((name) => /^pky-(?!state)/.test(name));
}

function records(namespace: string): string[] {
	return world.cluster.store
		.list('v1', 'Secret', namespace)
		.filter(({ metadata }) => metadata.labels?.owner === 'helm')
		.sort((a, b) => Number(b.metadata.labels?.version) - Number(a.metadata.labels?.version))
		.map(({ metadata }) => metadata.labels?.status ?? '');
}

function claims(namespace: string): string[] {
	return world.cluster.store.list('v1', 'PersistentVolumeClaim', namespace).map(({ metadata }) => metadata.name);
}

function effectiveEnv(namespace: string) {
	const pods = world.cluster.store.list('v1', 'Pod', namespace);
	const pod = pods.find((one) => listAt(one, 'status', 'containerStatuses').length > 0);
	return world.cluster.effectiveEnv(namespace, pod?.metadata.name ?? '');
}
