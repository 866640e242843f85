import { type JsonObject, numberAt, objectAt, textsAt } from '../json';
import type { KubeObject } from '../object';
import type { World } from '../world';
import {
	annotate,
	conditionsOf,
	countReady,
	createOwned,
	livePodsOf,
	remove,
	replicasOf,
	scale,
	templateHash,
	withCondition,
	writeStatus,
} from './workload';

const REVISION = 'deployment.kubernetes.io/revision';

/** Since when a rollout has made no progress. In memory: status times have whole seconds, too coarse for short deadlines. */
const progress = new WeakMap<World, Map<string, { state: string; since: number }>>();

/**
 * One ReplicaSet per pod template. The new one starts in full beside the old; the old ones are scaled down when the new
 * one is ready (Recreate: at once). A rollout without progress for `progressDeadlineSeconds` is reported as such.
 */
export function reconcileDeployment(world: World, deployment: KubeObject): void {
	const sets = world.store.ownedBy(deployment).filter(({ kind }) => kind === 'ReplicaSet');
	const current = currentSet(world, deployment, sets);
	if (!current) return; // just created; its own event brings us back
	const wanted = replicasOf(deployment);
	scale(world, current, wanted);

	const pods = livePodsOf(world, current);
	const ready = countReady(pods);
	const others = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
	const recreates = objectAt(deployment, 'spec', 'strategy')?.type === 'Recreate';
	if (ready >= wanted || recreates) for (const other of others) scale(world, other, 0);
	const oldPods = others.flatMap((other) => livePodsOf(world, other));
	const isDone = ready >= wanted && pods.length === wanted && oldPods.length === 0;
	if (isDone) pruneHistory(world, deployment, others);

	const available = ready + countReady(oldPods);
	writeStatus(world, deployment, {
		observedGeneration: deployment.metadata.generation,
		replicas: pods.length + oldPods.length || undefined,
		updatedReplicas: pods.length || undefined,
		readyReplicas: available || undefined,
		availableReplicas: available || undefined,
		unavailableReplicas: Math.max(0, wanted - available) || undefined,
		conditions: conditions(world, deployment, { set: current.metadata.name, wanted, ready, available, isDone }),
	});
}

function currentSet(world: World, deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
	const hash = templateHash(deployment);
	const latest = Math.max(0, ...sets.map(revisionOf));
	const current = sets.find(({ metadata }) => metadata.labels?.['pod-template-hash'] === hash);
	if (current && revisionOf(current) === latest) return current;
	const revision = { [REVISION]: String(latest + 1) };
	annotate(world, deployment, revision);
	if (current) {
		annotate(world, current, revision); // a rollback: the old set becomes the newest
		return current;
	}
	const template = objectAt(deployment, 'spec', 'template') ?? {};
	const labels = { ...textsAt(template, 'metadata', 'labels'), 'pod-template-hash': hash };
	const wanted = replicasOf(deployment);
	const name = `${deployment.metadata.name}-${hash}`;
	const matchLabels = { ...textsAt(deployment, 'spec', 'selector', 'matchLabels'), 'pod-template-hash': hash };
	createOwned(world, deployment, 'apps/v1', 'ReplicaSet', {
		metadata: { name, labels, annotations: revision },
		spec: {
			replicas: wanted,
			selector: { matchLabels },
			template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
		},
	});
	const message = `Scaled up replica set ${name} to ${wanted}`;
	world.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component: 'deployment-controller' });
	return undefined;
}

type Rollout = { set: string; wanted: number; ready: number; available: number; isDone: boolean };

function conditions(world: World, deployment: KubeObject, rollout: Rollout): JsonObject[] {
	const { set, wanted, available, isDone } = rollout;
	const isAvailable = available >= wanted - Math.floor(wanted / 4); // maxUnavailable 25 %, rounded down
	const known = withCondition(conditionsOf(deployment), {
		type: 'Available',
		status: isAvailable,
		reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
		message: isAvailable ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
	});
	const type = 'Progressing';
	if (isDone) {
		const message = `ReplicaSet "${set}" has successfully progressed.`;
		return withCondition(known, { type, status: true, reason: 'NewReplicaSetAvailable', message });
	}
	const isLate = waitedFor(world, deployment, rollout) >= deadlineOf(world, deployment);
	return withCondition(known, {
		type,
		status: !isLate,
		reason: isLate ? 'ProgressDeadlineExceeded' : 'ReplicaSetUpdated',
		message: `ReplicaSet "${set}" ${isLate ? 'has timed out progressing.' : 'is progressing.'}`,
	});
}

/** Milliseconds since the rollout last moved; arranges to be asked again when the deadline has passed. */
function waitedFor(world: World, deployment: KubeObject, { set, ready }: Rollout): number {
	const all = progress.get(world) ?? new Map<string, { state: string; since: number }>();
	progress.set(world, all);
	const { uid, generation } = deployment.metadata;
	const state = `${generation} ${set} ${ready}`;
	const known = all.get(uid);
	if (known?.state === state) return Date.now() - known.since;
	all.set(uid, { state, since: Date.now() });
	world.requeue(deployment, deadlineOf(world, deployment) + 5);
	return 0;
}

function deadlineOf({ timing }: World, deployment: KubeObject): number {
	const seconds = numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600;
	return timing.progressDeadlineMs || seconds * 1000;
}

/** Helm's wait lists the pods of every ReplicaSet, so without this it slows down with every upgrade. */
function pruneHistory(world: World, deployment: KubeObject, others: readonly KubeObject[]): void {
	const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
	const old = others.filter((set) => replicasOf(set) === 0).sort((a, b) => revisionOf(b) - revisionOf(a));
	for (const set of old.slice(limit)) remove(world, set);
}

function revisionOf({ metadata }: KubeObject): number {
	return Number(metadata.annotations?.[REVISION] ?? 0);
}
