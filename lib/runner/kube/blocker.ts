import type { Blocker } from '@/lib/contracts/runner';
import { isRecord, listAt, textAt } from '@/lib/core';
import { sentenceFor } from './blocker-sentence';
import type { KubeObject } from './schema';
import { conditionOf, newestReplicaSet, numberAt, podsOf, type RolloutObjects, readinessOf } from './workloads';

export type BlockerOptions = {
	/** Keys of the contract: a message or log line that names one is about it. */
	keys: readonly string[];
	/** Also name what is merely not ready yet; for the final diagnosis and for status, not while pods still start. */
	settled?: boolean;
};

/** Everything of a Blocker that can be read from the objects; the sentence, key and logs are derived. */
export type Finding = Pick<Blocker, 'workload' | 'pod' | 'container' | 'image' | 'reason' | 'message' | 'terminal'>;

/** Waiting reasons that do not heal by waiting (kubelet: pkg/kubelet/images, pkg/kubelet/container/sync_result.go). */
const HOPELESS = [
	'ImagePullBackOff',
	'ErrImagePull',
	'InvalidImageName',
	'ErrImageNeverPull',
	'CreateContainerConfigError',
	'CreateContainerError',
	'RunContainerError',
];
const PULLING = ['ImagePullBackOff', 'ErrImagePull'];
const HOPELESS_RESTARTS = 3;

/** The first thing that keeps these workloads from being ready; a hopeless one before one that may heal. Pure. */
export function findBlocker(objects: RolloutObjects, { keys, settled = false }: BlockerOptions): Blocker | null {
	const findings = objects.workloads.flatMap((workload) => findingsOf(workload, objects, settled));
	const first = findings.find(({ terminal }) => terminal) ?? findings[0];
	return first ? toBlocker(first, keys) : null;
}

/** Add log lines to a blocker; a line that names a contract key tells which answer to look at. */
export function withLogs(blocker: Blocker, logs: readonly string[], keys: readonly string[]): Blocker {
	const envKey = blocker.envKey ?? keyNamedIn([...logs].reverse(), keys);
	return { ...blocker, logs: [...logs], envKey, sentence: sentenceFor({ ...blocker, envKey }) };
}

function toBlocker(finding: Finding, keys: readonly string[]): Blocker {
	const missing = /couldn't find key (\S+) in/.exec(finding.message)?.[1];
	const envKey = missing ?? keyNamedIn([finding.message], keys);
	return { ...finding, envKey, sentence: sentenceFor({ ...finding, envKey }), logs: [] };
}

function findingsOf(workload: KubeObject, objects: RolloutObjects, settled: boolean): Finding[] {
	const name = `${workload.kind} ${workload.metadata.name}`;
	const readiness = readinessOf(workload);
	if (workload.kind !== 'Job' && readiness.healthy) return [];
	if (workload.kind === 'Job' && readiness.ready >= readiness.wanted) return [];
	const pods = podsOf(workload, objects);
	const base = { workload: name, pod: null, container: null, image: null };
	const failed = conditionOf(workload, 'Failed');
	if (workload.kind === 'Job' && textAt(failed, 'status') === 'True') {
		const message = textAt(failed, 'message') ?? '';
		return [{ ...base, ...lastFailure(pods), reason: 'JobFailed', message, terminal: true }];
	}
	const inPods = pods.flatMap((pod) => podFindings(name, pod, objects.events, settled));
	if (inPods.length > 0) return inPods;
	const refused = creationRefusal(workload, objects);
	if (refused) return [{ ...base, reason: 'FailedCreate', message: refused, terminal: true }];
	if (!settled || workload.kind === 'Job') return [];
	const progress = conditionOf(workload, 'Progressing');
	const message = textAt(progress, 'message') ?? `${readiness.ready} of ${readiness.wanted} are ready.`;
	return [{ ...base, reason: 'NotReady', message, terminal: false }];
}

/** Quota, admission and Pod Security refuse pods before they exist: only the controller says so. */
function creationRefusal(workload: KubeObject, { replicaSets, events }: RolloutObjects): string | undefined {
	const owners = [workload, workload.kind === 'Deployment' ? newestReplicaSet(workload, replicaSets) : undefined];
	for (const owner of owners) {
		if (!owner) continue;
		const condition = conditionOf(owner, 'ReplicaFailure');
		if (textAt(condition, 'status') === 'True') return textAt(condition, 'message') ?? '';
		const event = latest(eventsOf(owner, events).filter((one) => textAt(one, 'reason') === 'FailedCreate'));
		if (event) return textAt(event, 'message') ?? '';
	}
	return undefined;
}

function podFindings(workload: string, pod: KubeObject, events: readonly KubeObject[], settled: boolean): Finding[] {
	const base = { workload, pod: pod.metadata.name, container: null, image: null };
	const scheduled = conditionOf(pod, 'PodScheduled');
	if (textAt(scheduled, 'status') === 'False' && textAt(scheduled, 'reason') === 'Unschedulable') {
		return [{ ...base, reason: 'Unschedulable', message: textAt(scheduled, 'message') ?? '', terminal: false }];
	}
	const own = eventsOf(pod, events);
	const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
	const inContainers = statuses.flatMap((status) => {
		const restartable = textAt(pod, 'spec', 'restartPolicy') !== 'Never';
		const finding = containerFinding(status, { events: own, settled, restartable });
		return finding ? [{ ...base, ...finding }] : [];
	});
	if (inContainers.length > 0) return inContainers;
	const mount = latest(own.filter((event) => /^Failed(Mount|AttachVolume)$/.test(textAt(event, 'reason') ?? '')));
	const isCreating = statuses.every((status) => textAt(status, 'state', 'waiting', 'reason') !== undefined);
	if (mount && isCreating) {
		return [
			{ ...base, reason: textAt(mount, 'reason') ?? '', message: textAt(mount, 'message') ?? '', terminal: false },
		];
	}
	return [];
}

