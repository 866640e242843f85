import type { JsonObject } from './json';
import { apiVersionOf, type Kind, KindRegistry, resourceKey } from './kinds';
import type { KubeObject } from './object';
import type { Match } from './selectors';
import { notFound } from './status-error';

/** One change, in the order of `resourceVersion`. `previous` is the object before it, if there was one. */
export type Change = {
	type: 'ADDED' | 'MODIFIED' | 'DELETED';
	resourceVersion: number;
	resource: string;
	object: KubeObject;
	previous: KubeObject | undefined;
};

/** Watches that start from an older version than this many changes ago are told to list again (410). */
const CHANGES_KEPT = 20_000;
const FIRST_VERSION = 1000;

/**
 * The objects of the cluster, and the one counter that orders their changes. It knows nothing about defaults, rights or
 * behaviour: `writes.ts` and `removal.ts` decide what may be written. Stored objects are frozen.
 */
export class ObjectStore {
	readonly kinds = new KindRegistry();
	readonly #tables = new Map<string, Map<string, KubeObject>>();
	/** Owner uid → the objects it owns: garbage collection and controllers would otherwise scan everything. */
	readonly #owned = new Map<string, Set<KubeObject>>();
	readonly #listeners = new Set<(change: Change) => void>();
	#changes: Change[] = [];
	#resourceVersion = FIRST_VERSION;
	/** Changes up to and including this version are forgotten. */
	#forgotten = FIRST_VERSION;

	get resourceVersion(): number {
		return this.#resourceVersion;
	}

	/** The stored object, or undefined. Frozen: clone before changing. */
	peek(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined {
		return this.#tables.get(resourceKey(kind))?.get(keyOf(kind, namespace, name));
	}

	/** @throws {StatusError} 404 */
	get(kind: Kind, namespace: string | undefined, name: string): KubeObject {
		const object = this.peek(kind, namespace, name);
		if (!object) throw notFound(kind, name);
		return inVersion(kind, object);
	}

	/** Every object of the kind, by namespace and name; `namespace` undefined means all namespaces. */
	list(kind: Kind, namespace?: string, match: Match = () => true): KubeObject[] {
		const found: KubeObject[] = [];
		for (const object of this.#tables.get(resourceKey(kind))?.values() ?? []) {
			if (namespace && object.metadata.namespace !== namespace) continue;
			if (match(object)) found.push(inVersion(kind, object));
		}
		return found.sort(
			(a, b) => compare(a.metadata.namespace, b.metadata.namespace) || compare(a.metadata.name, b.metadata.name),
		);
	}

	/** The objects that name `owner` in their ownerReferences. */
	ownedBy(owner: KubeObject): KubeObject[] {
		return [...(this.#owned.get(owner.metadata.uid) ?? [])];
	}

	kindOf(object: KubeObject): Kind {
		return this.kinds.get(object.apiVersion, object.kind);
	}

	/** Store a new state of an object (taking ownership of it) under the next resourceVersion, and tell the listeners. */
	put(kind: Kind, object: KubeObject): KubeObject {
		const { namespace, name } = object.metadata;
		const previous = this.peek(kind, namespace, name);
		object.metadata.resourceVersion = String(++this.#resourceVersion);
		this.#keep(kind, deepFreeze(object));
		this.#announce({ type: previous ? 'MODIFIED' : 'ADDED', kind, object, previous });
		return object;
	}

	/** Forget an object. A deletion has its own resourceVersion, which the last event carries. */
	drop(kind: Kind, object: KubeObject): KubeObject {
		const { namespace, name } = object.metadata;
		const previous = this.peek(kind, namespace, name);
		const last = structuredClone(object);
		last.metadata.resourceVersion = String(++this.#resourceVersion);
		this.#tables.get(resourceKey(kind))?.delete(keyOf(kind, namespace, name));
		if (previous) this.#unlink(previous);
		this.#announce({ type: 'DELETED', kind, object: deepFreeze(last), previous });
		return last;
	}

	subscribe(listener: (change: Change) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** The changes after a version, or undefined when they are no longer known (410 Gone). */
	changesSince(resourceVersion: number): Change[] | undefined {
		if (resourceVersion < this.#forgotten || resourceVersion > this.#resourceVersion) return undefined;
		return this.#changes.filter((change) => change.resourceVersion > resourceVersion);
	}

	/** Everything stored, for the state file. */
	everything(): { resourceVersion: number; objects: KubeObject[] } {
		const objects = [...this.#tables.values()].flatMap((table) => [...table.values()]);
		return { resourceVersion: this.#resourceVersion, objects };
	}

	/** Take over what `everything` gave, into an empty store and without telling anybody. */
	restore(resourceVersion: number, objects: readonly KubeObject[]): void {
		// Definitions first: the kinds of the other objects may come from them.
		const definitions = objects.filter((object) => object.kind === 'CustomResourceDefinition');
		for (const definition of definitions) this.kinds.register(definition);
		for (const object of objects) this.#keep(this.kindOf(object), deepFreeze(object));
		this.#resourceVersion = resourceVersion;
		this.#forgotten = resourceVersion;
	}

	#keep(kind: Kind, object: KubeObject): void {
		const key = keyOf(kind, object.metadata.namespace, object.metadata.name);
		const table = this.#tables.get(resourceKey(kind)) ?? new Map<string, KubeObject>();
		this.#tables.set(resourceKey(kind), table);
		const previous = table.get(key);
		if (previous) this.#unlink(previous);
		table.set(key, object);
		for (const { uid } of object.metadata.ownerReferences ?? []) {
			const siblings = this.#owned.get(uid) ?? new Set();
			this.#owned.set(uid, siblings.add(object));
		}
	}

	#unlink(object: KubeObject): void {
		for (const { uid } of object.metadata.ownerReferences ?? []) {
			const siblings = this.#owned.get(uid);
			siblings?.delete(object);
			if (siblings?.size === 0) this.#owned.delete(uid);
		}
	}

	#announce({ type, kind, object, previous }: Pick<Change, 'type' | 'object' | 'previous'> & { kind: Kind }): void {
		const change: Change = {
			type,
			resource: resourceKey(kind),
			resourceVersion: this.#resourceVersion,
			object,
			previous,
		};
		this.#changes.push(change);
		// Cut in large steps: moving the whole list on every change would be quadratic.
		if (this.#changes.length > CHANGES_KEPT * 1.2) {
			this.#forgotten = this.#changes[this.#changes.length - CHANGES_KEPT - 1]?.resourceVersion ?? this.#forgotten;
			this.#changes = this.#changes.slice(-CHANGES_KEPT);
		}
		if (kind.kind === 'CustomResourceDefinition') {
			if (type === 'DELETED') this.kinds.unregister(object);
			else this.kinds.register(object);
		}
		for (const listener of [...this.#listeners]) listener(change);
	}
}

/** The object in the version it was asked for: versions of a custom resource share their storage. */
export function inVersion(kind: Kind, object: KubeObject): KubeObject {
	const apiVersion = apiVersionOf(kind);
	return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function keyOf(kind: Kind, namespace: string | undefined, name: string): string {
	return kind.namespaced ? `${namespace}/${name}` : name;
}

function compare(a = '', b = ''): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** Also freezes members that are frozen already on top: a new object may share parts with its predecessor. */
function deepFreeze<T extends JsonObject | KubeObject>(value: T): T {
	if (Object.isFrozen(value)) return value;
	Object.freeze(value);
	for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeBelow(member);
	return value;
}

function freezeBelow(value: object): void {
	if (Object.isFrozen(value)) return;
	Object.freeze(value);
	for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeBelow(member);
}
