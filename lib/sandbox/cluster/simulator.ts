import type { Behaviour } from './behaviour';
import { reconcileDaemonSet } from './controllers/daemon-set';
import { reconcileDeployment } from './controllers/deployment';
import { reconcileJob } from './controllers/job';
import { reconcileReplicaSet } from './controllers/replica-set';
import { reconcileAddress, reconcileBudget, reconcileClaim } from './controllers/simple';
import { reconcileStatefulSet } from './controllers/stateful-set';
import { recordEvent } from './events';
import { Kubelet } from './kubelet';
import type { KubeObject } from './object';
import { reapNamespaces } from './removal';
import type { Change, ObjectStore } from './store';
import type { Timing, World } from './world';
import { createObject } from './writes';

const reconcilers: Record<string, (world: World, object: KubeObject) => void> = {
	Deployment: reconcileDeployment,
	ReplicaSet: reconcileReplicaSet,
	StatefulSet: reconcileStatefulSet,
	DaemonSet: reconcileDaemonSet,
	Job: reconcileJob,
	PersistentVolumeClaim: reconcileClaim,
	Service: reconcileAddress,
	Ingress: reconcileAddress,
	PodDisruptionBudget: reconcileBudget,
};

export type SimulatorOptions = {
	store: ObjectStore;
	timing: Timing;
	decide?: (pod: KubeObject) => Behaviour | undefined;
	/** A mistake of ours in some later step; it must not take the whole process down. */
	onError: (error: unknown) => void;
};

/** How long several reasons to look at one object are gathered. */
const GATHER_MS = 1;

/** Stands in for the controller manager: turns every change in the store into the work it causes. */
export class Simulator {
	readonly kubelet: Kubelet;
	readonly #world: World;
	readonly #timers = new Set<NodeJS.Timeout>();
	readonly #queued = new Set<string>();
	readonly #unsubscribe: () => void;
	readonly #onError: (error: unknown) => void;

	constructor({ store, timing, decide, onError }: SimulatorOptions) {
		this.#onError = onError;
		this.#world = {
			store,
			timing,
			after: (ms, action) => this.#after(ms, action),
			requeue: (object, ms) => this.#requeue(object, ms),
			event: (object, text) => recordEvent(store, object, text),
		};
		this.kubelet = new Kubelet(this.#world, decide);
		this.#unsubscribe = store.subscribe((change) => this.#onChange(change));
	}

	/** Take up the work that a restored state implies. */
	resume(): void {
		const { store } = this.#world;
		for (const object of store.everything().objects) {
			if (object.kind === 'Pod') this.kubelet.resume(object);
			else this.#requeue(object);
		}
		this.#after(GATHER_MS, () => reapNamespaces(store));
	}

	stop(): void {
		this.#unsubscribe();
		for (const timer of this.#timers) clearTimeout(timer);
		this.#timers.clear();
	}

	#onChange(change: Change): void {
		const { object, type } = change;
		if (object.kind === 'Namespace') this.#onNamespace(change);
		else if (object.kind === 'Pod') this.#onPod(change);
		else if (object.kind === 'Secret' || object.kind === 'ConfigMap') {
			if (type !== 'DELETED') this.kubelet.retryBlocked(object.metadata.namespace);
		} else if (type !== 'DELETED') this.#requeue(object);
		this.#requeueOwners(object);
	}

	#onNamespace({ type, object }: Change): void {
		const { store, timing } = this.#world;
		if (type === 'ADDED') this.#after(0, () => seedNamespace(store, object.metadata.name));
		else if (type === 'MODIFIED' && object.metadata.deletionTimestamp) {
			this.#after(timing.deleteMs, () => reapNamespaces(store));
		}
	}

	#onPod({ type, object, previous }: Change): void {
		if (type === 'ADDED') this.kubelet.start(object);
		else if (type === 'DELETED') this.kubelet.forget(object);
		else if (object.metadata.deletionTimestamp && !previous?.metadata.deletionTimestamp) this.kubelet.stop(object);
	}

	#requeueOwners({ metadata }: KubeObject): void {
		const { store } = this.#world;
		for (const { apiVersion, kind: kindName, name } of metadata.ownerReferences ?? []) {
			const kind = store.kinds.findByName(apiVersion, kindName);
			const owner = kind && store.peek(kind, metadata.namespace, name);
			if (owner) this.#requeue(owner);
		}
	}

	#requeue(object: KubeObject, ms = GATHER_MS): void {
		const reconcile = reconcilers[object.kind];
		if (!reconcile) return;
		const { store } = this.#world;
		const { uid, namespace, name } = object.metadata;
		// Only the immediate wishes are gathered: a deadline must not swallow them.
		const isSoon = ms === GATHER_MS;
		if (isSoon && this.#queued.has(uid)) return;
		if (isSoon) this.#queued.add(uid);
		this.#after(ms, () => {
			this.#queued.delete(uid);
			const current = store.peek(store.kindOf(object), namespace, name);
			if (current?.metadata.uid === uid && !current.metadata.deletionTimestamp) reconcile(this.#world, current);
		});
	}

	#after(ms: number, action: () => void): void {
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			try {
				action();
			} catch (error) {
				this.#onError(error);
			}
		}, ms);
		this.#timers.add(timer);
		timer.unref();
	}
}

/** What every namespace has from the start. */
function seedNamespace(store: ObjectStore, namespace: string): void {
	const home = store.peek(store.kinds.get('v1', 'Namespace'), undefined, namespace);
	if (!home || home.metadata.deletionTimestamp) return;
	const seeds = [
		{ kind: store.kinds.get('v1', 'ServiceAccount'), input: { metadata: { name: 'default' } } },
		{
			kind: store.kinds.get('v1', 'ConfigMap'),
			input: { metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\n' } },
		},
	];
	for (const { kind, input } of seeds) {
		if (!store.peek(kind, namespace, input.metadata.name)) createObject(store, { kind, namespace }, input);
	}
}
