import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, listAt, textAt } from '@/lib/core';
import { type Cluster, startCluster } from '@/lib/sandbox/cluster';
import { ensureHelm } from '../../scripts/fetch-helm.mjs';

/** The real Helm against the pretend cluster. */

const token = 'test-token';
const timing = { pullMs: 20, startMs: 20, jobMs: 40, deleteMs: 20, crashMs: 30 };
const charts = join(import.meta.dirname, '../fixtures/charts');
const [plain, everything] = [join(charts, 'plain'), join(charts, 'everything')];
const wait = ['--wait=watcher', '--timeout', '30s'];

let helmPath: string;
let scratch: string;
let cluster: Cluster;

beforeAll(async () => {
	helmPath = (await ensureHelm()).path;
	scratch = await mkdtemp(join(tmpdir(), 'packyard-cluster-'));
	cluster = await startCluster({ token, timing });
});

afterAll(async () => {
	await cluster?.close();
	await rm(scratch, { recursive: true, force: true });
});

describe('a release', () => {
	test('is installed, upgraded, rolled back and uninstalled, and its pods follow', async () => {
		const namespace = await newNamespace();
		await helmOk(['install', 'notes', plain, ...wait], { namespace });
		const [first] = podsIn(namespace);
		expect(textAt(first, 'status', 'phase')).toBe('Running');
		expect(cluster.effectiveEnv(namespace, first?.metadata.name ?? '')).toEqual({
			GREETING: 'hello',
			GREETING_TWICE: 'hello hello',
		});

		await helmOk(['upgrade', 'notes', plain, '--set', 'image=ghcr.io/khal-os/notes:2.0.0', ...wait], { namespace });
		expect(imagesIn(namespace)).toEqual(['ghcr.io/khal-os/notes:2.0.0']);
		await helmOk(['rollback', 'notes', '1', ...wait], { namespace });
		expect(imagesIn(namespace)).toEqual(['ghcr.io/khal-os/notes:1.0.0']);
		const history: unknown = JSON.parse((await helmOk(['history', 'notes', '-o', 'json'], { namespace })).stdout);
		expect(listAt({ history }, 'history').map((entry) => textAt(entry, 'status'))).toEqual([
			'superseded',
			'superseded',
			'deployed',
		]);

		await helmOk(['uninstall', 'notes', ...wait], { namespace });
		await expect.poll(() => podsIn(namespace)).toEqual([]);
		expect(cluster.store.list('v1', 'Secret', namespace)).toEqual([]);
	});

	test('an upgrade that changes nothing starts no new pods', async () => {
		const namespace = await newNamespace();
		await helmOk(['install', 'notes', plain, ...wait], { namespace });
		const before = podsIn(namespace).map(({ metadata }) => metadata.uid);
		await helmOk(['upgrade', 'notes', plain, ...wait], { namespace });
		expect(podsIn(namespace).map(({ metadata }) => metadata.uid)).toEqual(before);
		expect(cluster.store.peek('apps/v1', 'Deployment', namespace, 'notes')?.metadata.generation).toBe(1);
	});

	test('whose image cannot be pulled is not ready, and pod and events say why', async () => {
		const namespace = await newNamespace();
		const image = 'image=ghcr.io/khal-os/notes:does-not-exist';
		const failed = await helm(['install', 'notes', plain, '--set', image, '--wait=watcher', '--timeout', '2s'], {
			namespace,
		});
		expect(failed.code).toBe(1);
		expect(failed.stderr).toContain(`resource Deployment/${namespace}/notes not ready. status: InProgress`);
		const [pod] = podsIn(namespace);
		const [status] = listAt(pod, 'status', 'containerStatuses');
		expect(textAt(status, 'state', 'waiting', 'reason')).toBe('ImagePullBackOff');
		const reasons = cluster.store.list('v1', 'Event', namespace).map((event) => event.reason);
		expect(reasons).toEqual(expect.arrayContaining(['Failed', 'BackOff']));
	});

	test('that makes no progress within its deadline fails before the timeout, and the old pods stay', async () => {
		const namespace = await newNamespace();
		const impatient = await startCluster({ token, timing: { ...timing, progressDeadlineMs: 300 } });
		try {
			await call(impatient, 'POST', '/api/v1/namespaces', { metadata: { name: namespace } });
			await helmOk(['install', 'notes', plain, ...wait], { namespace, on: impatient });
			const upgrade = ['upgrade', 'notes', plain, '--set', 'image=notes:crashloop', ...wait];
			const failed = await helm(upgrade, { namespace, on: impatient });
			expect(failed.stderr).toMatch(/has timed out progressing|Progress deadline exceeded|status: Failed/);
			const images = podsIn(namespace, impatient).map((pod) => textAt(listAt(pod, 'spec', 'containers')[0], 'image'));
			expect(images).toEqual(expect.arrayContaining(['ghcr.io/khal-os/notes:1.0.0', 'notes:crashloop']));
		} finally {
			await impatient.close();
		}
	});

	test('with a missing Secret waits in CreateContainerConfigError and becomes ready when it appears', async () => {
		const namespace = await newNamespace();
		const installing = helm(['install', 'notes', plain, '--set', 'envFromSecret=notes-keys', ...wait], { namespace });
		await expect.poll(() => waitingReason(namespace), { timeout: 10_000 }).toBe('CreateContainerConfigError');
		const data = { API_KEY: Buffer.from('k-123').toString('base64') };
		await call(cluster, 'POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'notes-keys' }, data });
		expect(await installing).toMatchObject({ code: 0 });
		const [pod] = podsIn(namespace);
		expect(cluster.effectiveEnv(namespace, pod?.metadata.name ?? '')).toMatchObject({
			API_KEY: 'k-123',
			GREETING: 'hello',
		});
	});

	test('a changed ConfigMap does not reach containers that run already', async () => {
		const namespace = await newNamespace();
		await helmOk(['install', 'notes', plain, ...wait], { namespace });
		await helmOk(['upgrade', 'notes', plain, '--set', 'greeting=changed', ...wait], { namespace });
		const [pod] = podsIn(namespace);
		expect(textAt(cluster.store.peek('v1', 'ConfigMap', namespace, 'notes'), 'data', 'GREETING')).toBe('changed');
		expect(cluster.effectiveEnv(namespace, pod?.metadata.name ?? '')).toMatchObject({ GREETING: 'hello' });
	});

	test('whose record is too large for a Secret is refused by the API', async () => {
		const namespace = await newNamespace();
		const chart = join(scratch, 'large');
		await mkdir(join(chart, 'files'), { recursive: true });
		await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: large\nversion: 1.0.0\n');
		await writeFile(join(chart, 'files/noise.bin'), randomBytes(900_000));
		const failed = await helm(['install', 'large', chart], { namespace });
		expect(failed.stderr).toContain('is invalid: data: Too long: may not be more than 1048576 bytes');
	});
});

describe('a chart with every kind, hooks and a definition', () => {
	test('is installed and upgraded, and everything comes to life', async () => {
		const namespace = await newNamespace();
		const installed = await helmOk(['install', 'all', everything, ...wait], { namespace });
		expect(installed.stderr).toContain('starting hook (busybox:1.36)');
		expect(cluster.store.peek('packyard.example/v1', 'Widget', namespace, 'all')?.spec).toEqual({ size: 2 });
		expect(cluster.store.peek('apps/v1', 'StatefulSet', namespace, 'all-db')?.status).toMatchObject({
			readyReplicas: 2,
		});
		expect(cluster.store.peek('v1', 'PersistentVolumeClaim', namespace, 'data-all-db-1')?.status).toMatchObject({
			phase: 'Bound',
		});
		const [pod] = podsIn(namespace).filter(({ metadata }) => metadata.labels?.app === 'all');
		expect(textAt(listAt(pod, 'status', 'initContainerStatuses')[0], 'state', 'terminated', 'reason')).toBe(
			'Completed',
		);
		const hooks = () =>
			cluster.store.list('batch/v1', 'Job', namespace).filter(({ metadata }) => metadata.name.includes('install'));
		expect(hooks()).toEqual([]);

		await helmOk(['upgrade', 'all', everything, '--set', 'image=ghcr.io/khal-os/notes:2.0.0', ...wait], { namespace });
		expect(imagesIn(namespace, 'all')).toEqual(['ghcr.io/khal-os/notes:2.0.0']);
		await helmOk(['uninstall', 'all', ...wait], { namespace });
		await expect.poll(() => podsIn(namespace)).toEqual([]);
		// Claims of a StatefulSet and definitions stay, as on a real cluster.
		expect(cluster.store.list('v1', 'PersistentVolumeClaim', namespace).map(({ metadata }) => metadata.name)).toEqual([
			'data-all-db-0',
			'data-all-db-1',
		]);
	});

	test('a failing hook fails the release, and its log is shown', async () => {
		const namespace = await newNamespace();
		const failed = await helm(['install', 'all', everything, '--set', 'hookImage=migrate:failing', ...wait], {
			namespace,
		});
		expect(failed.stderr).toContain('fatal: simulated failure');
		expect(failed.stderr).toMatch(/pre-install.*failed|BackoffLimitExceeded/s);
	});

	test('a failing init container holds its pod up, and its log says why', async () => {
		const namespace = await newNamespace();
		await helm(['install', 'all', everything, '--set', 'image=notes:crashloop', '--no-hooks'], { namespace });
		const podOf = () => podsIn(namespace).find(({ metadata }) => metadata.labels?.app === 'all');
		const reason = () => textAt(listAt(podOf(), 'status', 'initContainerStatuses')[0], 'state', 'waiting', 'reason');
		await expect.poll(reason, { timeout: 10_000 }).toBe('CrashLoopBackOff');
		expect(textAt(podOf(), 'status', 'phase')).toBe('Pending');
		const path = `/api/v1/namespaces/${namespace}/pods/${podOf()?.metadata.name}/log?container=migrate&tailLines=2`;
		expect((await call(cluster, 'GET', path)).text).toBe('fatal: simulated failure\nexit status 1\n');
	});
});

describe('the API', () => {
	test('refuses requests without the token, with another one, and by Helm with another one', async () => {
		expect((await call(cluster, 'GET', '/version', undefined, { token: null })).status).toBe(401);
		expect((await call(cluster, 'GET', '/api/v1/pods', undefined, { token: 'wrong' })).status).toBe(401);
		expect((await call(cluster, 'GET', '/api/v1/pods')).status).toBe(200);
		const kubeconfig = cluster.kubeconfig().replace(token, 'wrong');
		const failed = await helm(['list'], { namespace: 'default', kubeconfig });
		expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/Unauthorized|provide credentials/) });
	});

	test('refuses what the caller may not do, in the words of RBAC', async () => {
		const guarded = await startCluster({ token, timing, authorize: ({ verb }) => verb !== 'patch' });
		try {
			const failed = await helm(['install', 'notes', plain], { namespace: 'default', on: guarded });
			expect(failed.stderr).toContain('is forbidden: User "packyard" cannot patch resource');
		} finally {
			await guarded.close();
		}
	});

	test("lets Helm's upgrade fail on a field somebody else changed, unless it is told to force", async () => {
		const namespace = await newNamespace();
		await helmOk(['install', 'notes', plain, ...wait], { namespace });
		const path = `/apis/apps/v1/namespaces/${namespace}/deployments/notes?fieldManager=kubectl-edit`;
		const merge = { type: 'application/merge-patch+json' };
		expect((await call(cluster, 'PATCH', path, { spec: { replicas: 3 } }, merge)).status).toBe(200);
		const upgrade = ['upgrade', 'notes', plain, '--set', 'replicas=2', ...wait];
		const failed = await helm(upgrade, { namespace });
		expect(failed.stderr).toContain('conflict with "kubectl-edit" using apps/v1: .spec.replicas');
		await helmOk([...upgrade, '--force-conflicts'], { namespace });
		expect(podsIn(namespace)).toHaveLength(2);
	});

	test('answers a dry-run apply with the result, stores nothing, and still refuses what is invalid', async () => {
		const namespace = await newNamespace();
		await helmOk(['install', 'notes', plain, ...wait], { namespace });
		const path = `/api/v1/namespaces/${namespace}/configmaps/notes?fieldManager=packyard&force=true&dryRun=All`;
		const apply = { type: 'application/apply-patch+yaml' };
		const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'notes' }, data: { GREETING: 'dry' } };
		const answer = await call(cluster, 'PATCH', path, wanted, apply);
		expect(answer).toMatchObject({ status: 200, json: { data: { GREETING: 'dry' } } });
		expect(textAt(cluster.store.peek('v1', 'ConfigMap', namespace, 'notes'), 'data', 'GREETING')).toBe('hello');
		const deployment = cluster.store.peek('apps/v1', 'Deployment', namespace, 'notes');
		const changed = {
			apiVersion: 'apps/v1',
			kind: 'Deployment',
			metadata: { name: 'notes' },
			spec: { selector: { matchLabels: { app: 'x' } }, template: at(deployment, 'spec', 'template') },
		};
		const deploymentPath = path.replace('/api/v1', '/apis/apps/v1').replace('configmaps', 'deployments');
		expect((await call(cluster, 'PATCH', deploymentPath, changed, apply)).status).toBe(422);
	});

	test('says which kind is unknown before anything is installed', async () => {
		const namespace = await newNamespace();
		const chart = join(scratch, 'unknown-kind');
		await mkdir(join(chart, 'templates'), { recursive: true });
		await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: unknown-kind\nversion: 1.0.0\n');
		const monitor = 'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: x}\n';
		await writeFile(join(chart, 'templates/monitor.yaml'), monitor);
		const failed = await helm(['install', 'x', chart], { namespace });
		expect(failed.stderr).toContain('no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"');
		expect(cluster.store.list('v1', 'Secret', namespace)).toEqual([]);
	});

	test('a watch continues from a version, and one from the distant past must list again', async () => {
		const namespace = await newNamespace();
		const base = `/api/v1/namespaces/${namespace}/configmaps`;
		const list = await call(cluster, 'GET', base);
		const version = textAt(list.json, 'metadata', 'resourceVersion');
		await call(cluster, 'POST', base, { metadata: { name: 'later', labels: { app: 'x' } } });
		await call(cluster, 'POST', base, { metadata: { name: 'other' } });
		const query = `watch=true&labelSelector=app%3Dx&timeoutSeconds=1&resourceVersion=${version}`;
		const events = linesOf((await call(cluster, 'GET', `${base}?${query}`)).text);
		expect(events.map((event) => [textAt(event, 'type'), textAt(event, 'object', 'metadata', 'name')])).toEqual([
			['ADDED', 'later'],
		]);
		const [expired] = linesOf((await call(cluster, 'GET', `${base}?watch=true&resourceVersion=1`)).text);
		expect(expired).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
	});

	test('a terminating namespace is emptied and then gone', async () => {
		const namespace = await newNamespace();
		await helmOk(['install', 'notes', plain, ...wait], { namespace });
		await call(cluster, 'DELETE', `/api/v1/namespaces/${namespace}`);
		const path = `/api/v1/namespaces/${namespace}`;
		await expect.poll(async () => (await call(cluster, 'GET', path)).status, { timeout: 10_000 }).toBe(404);
		expect(podsIn(namespace)).toEqual([]);
	});
});

