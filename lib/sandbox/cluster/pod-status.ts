import { createHash } from 'node:crypto';
import { textAt } from '@/lib/core';
import { type JsonObject, numberAt, objectsAt } from './json';
import { type KubeObject, timestamp } from './object';

/** One of waiting, running, terminated, as in `containerStatuses[].state`. */
export type ContainerState = JsonObject;

/** Where a pod stands: the state of the container in focus decides, the others follow from it. */
export type Stage = {
	phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
	state: ContainerState;
	ready: boolean;
	/** The container the state is about; undefined means all main containers. */
	focus?: string;
	restarts?: number;
	lastState?: ContainerState;
};

export function waiting(reason: string, message?: string): ContainerState {
	return { waiting: message === undefined ? { reason } : { reason, message } };
}

export function running(startedAt: string): ContainerState {
	return { running: { startedAt } };
}

export function terminated(exitCode: number, reason: string, startedAt: string): ContainerState {
	return { terminated: { exitCode, reason, startedAt, finishedAt: timestamp() } };
}

/** The `status` of a pod at a stage; keeps start time, addresses, restart counts and unchanged transition times. */
export function podStatus(pod: KubeObject, stage: Stage): JsonObject {
	const now = timestamp();
	const before = pod.status ?? {};
	const initContainers = objectsAt(pod.spec, 'initContainers');
	const containers = objectsAt(pod.spec, 'containers');
	const blocked = initContainers.findIndex((container) => container.name === stage.focus);
	const isCreating = textAt(stage.state, 'waiting', 'reason') === 'ContainerCreating';
	const done = terminated(0, 'Completed', now);

	const initStatuses = initContainers.map((container, index) => {
		if (index === blocked) return report(container, stage.state, false);
		const isAhead = isCreating || (blocked >= 0 && index > blocked);
		return report(container, isAhead ? waiting('PodInitializing') : done, !isAhead);
	});
	const statuses = containers.map((container) => {
		if (blocked >= 0) return report(container, waiting('PodInitializing'), false);
		const isInFocus = !stage.focus || stage.focus === container.name || isCreating || stage.phase === 'Failed';
		return isInFocus ? report(container, stage.state, stage.ready) : report(container, running(now), true);
	});
	const unready = statuses.filter((status) => !status.ready).map((status) => status.name);
	const ip = addressOf(pod);
	return {
		...before,
		// While an init container holds the pod up, its phase is Pending whatever that container does.
		phase: blocked >= 0 && stage.phase === 'Running' ? 'Pending' : stage.phase,
		startTime: before.startTime ?? now,
		hostIP: '10.0.0.1',
		podIP: ip,
		podIPs: [{ ip }],
		qosClass: 'BestEffort',
		containerStatuses: statuses,
		initContainerStatuses: initStatuses.length > 0 ? initStatuses : undefined,
		conditions: [
			condition('PodScheduled', true),
			condition('Initialized', blocked < 0 && !(isCreating && initContainers.length > 0)),
			condition('ContainersReady', unready.length === 0),
			condition('Ready', unready.length === 0),
		],
	};

	function report(container: JsonObject, state: ContainerState, ready: boolean): JsonObject {
		const known = [...objectsAt(before, 'containerStatuses'), ...objectsAt(before, 'initContainerStatuses')];
		const previous = known.find((status) => status.name === container.name);
		const isSubject = stage.focus === undefined || stage.focus === container.name;
		const restartCount = (isSubject ? stage.restarts : undefined) ?? numberAt(previous, 'restartCount') ?? 0;
		const lastState = (isSubject ? stage.lastState : undefined) ?? {};
		// A container that goes on running keeps the time it started at.
		const kept =
			state.running && previous && textAt(previous, 'state', 'running', 'startedAt') ? previous.state : state;
		const { name, image } = container;
		return {
			name,
			image,
			imageID: imageIdOf(String(image ?? ''), kept),
			ready,
			started: ready,
			restartCount,
			state: kept,
			lastState,
		};
	}

	function condition(type: string, holds: boolean): JsonObject {
		const status = holds ? 'True' : 'False';
		const previous = objectsAt(before, 'conditions').find((known) => known.type === type);
		const since = previous?.status === status ? previous.lastTransitionTime : now;
		return { type, status, lastProbeTime: null, lastTransitionTime: since, ...(holds ? {} : reasonOf(type)) };
	}

	function reasonOf(type: string): JsonObject {
		if (stage.phase === 'Succeeded') return { reason: 'PodCompleted' };
		if (type === 'Initialized') return { reason: 'ContainersNotInitialized' };
		return { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
	}
}

/** From the uid, so that it needs no bookkeeping and survives a restart. */
function addressOf({ metadata }: KubeObject): string {
	const [a = 0, b = 0] = createHash('sha256').update(metadata.uid).digest();
	return `10.244.${a}.${2 + (b % 250)}`;
}

/** A running image is known by its digest; nothing was pulled while the container waits. */
function imageIdOf(image: string, state: unknown): string {
	const waits = textAt(state, 'waiting', 'reason');
	if (waits !== undefined && waits !== 'CrashLoopBackOff') return '';
	const repository = image.replace(/@.*$/, '').replace(/:[^:/]+$/, '');
	return `${repository}@sha256:${createHash('sha256').update(image).digest('hex')}`;
}
