import { expect, test } from 'vitest';
import { findBlocker, withLogs } from './blocker';
import { KubeObject } from './schema';
import type { RolloutObjects } from './workloads';

const deployment = KubeObject.parse({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: { name: 'web', uid: 'd', generation: 1 },
	spec: { replicas: 1 },
	status: { observedGeneration: 1, updatedReplicas: 1 },
});

function replicaSet(uid: string, revision: number) {
	return KubeObject.parse({
		kind: 'ReplicaSet',
		metadata: {
			name: `web-${uid}`,
			uid,
			annotations: { 'deployment.kubernetes.io/revision': String(revision) },
			ownerReferences: [{ uid: 'd', kind: 'Deployment', name: 'web' }],
		},
	});
}

function pod(containerStatus: object, extra: { owner?: string; conditions?: object[] } = {}) {
	return KubeObject.parse({
		kind: 'Pod',
		metadata: {
			name: 'web-1',
			uid: 'p',
			ownerReferences: [{ uid: extra.owner ?? 'r2', kind: 'ReplicaSet', name: 'x' }],
		},
		status: {
			conditions: extra.conditions ?? [],
			containerStatuses: [
				{ name: 'main', image: 'ghcr.io/khal-os/hello:1.2', ready: false, restartCount: 0, ...containerStatus },
			],
		},
	});
}

function objects(pods: KubeObject[], events: object[] = []): RolloutObjects {
	return {
		workloads: [deployment],
		replicaSets: [replicaSet('r1', 1), replicaSet('r2', 2)],
		pods,
		events: events.map((event) => KubeObject.parse(event)),
	};
}

const options = { keys: ['DATABASE_URL', 'API_KEY'] };
const waiting = (reason: string, message?: string) => ({ state: { waiting: { reason, message } } });
const event = (reason: string, message: string, uid = 'p') => ({
	kind: 'Event',
	reason,
	message,
	involvedObject: { uid },
});

test('an image that is not there is named with what to check, from the event behind the back-off', () => {
	const image = 'ghcr.io/khal-os/hello:1.2';
	const found = findBlocker(
		objects(
			[pod(waiting('ImagePullBackOff', `Back-off pulling image "${image}"`))],
			[event('Failed', `Failed to pull image "${image}": failed to resolve reference: not found`)],
		),
		options,
	);
	expect(found).toMatchObject({
		workload: 'Deployment web',
		pod: 'web-1',
		container: 'main',
		image,
		reason: 'ImagePullBackOff',
		terminal: true,
	});
	expect(found?.sentence).toBe(
		`The image ${image} could not be pulled: not found. Check the tag or the pull credentials.`,
	);
});

test('a key missing in the Secret becomes the env key of the blocker', () => {
	const found = findBlocker(
		objects([pod(waiting('CreateContainerConfigError', "couldn't find key API_KEY in Secret apps/hello-env-r1"))]),
		{ keys: [] },
	);
	expect(found).toMatchObject({ envKey: 'API_KEY', terminal: true });
	expect(found?.sentence).toBe(
		'The container main of Deployment web needs API_KEY, which is missing in apps/hello-env-r1. Set it in the configuration.',
	);
});

test('an environment of ours that is gone is named', () => {
	const found = findBlocker(
		objects([pod(waiting('CreateContainerConfigError', 'secret "hello-env-r3" not found'))]),
		options,
	);
	expect(found?.sentence).toMatch(/waits for the Secret hello-env-r3, which does not exist\. Re-apply/);
});

test('a crash loop is hopeless from the third restart on', () => {
	const crash = (restartCount: number) =>
		findBlocker(
			objects([
				pod({ ...waiting('CrashLoopBackOff', 'back-off'), restartCount, lastState: { terminated: { exitCode: 1 } } }),
			]),
			options,
		);
	expect(crash(2)).toMatchObject({ reason: 'CrashLoopBackOff', terminal: false });
	expect(crash(3)).toMatchObject({ reason: 'CrashLoopBackOff', terminal: true });
	expect(crash(3)?.sentence).toContain('exit code 1, restarted 3 times');
});

test('between two crashes it is still the same crash loop', () => {
	const found = findBlocker(
		objects([
			pod({ state: { running: {} }, restartCount: 4, lastState: { terminated: { exitCode: 2, reason: 'Error' } } }),
		]),
		options,
	);
	expect(found).toMatchObject({ reason: 'CrashLoopBackOff', terminal: true });
});

test('too little memory is told apart from other crashes', () => {
	const found = findBlocker(
		objects([
			pod({
				...waiting('CrashLoopBackOff'),
				restartCount: 1,
				lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
			}),
		]),
		options,
	);
	expect(found?.sentence).toMatch(/more memory than its limit/);
});

