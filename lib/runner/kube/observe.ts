import { isRecord, listAt, redact, textAt } from '@/lib/core';
import { podTemplateOf, type RenderedObject } from '../helm/documents';
import { eachLimited } from '../limit';
import type { KubeClient } from './client';
import { type CoreCollection, collection } from './discovery';
import { refusalOf } from './errors';
import type { KubeObject } from './schema';
import { type RolloutObjects, selectorText, WORKLOAD_KINDS } from './workloads';

const plurals: Record<string, CoreCollection> = {
	Deployment: 'deployments',
	StatefulSet: 'statefulsets',
	DaemonSet: 'daemonsets',
	ReplicaSet: 'replicasets',
	Job: 'jobs',
	Pod: 'pods',
};
const PARALLEL = 6;

/** Those of the rendered objects that start pods now. */
export function workloadsIn<T extends KubeObject>(objects: readonly T[]): T[] {
	return objects.filter((object) => WORKLOAD_KINDS.some((kind) => kind === object.kind));
}

/**
 * Read the live workloads with their ReplicaSets and pods; `events` also the namespace's events. `isCurrent` leaves
 * out a live object that is not yet (or no longer) the one being rolled out.
 */
export async function observe(
	kube: KubeClient,
	namespace: string,
	wanted: readonly RenderedObject[],
	options: { events: boolean; isCurrent?: (wanted: RenderedObject, live: KubeObject) => boolean },
): Promise<RolloutObjects> {
	const found = await eachLimited(wanted, PARALLEL, async (object) => {
		const plural = plurals[object.kind];
		const live = plural
			? await kube.find(`${collection(plural, object.metadata.namespace ?? namespace)}/${object.metadata.name}`)
			: null;
		return live && (options.isCurrent?.(object, live) ?? true) ? [{ ...live, kind: object.kind }] : [];
	});
	const workloads = found.flat();
	const [perWorkload, events] = await Promise.all([
		eachLimited(workloads, PARALLEL, (workload) =>
			dependents(kube, workload.metadata.namespace ?? namespace, workload),
		),
		options.events ? kube.list(collection('events', namespace)) : [],
	]);
	return {
		workloads,
		replicaSets: perWorkload.flatMap(({ replicaSets }) => replicaSets),
		pods: perWorkload.flatMap(({ pods }) => pods),
		events,
	};
}

/**
 * True when the live object carries the images and environment of the rendered one: until Helm has applied it, the
 * old object with its old troubles is still there and must not be blamed on this run.
 */
export function isApplied(rendered: RenderedObject, live: KubeObject): boolean {
	return fingerprint(rendered) === fingerprint(live);
}

/**
 * The last lines of the container a blocker is about: of the run that crashed, else of the current one. An empty list
 * when it never ran.
 */
export async function lastLogLines(
	kube: KubeClient,
	namespace: string,
	pod: string,
	container: string,
): Promise<string[]> {
	for (const previous of [true, false]) {
		try {
			const text = await kube.logs(namespace, pod, container, { lines: LOG_LINES, previous });
			// Before it is cut into lines and shortened: half a secret is a secret, too.
			const lines = redact(text)
				.split('\n')
				.filter((line) => line.trim() !== '');
			if (lines.length > 0) return lines.slice(-LOG_LINES).map((line) => line.slice(0, 1000));
		} catch (error) {
			// 400: there is no such run of the container; 404: the pod has just been replaced.
			const status = refusalOf(error)?.status;
			if (status !== 400 && status !== 404) throw error;
		}
	}
	return [];
}
const LOG_LINES = 20;

async function dependents(kube: KubeClient, namespace: string, workload: KubeObject) {
	if (workload.kind === 'Pod') return { replicaSets: [], pods: [] };
	const labels = isRecord(workload.spec) ? selectorText(workload.spec.selector) : '';
	const selector = labels === '' ? {} : { labels };
	const [replicaSets, pods] = await Promise.all([
		workload.kind === 'Deployment' ? kube.list(collection('replicasets', namespace), selector) : [],
		kube.list(collection('pods', namespace), selector),
	]);
	return { replicaSets, pods };
}

function fingerprint(object: KubeObject): string {
	const spec = podTemplateOf(object)?.spec;
	const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
	return JSON.stringify(
		containers.map((container) => [
			textAt(container, 'name'),
			textAt(container, 'image'),
			listAt(container, 'envFrom').map(
				(source) => textAt(source, 'configMapRef', 'name') ?? textAt(source, 'secretRef', 'name'),
			),
		]),
	);
}
