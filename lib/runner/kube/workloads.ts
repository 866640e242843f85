import { at, isRecord, listAt, textAt } from '@/lib/core';
import type { KubeObject } from './schema';

/** The live objects around the workloads of one release; what `findBlocker` and status look at. */
export type RolloutObjects = {
	/** Deployments, StatefulSets, DaemonSets, Jobs and bare Pods, in the order of the manifest. */
	workloads: readonly KubeObject[];
	replicaSets: readonly KubeObject[];
	pods: readonly KubeObject[];
	events: readonly KubeObject[];
};

/** Kinds that start pods we watch. CronJobs start theirs later. */
export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod'] as const;

/** Pods that belong to the newest template of a workload; pods of an older ReplicaSet are on their way out. */
export function podsOf(workload: KubeObject, { replicaSets, pods }: RolloutObjects): KubeObject[] {
	if (workload.kind === 'Pod') return [workload];
	const owner = workload.kind === 'Deployment' ? newestReplicaSet(workload, replicaSets) : workload;
	if (!owner) return [];
	const own = pods.filter((pod) => isOwnedBy(pod, owner) && !pod.metadata.deletionTimestamp);
	const revision = textAt(workload, 'status', 'updateRevision');
	// A StatefulSet's stuck old pod blocks its rollout too, but the updated ones tell the new story first.
	const isUpdated = (pod: KubeObject) => pod.metadata.labels?.['controller-revision-hash'] === revision;
	return revision ? [...own.filter(isUpdated), ...own.filter((pod) => !isUpdated(pod))] : own;
}

/** All pods of a workload, old and new. */
export function allPodsOf(workload: KubeObject, objects: RolloutObjects): KubeObject[] {
	if (workload.kind === 'Pod') return [workload];
	const owners =
		workload.kind === 'Deployment' ? objects.replicaSets.filter((set) => isOwnedBy(set, workload)) : [workload];
	return objects.pods.filter((pod) => owners.some((owner) => isOwnedBy(pod, owner)));
}

export function newestReplicaSet(deployment: KubeObject, replicaSets: readonly KubeObject[]): KubeObject | undefined {
	const revisionOf = (set: KubeObject) => Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
	return replicaSets.filter((set) => isOwnedBy(set, deployment)).sort((a, b) => revisionOf(b) - revisionOf(a))[0];
}

/** Wanted and ready replicas, and whether the rollout of the newest template has ended well. */
export function readinessOf(workload: KubeObject): { wanted: number; ready: number; healthy: boolean } {
	const count = (field: string) => numberAt(workload, 'status', field);
	const isObserved = count('observedGeneration') >= numberAt(workload, 'metadata', 'generation');
	switch (workload.kind) {
		case 'Deployment':
		case 'ReplicaSet':
		case 'StatefulSet': {
			const wanted = at(workload, 'spec', 'replicas') === undefined ? 1 : numberAt(workload, 'spec', 'replicas');
			const ready = count('readyReplicas');
			const updated = workload.kind === 'ReplicaSet' ? wanted : count('updatedReplicas');
			// Ready pods of the old template do not count: while they are still there, the rollout has not ended.
			const isReplaced = workload.kind !== 'Deployment' || count('replicas') <= updated;
			return { wanted, ready, healthy: isObserved && isReplaced && ready >= wanted && updated >= wanted };
		}
		case 'DaemonSet': {
			const wanted = count('desiredNumberScheduled');
			const ready = count('numberReady');
			return { wanted, ready, healthy: isObserved && ready >= wanted && count('updatedNumberScheduled') >= wanted };
		}
		case 'Job': {
			const wanted = numberAt(workload, 'spec', 'completions') || 1;
			return { wanted, ready: count('succeeded'), healthy: !hasCondition(workload, 'Failed') };
		}
		default: {
			const done = textAt(workload, 'status', 'phase') === 'Succeeded';
			const ready = done || hasCondition(workload, 'Ready');
			return { wanted: 1, ready: ready ? 1 : 0, healthy: ready };
		}
	}
}

export function conditionOf(object: KubeObject, type: string): Record<string, unknown> | undefined {
	return listAt(object, 'status', 'conditions').find(
		(one): one is Record<string, unknown> => textAt(one, 'type') === type,
	);
}

export function hasCondition(object: KubeObject, type: string): boolean {
	return textAt(conditionOf(object, type), 'status') === 'True';
}

export function numberAt(value: unknown, ...path: readonly string[]): number {
	const found = at(value, ...path);
	return typeof found === 'number' ? found : 0;
}

/** `labelSelector` text of a workload's `spec.selector`. */
export function selectorText(selector: unknown): string {
	const labels = at(selector, 'matchLabels');
	const parts = isRecord(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${value}`) : [];
	for (const rule of listAt(selector, 'matchExpressions')) {
		const key = textAt(rule, 'key') ?? '';
		const values = listAt(rule, 'values').join(',');
		const words: Record<string, string> = {
			In: `${key} in (${values})`,
			NotIn: `${key} notin (${values})`,
			Exists: key,
			DoesNotExist: `!${key}`,
		};
		parts.push(words[textAt(rule, 'operator') ?? ''] ?? key);
	}
	return parts.join(',');
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
	const uid = owner.metadata.uid;
	return uid !== undefined && (object.metadata.ownerReferences ?? []).some((reference) => reference.uid === uid);
}