/** The newest pod of a failed Job and the container that ended badly: where the log lines are. */
function lastFailure(pods: readonly KubeObject[]): Partial<Finding> {
	const timeOf = (pod: KubeObject) => pod.metadata.creationTimestamp ?? '';
	for (const pod of [...pods].sort((a, b) => timeOf(b).localeCompare(timeOf(a)))) {
		const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
		const status = statuses.find((one) => endOf(one) !== null) ?? statuses[0];
		if (!status) continue;
		return {
			pod: pod.metadata.name,
			container: textAt(status, 'name') ?? null,
			image: textAt(status, 'image') ?? null,
		};
	}
	return {};
}

type PodContext = { events: readonly KubeObject[]; settled: boolean; restartable: boolean };

function containerFinding(status: unknown, { events, settled, restartable }: PodContext) {
	const container = textAt(status, 'name') ?? '';
	const image = textAt(status, 'image') ?? null;
	const reason = textAt(status, 'state', 'waiting', 'reason') ?? '';
	const message = textAt(status, 'state', 'waiting', 'message') ?? '';
	if (HOPELESS.includes(reason)) {
		const why = PULLING.includes(reason) ? pullFailure(message, events) : message;
		return { container, image, reason, message: why, terminal: true };
	}
	const restarts = numberAt(status, 'restartCount');
	const ended = endOf(status);
	if (ended && !restartable && isUnready(status)) {
		return { container, image, reason: 'Failed', message: `exit code ${ended.exitCode}`, terminal: false };
	}
	if (reason === 'CrashLoopBackOff' || (ended && isUnready(status))) {
		const oom = ended?.reason === 'OOMKilled';
		const told = [
			ended ? `exit code ${ended.exitCode}` : '',
			oom ? 'out of memory' : '',
			`restarted ${restarts} times`,
		];
		return {
			container,
			image,
			reason: oom ? 'OOMKilled' : 'CrashLoopBackOff',
			message: [message, told.filter(Boolean).join(', ')].filter(Boolean).join('; '),
			terminal: restarts >= HOPELESS_RESTARTS,
		};
	}
	if (!isRecord(status) || !isRecord(status.state) || !isRecord(status.state.running) || !isUnready(status))
		return null;
	const unhealthy = latest(events.filter((event) => textAt(event, 'reason') === 'Unhealthy'));
	if (unhealthy)
		return { container, image, reason: 'Unhealthy', message: textAt(unhealthy, 'message') ?? '', terminal: false };
	return settled
		? { container, image, reason: 'NotReady', message: 'It runs but is not ready.', terminal: false }
		: null;
}

/** How the container last ended badly; a completed init container has not. */
function endOf(status: unknown): { exitCode: number; reason: string } | null {
	for (const state of ['state', 'lastState']) {
		const exitCode = numberAt(status, state, 'terminated', 'exitCode');
		if (exitCode !== 0) return { exitCode, reason: textAt(status, state, 'terminated', 'reason') ?? '' };
	}
	return null;
}

function isUnready(status: unknown): boolean {
	return isRecord(status) && status.ready === false;
}

/** `Back-off pulling image "x"` does not say why; the event before it does. */
function pullFailure(message: string, events: readonly KubeObject[]): string {
	if (message !== '' && !/^Back-off pulling image "[^"]*"$/.test(message)) return message;
	const event = latest(events.filter((one) => /^Failed to pull image/.test(textAt(one, 'message') ?? '')));
	return textAt(event, 'message') ?? message;
}

function eventsOf(object: KubeObject, events: readonly KubeObject[]): KubeObject[] {
	const { uid, name } = object.metadata;
	return events.filter((event) => {
		const about = textAt(event, 'involvedObject', 'uid');
		return about !== undefined && uid !== undefined
			? about === uid
			: textAt(event, 'involvedObject', 'name') === name && textAt(event, 'involvedObject', 'kind') === object.kind;
	});
}

function latest(events: readonly KubeObject[]): KubeObject | undefined {
	const timeOf = (event: KubeObject) =>
		textAt(event, 'lastTimestamp') ?? textAt(event, 'eventTime') ?? event.metadata.creationTimestamp ?? '';
	return [...events].sort((a, b) => timeOf(b).localeCompare(timeOf(a)))[0];
}

/** The first contract key that stands as a word of its own in one of the lines. */
function keyNamedIn(lines: readonly string[], keys: readonly string[]): string | null {
	for (const line of lines) {
		const words = new Set(line.match(/[A-Za-z_][A-Za-z0-9_]*/g));
		const key = keys.find((candidate) => words.has(candidate));
		if (key) return key;
	}
	return null;
}
