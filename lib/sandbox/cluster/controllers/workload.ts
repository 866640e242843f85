import { createHash } from 'node:crypto';
import { canonicalJson } from '@/lib/digest';
import { type JsonObject, numberAt, objectAt, objectsAt, sameJson, textsAt } from '../json';
import { isReady } from '../kubelet';
import { type KubeObject, ownerReferenceTo, timestamp } from '../object';
import { removeObject } from '../removal';
import { StatusError } from '../status-error';
import type { World } from '../world';
import { createObject, editObject } from '../writes';

/** What the controllers have in common: pods from a template, counting them, writing status. */

export function podsOf({ store }: World, owner: KubeObject): KubeObject[] {
	return store.ownedBy(owner).filter((object) => object.kind === 'Pod');
}

/** The pods that are not on their way out. */
export function livePodsOf(world: World, owner: KubeObject): KubeObject[] {
	return podsOf(world, owner).filter(({ metadata }) => !metadata.deletionTimestamp);
}

export function countReady(pods: readonly KubeObject[]): number {
	return pods.filter(isReady).length;
}

export function replicasOf(workload: KubeObject): number {
	return numberAt(workload, 'spec', 'replicas') ?? 1;
}

/** Names the content of a pod template, as `pod-template-hash` and `controller-revision-hash` do. */
export function templateHash(workload: KubeObject): string {
	const template = canonicalJson(objectAt(workload, 'spec', 'template') ?? {});
	return createHash('sha256').update(template).digest('hex').slice(0, 10);
}

type PodWish = { name: string; labels?: Record<string, string>; template?: JsonObject };

/** Create a pod owned by `owner` from its template, unless the namespace is going away. */
export function createPod(world: World, owner: KubeObject, { name, labels, template }: PodWish): void {
	const source = template ?? objectAt(owner, 'spec', 'template') ?? {};
	createOwned(world, owner, 'v1', 'Pod', {
		metadata: {
			name,
			labels: { ...textsAt(source, 'metadata', 'labels'), ...labels },
			annotations: textsAt(source, 'metadata', 'annotations'),
		},
		spec: objectAt(source, 'spec') ?? {},
	});
}

/**
 * Create an object owned by `owner` in its namespace. Nothing happens when the namespace is terminating or the name is
 * taken; what the API refuses becomes an event on the owner, as on a real cluster.
 */
export function createOwned(
	{ store, event }: World,
	owner: KubeObject,
	apiVersion: string,
	kindName: string,
	input: { metadata: JsonObject; spec: JsonObject },
): void {
	const kind = store.kinds.get(apiVersion, kindName);
	const { namespace } = owner.metadata;
	const home = store.peek(store.kinds.get('v1', 'Namespace'), undefined, namespace ?? '');
	if (!home || home.metadata.deletionTimestamp || store.peek(kind, namespace, String(input.metadata.name))) return;
	const metadata = { ...input.metadata, ownerReferences: [ownerReferenceTo(owner)] };
	try {
		createObject(store, { kind, namespace }, { ...input, metadata });
	} catch (error) {
		if (!(error instanceof StatusError)) throw error;
		const message = `Error creating: ${error.message}`;
		event(owner, {
			type: 'Warning',
			reason: 'FailedCreate',
			message,
			component: `${owner.kind.toLowerCase()}-controller`,
		});
	}
}

export function remove({ store }: World, object: KubeObject): void {
	const kind = store.kindOf(object);
	const { namespace, name } = object.metadata;
	if (store.peek(kind, namespace, name)) removeObject(store, { kind, namespace, name });
}

/** Scale another controller's object; a spec change raises the generation. */
export function scale(world: World, object: KubeObject, replicas: number): void {
	if (replicasOf(object) === replicas) return;
	edit(world, object, (current) => {
		current.spec = { ...current.spec, replicas };
		current.metadata.generation = (current.metadata.generation ?? 0) + 1;
	});
}

export function annotate(world: World, object: KubeObject, annotations: Record<string, string>): void {
	edit(world, object, ({ metadata }) => {
		metadata.annotations = { ...metadata.annotations, ...annotations };
	});
}

export function writeStatus(world: World, object: KubeObject, status: JsonObject): void {
	edit(world, object, (current) => {
		current.status = status;
	});
}

export type ConditionText = { type: string; status: boolean; reason: string; message: string };

/** The conditions with one set; an unchanged one keeps its times. */
export function withCondition(
	conditions: readonly JsonObject[],
	{ status: holds, ...text }: ConditionText,
): JsonObject[] {
	const status = holds ? 'True' : 'False';
	const known = conditions.find(({ type }) => type === text.type);
	const now = timestamp();
	const next = { ...text, status, lastUpdateTime: now, lastTransitionTime: now };
	if (!known) return [...conditions, next];
	const sameText = sameJson(known.reason, text.reason) && sameJson(known.message, text.message);
	if (known.status === status && sameText) return [...conditions];
	const since = known.status === status ? known.lastTransitionTime : now;
	return conditions.map((condition) => (condition === known ? { ...next, lastTransitionTime: since } : condition));
}

export function conditionsOf(object: KubeObject): JsonObject[] {
	return objectsAt(object.status, 'conditions');
}

function edit({ store }: World, object: KubeObject, change: (current: KubeObject) => void): void {
	const { namespace, name } = object.metadata;
	editObject(store, { kind: store.kindOf(object), namespace, name }, change);
}
