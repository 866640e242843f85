import { textAt } from '@/lib/core';
import { objectAt, objectsAt, textsAt } from '../json';
import { isReady } from '../kubelet';
import type { KubeObject } from '../object';
import type { World } from '../world';
import { createObject } from '../writes';
import { countReady, createPod, livePodsOf, podsOf, remove, replicasOf, templateHash, writeStatus } from './workload';

const REVISION = 'controller-revision-hash';

/** Numbered pods with their own claims, created in order and replaced from the highest number down. */
export function reconcileStatefulSet(world: World, set: KubeObject): void {
	const revision = `${set.metadata.name}-${templateHash(set)}`;
	createClaims(world, set);
	createNextPods(world, set, revision);
	removeSurplus(world, set, revision);

	const pods = livePodsOf(world, set);
	const updated = pods.filter((pod) => revisionOf(pod) === revision);
	const ready = countReady(pods);
	const isDone = updated.length === replicasOf(set) && pods.length === updated.length && updated.every(isReady);
	const currentRevision = isDone ? revision : (textAt(set.status, 'currentRevision') ?? revision);
	writeStatus(world, set, {
		observedGeneration: set.metadata.generation,
		replicas: pods.length,
		readyReplicas: ready,
		availableReplicas: ready,
		updatedReplicas: updated.length,
		currentReplicas: pods.filter((pod) => revisionOf(pod) === currentRevision).length,
		updateRevision: revision,
		currentRevision,
		collisionCount: 0,
	});
}

/** Claims have no owner: they survive the set, as on a real cluster. */
function createClaims({ store }: World, set: KubeObject): void {
	const kind = store.kinds.get('v1', 'PersistentVolumeClaim');
	const { namespace, name } = set.metadata;
	for (const template of objectsAt(set.spec, 'volumeClaimTemplates')) {
		for (let index = 0; index < replicasOf(set); index++) {
			const claim = `${textAt(template, 'metadata', 'name')}-${name}-${index}`;
			if (store.peek(kind, namespace, claim)) continue;
			const labels = textsAt(set, 'spec', 'selector', 'matchLabels');
			createObject(
				store,
				{ kind, namespace },
				{ metadata: { name: claim, labels }, spec: objectAt(template, 'spec') ?? {} },
			);
		}
	}
}

function createNextPods(world: World, set: KubeObject, revision: string): void {
	const existing = podsOf(world, set);
	const isParallel = textAt(set.spec, 'podManagementPolicy') === 'Parallel';
	for (let index = 0; index < replicasOf(set); index++) {
		const name = `${set.metadata.name}-${index}`;
		const pod = existing.find(({ metadata }) => metadata.name === name);
		if (!pod)
			createPod(world, set, { name, labels: labelsOf(name, index, revision), template: templateFor(set, name) });
		const blocksTheRest = !pod || (!isReady(pod) && revisionOf(pod) === revision);
		if (blocksTheRest && !isParallel) return;
	}
}

function labelsOf(name: string, index: number, revision: string): Record<string, string> {
	return {
		[REVISION]: revision,
		'statefulset.kubernetes.io/pod-name': name,
		'apps.kubernetes.io/pod-index': String(index),
	};
}

function templateFor(set: KubeObject, pod: string) {
	const template = objectAt(set, 'spec', 'template') ?? {};
	const claims = objectsAt(set.spec, 'volumeClaimTemplates').map((claim) => {
		const name = textAt(claim, 'metadata', 'name') ?? '';
		return { name, persistentVolumeClaim: { claimName: `${name}-${pod}` } };
	});
	const spec = objectAt(template, 'spec');
	return { ...template, spec: { ...spec, volumes: [...objectsAt(spec, 'volumes'), ...claims] } };
}

/** Pods beyond the wanted number, and one outdated pod at a time while the updated ones are fine. */
function removeSurplus(world: World, set: KubeObject, revision: string): void {
	const pods = livePodsOf(world, set).sort((a, b) => indexOf(a) - indexOf(b));
	for (const pod of pods) if (indexOf(pod) >= replicasOf(set)) remove(world, pod);
	const outdated = pods.filter((pod) => revisionOf(pod) !== revision && indexOf(pod) < replicasOf(set));
	const updated = pods.filter((pod) => revisionOf(pod) === revision);
	const last = outdated.at(-1);
	if (last && updated.every(isReady)) remove(world, last);
}

function indexOf({ metadata }: KubeObject): number {
	return Number(metadata.name.split('-').at(-1));
}

function revisionOf({ metadata }: KubeObject): string | undefined {
	return metadata.labels?.[REVISION];
}
