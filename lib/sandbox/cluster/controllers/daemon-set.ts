import { type KubeObject, nameSuffix } from '../object';
import type { World } from '../world';
import { countReady, createPod, livePodsOf, remove, templateHash, writeStatus } from './workload';

const REVISION = 'controller-revision-hash';

/** One pod for the one node, replaced when the template changes. */
export function reconcileDaemonSet(world: World, set: KubeObject): void {
	const hash = templateHash(set);
	const pods = livePodsOf(world, set);
	const current = pods.filter(({ metadata }) => metadata.labels?.[REVISION] === hash);
	if (pods.length === 0)
		createPod(world, set, { name: `${set.metadata.name}-${nameSuffix()}`, labels: { [REVISION]: hash } });
	for (const pod of pods) if (!current.includes(pod)) remove(world, pod);
	const ready = countReady(current);
	writeStatus(world, set, {
		observedGeneration: set.metadata.generation,
		desiredNumberScheduled: 1,
		currentNumberScheduled: Math.min(1, pods.length),
		updatedNumberScheduled: current.length,
		numberReady: ready,
		numberAvailable: ready,
		numberMisscheduled: 0,
	});
}
