import { textAt } from '@/lib/core';
import type { Kind } from './kinds';
import { type KubeObject, timestamp } from './object';
import { preconditionFailed } from './status-error';
import type { ObjectStore } from './store';

/** The part of `meta/v1 DeleteOptions` that matters here. Foreground deletion behaves like background. */
export type DeleteOptions = {
	gracePeriodSeconds?: number;
	propagationPolicy?: string;
	uid?: string;
	resourceVersion?: string;
	dryRun?: boolean;
};

export type Removed = { object: KubeObject; gone: boolean };

/**
 * DELETE: remove an object and, in the background, what it owns. Pods, namespaces and objects with finalizers are only
 * marked (`gone: false`); the simulator, the namespace's emptiness or the last finalizer finish them.
 * @throws {StatusError} 404, 409 when a precondition fails
 */
export function removeObject(
	store: ObjectStore,
	{ kind, namespace, name }: { kind: Kind; namespace: string | undefined; name: string },
	options: DeleteOptions = {},
): Removed {
	const object = store.get(kind, namespace, name);
	const { metadata } = object;
	if (options.uid && options.uid !== metadata.uid) throw preconditionFailed('UID', options.uid, metadata.uid);
	if (options.resourceVersion && options.resourceVersion !== metadata.resourceVersion) {
		throw preconditionFailed('ResourceVersion', options.resourceVersion, metadata.resourceVersion);
	}
	if (options.dryRun) return { object, gone: true };
	if (options.propagationPolicy === 'Orphan') disown(store, object);
	if (!waits(object, options)) {
		finish(store, kind, object);
		return { object, gone: true };
	}
	if (metadata.deletionTimestamp) return { object, gone: false };
	const marked = structuredClone(object);
	marked.metadata.deletionTimestamp = timestamp();
	marked.metadata.deletionGracePeriodSeconds = object.kind === 'Pod' ? (options.gracePeriodSeconds ?? 30) : 0;
	if (object.kind === 'Namespace') marked.status = { phase: 'Terminating' };
	return { object: store.put(kind, marked), gone: false };
}

/** If `next` is marked for deletion and its last finalizer is gone, remove it and return its last state. */
export function finishIfReleased(store: ObjectStore, kind: Kind, next: KubeObject): KubeObject | undefined {
	const { deletionTimestamp, finalizers } = next.metadata;
	if (!deletionTimestamp || (finalizers ?? []).length > 0 || next.kind === 'Pod' || next.kind === 'Namespace')
		return undefined;
	return finish(store, kind, next);
}

/** The kubelet has stopped the containers of a terminating pod. */
export function finishPod(store: ObjectStore, pod: KubeObject): void {
	const kind = store.kindOf(pod);
	const { namespace, name, uid } = pod.metadata;
	const current = store.peek(kind, namespace, name);
	if (current?.metadata.uid === uid) finish(store, kind, current);
}

/** Empty every terminating namespace and remove those that are empty. Call again when something in one is gone. */
export function reapNamespaces(store: ObjectStore): void {
	const namespaces = store.kinds.get('v1', 'Namespace');
	for (const namespace of store.list(
		namespaces,
		undefined,
		({ metadata }) => metadata.deletionTimestamp !== undefined,
	)) {
		const home = namespace.metadata.name;
		const kinds = store.kinds.all().filter((kind) => kind.namespaced);
		const contents = kinds.flatMap((kind) => store.list(kind, home).map((object) => ({ kind, object })));
		for (const { kind, object } of contents) {
			const target = { kind, namespace: home, name: object.metadata.name };
			if (store.peek(kind, home, target.name)) removeObject(store, target);
		}
		const isEmpty = kinds.every((kind) => store.list(kind, home).length === 0);
		if (isEmpty) store.drop(namespaces, namespace);
	}
}

function waits({ kind, metadata, status }: KubeObject, { gracePeriodSeconds }: DeleteOptions): boolean {
	if ((metadata.finalizers ?? []).length > 0 || kind === 'Namespace') return true;
	const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
	return kind === 'Pod' && gracePeriodSeconds !== 0 && !hasEnded;
}

function finish(store: ObjectStore, kind: Kind, object: KubeObject): KubeObject {
	if (object.kind === 'CustomResourceDefinition') removeInstances(store, object);
	const last = store.drop(kind, object);
	// Later, like the real garbage collector: the client gets its answer first.
	setImmediate(() => {
		for (const child of store.ownedBy(object)) collect(store, child);
		reapNamespaces(store);
	});
	return last;
}

function collect(store: ObjectStore, child: KubeObject): void {
	const { namespace, name } = child.metadata;
	const kind = store.kinds.findByName(child.apiVersion, child.kind);
	if (kind && store.peek(kind, namespace, name)) removeObject(store, { kind, namespace, name });
}

/** With its definition, a custom resource loses its kind, so its objects go first. */
function removeInstances(store: ObjectStore, definition: KubeObject): void {
	const plural = textAt(definition, 'spec', 'names', 'plural');
	const group = textAt(definition, 'spec', 'group');
	const kind = store.kinds.all().find((known) => known.custom && known.group === group && known.plural === plural);
	if (!kind) return;
	for (const object of store.list(kind)) store.drop(kind, object);
}

function disown(store: ObjectStore, owner: KubeObject): void {
	for (const child of store.ownedBy(owner)) {
		const free = structuredClone(child);
		const others = free.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid);
		store.put(store.kindOf(child), { ...free, metadata: { ...free.metadata, ownerReferences: others } });
	}
}