test('log lines that name a contract key say which answer to check', () => {
	const found = findBlocker(objects([pod({ ...waiting('CrashLoopBackOff'), restartCount: 3 })]), options);
	const named = found && withLogs(found, ['starting', 'Error: DATABASE_URL is not a URL'], options.keys);
	expect(named?.envKey).toBe('DATABASE_URL');
	expect(named?.sentence).toContain('It mentions DATABASE_URL: check that answer.');
	// A longer name that merely contains the key is another key.
	expect(found && withLogs(found, ['MY_API_KEY_FILE missing'], options.keys).envKey).toBeNull();
});

test('pods of the old ReplicaSet do not block the new one', () => {
	expect(findBlocker(objects([pod(waiting('ImagePullBackOff', 'x'), { owner: 'r1' })]), options)).toBeNull();
});

test('a pod that is merely starting is no blocker, until the story is over', () => {
	const starting = objects([pod(waiting('ContainerCreating'))]);
	expect(findBlocker(starting, options)).toBeNull();
	expect(findBlocker(starting, { ...options, settled: true })).toMatchObject({ reason: 'NotReady', terminal: false });
	const running = objects([pod({ state: { running: {} } })]);
	expect(findBlocker(running, options)).toBeNull();
	expect(findBlocker(running, { ...options, settled: true })).toMatchObject({ container: 'main', reason: 'NotReady' });
});

test('a failing health check may heal and is quoted', () => {
	const found = findBlocker(
		objects([pod({ state: { running: {} } })], [event('Unhealthy', 'Readiness probe failed: 503')]),
		options,
	);
	expect(found).toMatchObject({ reason: 'Unhealthy', terminal: false });
	expect(found?.sentence).toContain('Readiness probe failed: 503');
});

test('no node with room is said in words, and may heal', () => {
	const condition = {
		type: 'PodScheduled',
		status: 'False',
		reason: 'Unschedulable',
		message: '0/1 nodes are available',
	};
	expect(findBlocker(objects([pod({}, { conditions: [condition] })]), options)).toMatchObject({
		reason: 'Unschedulable',
		terminal: false,
	});
});

test('a quota that refuses the pods is found although there is no pod', () => {
	const message =
		'pods "web-x" is forbidden: exceeded quota: compute, requested: requests.memory=512Mi, used: requests.memory=800Mi, limited: requests.memory=1Gi';
	const found = findBlocker(objects([], [event('FailedCreate', message, 'r2')]), options);
	expect(found).toMatchObject({ reason: 'FailedCreate', terminal: true });
	expect(found?.sentence).toMatch(/^The quota compute refuses pods of Deployment web: it needs requests.memory=512Mi/);
});

test('a hopeless blocker is named before one that may heal', () => {
	const job = KubeObject.parse({
		kind: 'Job',
		metadata: { name: 'migrate', uid: 'j' },
		status: { conditions: [{ type: 'Failed', status: 'True', message: 'Back-off limit' }] },
	});
	const all = objects([pod({ state: { running: {} } })], [event('Unhealthy', 'no')]);
	expect(findBlocker({ ...all, workloads: [deployment, job] }, options)).toMatchObject({
		workload: 'Job migrate',
		reason: 'JobFailed',
	});
});

test('a failed Job points at the container whose last lines say why', () => {
	const job = KubeObject.parse({
		kind: 'Job',
		metadata: { name: 'migrate', uid: 'r2' },
		status: { conditions: [{ type: 'Failed', status: 'True', message: 'Back-off limit' }] },
	});
	const failed = pod({ state: { terminated: { exitCode: 1 } } });
	expect(findBlocker({ ...objects([failed]), workloads: [job] }, options)).toMatchObject({
		reason: 'JobFailed',
		pod: 'web-1',
		container: 'main',
	});
});

test('a healthy workload has no blocker, whatever old events say', () => {
	const healthy = { ...deployment, status: { observedGeneration: 1, updatedReplicas: 1, readyReplicas: 1 } };
	expect(
		findBlocker({ ...objects([], [event('FailedCreate', 'quota', 'd')]), workloads: [healthy] }, options),
	).toBeNull();
});

test('ready pods of the old template do not hide a new one that fails', () => {
	const rolling = {
		...deployment,
		status: { observedGeneration: 1, replicas: 2, updatedReplicas: 1, readyReplicas: 1 },
	};
	const all = { ...objects([pod(waiting('ImagePullBackOff', 'not found'))]), workloads: [rolling] };
	expect(findBlocker(all, options)).toMatchObject({ reason: 'ImagePullBackOff' });
});

test('a finished init container with an earlier failure is no blocker', () => {
	const withInit = KubeObject.parse({
		...pod(waiting('PodInitializing')),
		status: {
			initContainerStatuses: [
				{
					name: 'init',
					image: 'i',
					ready: true,
					restartCount: 1,
					state: { terminated: { exitCode: 0 } },
					lastState: { terminated: { exitCode: 1 } },
				},
			],
			containerStatuses: [{ name: 'main', image: 'm', ready: false, restartCount: 0, ...waiting('PodInitializing') }],
		},
	});
	expect(findBlocker(objects([withInit]), options)).toBeNull();
});