describe('a restart', () => {
	test('keeps address, certificate, releases and running pods', async () => {
		const statePath = join(scratch, 'kept', 'cluster.jsonl');
		const first = await startCluster({ token, timing, statePath });
		await helmOk(['install', 'notes', plain, ...wait], { namespace: 'default', on: first });
		const before = podsIn('default', first).map(({ metadata }) => metadata.uid);
		await first.close();
		expect((await stat(statePath)).mode & 0o777).toBe(0o600);

		const second = await startCluster({ token, timing, statePath });
		try {
			expect(second.url).toBe(first.url);
			expect(second.caPem).toBe(first.caPem);
			expect(podsIn('default', second).map(({ metadata }) => metadata.uid)).toEqual(before);
			const [pod] = podsIn('default', second);
			expect(second.effectiveEnv('default', pod?.metadata.name ?? '')).toMatchObject({ GREETING: 'hello' });
			const upgrade = ['upgrade', 'notes', plain, '--set', 'replicas=2', ...wait];
			await helmOk(upgrade, { namespace: 'default', on: second });
			expect(podsIn('default', second)).toHaveLength(2);
		} finally {
			await second.close();
		}
	});

	test('a state that was never closed is taken up: what was starting goes on, definitions are served', async () => {
		const statePath = join(scratch, 'crashed.jsonl');
		const slow = await startCluster({ token, timing: { ...timing, pullMs: 60_000 }, statePath });
		await helmOk(['install', 'all', everything, '--no-hooks'], { namespace: 'default', on: slow });
		const saved = () => readFile(statePath, 'utf8');
		await expect
			.poll(async () => (await saved()).includes('"reason":"ContainerCreating"'), { timeout: 10_000 })
			.toBe(true);
		const copy = join(scratch, 'copy.jsonl');
		await copyFile(statePath, copy);
		await slow.close();

		const next = await startCluster({ token, timing, statePath: copy });
		try {
			const isReady = () => textAt(next.store.peek('v1', 'Pod', 'default', 'all-db-1'), 'status', 'phase');
			await expect.poll(isReady, { timeout: 10_000 }).toBe('Running');
			expect(next.store.peek('packyard.example/v1', 'Widget', 'default', 'all')).toBeDefined();
		} finally {
			await next.close();
		}
	});

	test('what a client was told is on disk at that moment, and half a line after a crash is forgotten', async () => {
		const statePath = join(scratch, 'told.jsonl');
		const first = await startCluster({ token, timing, statePath });
		await helmOk(['install', 'notes', plain], { namespace: 'default', on: first });
		const told = first.store.list('v1', 'Secret', 'default').map(({ metadata }) => metadata.resourceVersion);
		await helmOk(['uninstall', 'notes'], { namespace: 'default', on: first });
		const copy = join(scratch, 'told-copy.jsonl');
		await copyFile(statePath, copy);
		await first.close();
		await appendFile(copy, '{"put":{"kind":"Secret","apiVer');

		const next = await startCluster({ token, timing, statePath: copy });
		try {
			expect(told).not.toEqual([]);
			expect(next.store.list('v1', 'Secret', 'default')).toEqual([]);
			expect(next.store.peek('apps/v1', 'Deployment', 'default', 'notes')).toBeUndefined();
			await helmOk(['install', 'notes', plain, ...wait], { namespace: 'default', on: next });
		} finally {
			await next.close();
		}
	});

	test('takes another port when the old one is in use', async () => {
		const statePath = join(scratch, 'port.jsonl');
		const first = await startCluster({ token, timing, statePath });
		await expect.poll(() => stat(statePath).then(Boolean, () => false)).toBe(true);
		const second = await startCluster({ token, timing, statePath });
		expect(second.url).not.toBe(first.url);
		await second.close();
		await first.close();
	});

	test('a damaged state file is named, and not overwritten', async () => {
		const statePath = join(scratch, 'damaged.jsonl');
		await writeFile(statePath, '{"format":2,');
		await expect(startCluster({ token, statePath })).rejects.toMatchObject({
			code: 'internal',
			hint: expect.stringContaining(statePath),
		});
		expect(await readFile(statePath, 'utf8')).toBe('{"format":2,');
	});
});

