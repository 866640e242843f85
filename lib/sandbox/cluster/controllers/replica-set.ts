import { isReady } from '../kubelet';
import { type KubeObject, nameSuffix } from '../object';
import type { World } from '../world';
import { countReady, createPod, livePodsOf, remove, replicasOf, writeStatus } from './workload';

/** Keeps the wanted number of pods; surplus pods go unready first. */
export function reconcileReplicaSet(world: World, set: KubeObject): void {
	const wanted = replicasOf(set);
	const before = livePodsOf(world, set);
	for (let missing = wanted - before.length; missing > 0; missing--) {
		createPod(world, set, { name: `${set.metadata.name}-${nameSuffix()}` });
	}
	const leastReadyFirst = [...before].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
	for (const pod of leastReadyFirst.slice(0, Math.max(0, before.length - wanted))) remove(world, pod);

	const pods = livePodsOf(world, set);
	const ready = countReady(pods);
	writeStatus(world, set, {
		observedGeneration: set.metadata.generation,
		replicas: pods.length,
		fullyLabeledReplicas: pods.length,
		readyReplicas: ready,
		availableReplicas: ready,
	});
}