type HelmOptions = { namespace: string; on?: Cluster; kubeconfig?: string };
type HelmResult = { code: number; stdout: string; stderr: string };

async function helm(args: string[], { namespace, on = cluster, kubeconfig }: HelmOptions): Promise<HelmResult> {
	const home = await mkdtemp(join(scratch, 'helm-'));
	const config = join(home, 'kubeconfig');
	await writeFile(config, kubeconfig ?? on.kubeconfig(namespace), { mode: 0o600 });
	const env = { HOME: home, KUBECONFIG: config, HELM_NAMESPACE: namespace, HELM_CACHE_HOME: home, NO_COLOR: '1' };
	return new Promise((resolve) => {
		execFile(helmPath, args, { env: { ...env, NODE_ENV: 'test' } }, (error, stdout, stderr) => {
			resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
		});
	});
}

async function helmOk(args: string[], options: HelmOptions): Promise<HelmResult> {
	const result = await helm(args, options);
	expect(result, result.stderr).toMatchObject({ code: 0 });
	return result;
}

type CallOptions = { type?: string; token?: string | null };

async function call(on: Cluster, method: string, path: string, body?: unknown, options: CallOptions = {}) {
	const { type = 'application/json', token: used = token } = options;
	const headers = { 'content-type': type, ...(used === null ? {} : { authorization: `Bearer ${used}` }) };
	const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
		const sent = request(new URL(path, on.url), { method, headers, ca: on.caPem }, (response) => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (chunk: string) => {
				text += chunk;
			});
			response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
		});
		sent.on('error', reject);
		sent.end(body === undefined ? undefined : JSON.stringify(body));
	});
	const json: unknown = text.startsWith('{') && !text.includes('\n{') ? JSON.parse(text) : undefined;
	return { status, text, json };
}

function linesOf(text: string): unknown[] {
	return text
		.split('\n')
		.filter(Boolean)
		.map((line): unknown => JSON.parse(line));
}

async function newNamespace(on: Cluster = cluster): Promise<string> {
	const name = `t-${randomBytes(5).toString('hex')}`;
	expect((await call(on, 'POST', '/api/v1/namespaces', { metadata: { name } })).status).toBe(201);
	return name;
}

function podsIn(namespace: string, on: Cluster = cluster) {
	return on.store.list('v1', 'Pod', namespace).filter(({ metadata }) => !metadata.deletionTimestamp);
}

/** The images of an app's pods that are not on their way out. */
function imagesIn(namespace: string, app = 'notes'): string[] {
	const pods = podsIn(namespace).filter(({ metadata }) => metadata.labels?.app === app);
	return [...new Set(pods.map((pod) => textAt(listAt(pod, 'spec', 'containers')[0], 'image') ?? ''))];
}

function waitingReason(namespace: string): string | undefined {
	return textAt(listAt(podsIn(namespace)[0], 'status', 'containerStatuses')[0], 'state', 'waiting', 'reason');
}
