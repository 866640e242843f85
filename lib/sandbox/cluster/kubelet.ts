import { textAt } from '@/lib/core';
import { type Behaviour, type Fault, faultOf } from './behaviour';
import { type FindData, missingVolume, resolveEnvironment } from './environment';
import { objectsAt } from './json';
import { type KubeObject, timestamp } from './object';
import { podStatus, running, type Stage, terminated, waiting } from './pod-status';
import { finishPod } from './removal';
import type { World } from './world';
import { editObject } from './writes';

const LONGEST_BACK_OFF_MS = 60_000;
const NO_ROOM = '0/1 nodes are available: 1 Insufficient cpu.';

/** Plays scheduler and kubelet: leads every pod through its life, with the faults its images ask for. */
export class Kubelet {
	readonly #world: World;
	readonly #decide: ((pod: KubeObject) => Behaviour | undefined) | undefined;
	/** Pod uid → number of the start attempt that is valid: steps of an older attempt stop. */
	readonly #attempts = new Map<string, number>();
	/** Pods that wait for a ConfigMap or Secret to appear. */
	readonly #blocked = new Map<string, KubeObject>();
	/** Pod uid → container → environment, as it was when the containers started. */
	readonly #environments = new Map<string, Map<string, Record<string, string>>>();

	constructor(world: World, decide?: (pod: KubeObject) => Behaviour | undefined) {
		this.#world = world;
		this.#decide = decide;
	}

	/** Begin (again): pull, resolve the environment, run. */
	start(pod: KubeObject): void {
		const fault = faultOf(pod, this.#decide);
		const attempt = (this.#attempts.get(pod.metadata.uid) ?? 0) + 1;
		this.#attempts.set(pod.metadata.uid, attempt);
		this.#blocked.delete(pod.metadata.uid);
		this.#next(pod, 1, () => {
			if (fault?.behaviour === 'Unschedulable') this.#leaveUnscheduled(pod);
			else this.#create(pod, fault);
		});
	}

	/** After a restart of the cluster: finished and healthy pods stay, the others begin again. */
	resume(pod: KubeObject): void {
		if (pod.metadata.deletionTimestamp) this.stop(pod);
		else if (isReady(pod)) this.#takeEnvironments(pod);
		else if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') this.start(pod);
	}

	/** The pod was asked to end. */
	stop(pod: KubeObject): void {
		const container = textAt(objectsAt(pod.spec, 'containers')[0], 'name');
		this.#world.event(pod, { type: 'Normal', reason: 'Killing', message: `Stopping container ${container}` });
		this.#world.after(this.#world.timing.deleteMs, () => finishPod(this.#world.store, pod));
	}

	/** The pod is gone. */
	forget({ metadata }: KubeObject): void {
		this.#attempts.delete(metadata.uid);
		this.#blocked.delete(metadata.uid);
		this.#environments.delete(metadata.uid);
	}

	/** A ConfigMap or Secret was written: pods that lacked one try again. */
	retryBlocked(namespace: string | undefined): void {
		for (const pod of this.#blocked.values()) if (pod.metadata.namespace === namespace) this.start(pod);
	}

	/** The environment a container started with; undefined while it has not. */
	environmentOf(pod: KubeObject, container?: string): Record<string, string> | undefined {
		const name = container ?? textAt(objectsAt(pod.spec, 'containers')[0], 'name') ?? '';
		return this.#environments.get(pod.metadata.uid)?.get(name);
	}

	faultOf(pod: KubeObject): Fault | undefined {
		return faultOf(pod, this.#decide);
	}

	#create(pod: KubeObject, fault: Fault | undefined): void {
		if (!this.#report(pod, { phase: 'Pending', ready: false, state: waiting('ContainerCreating') })) return;
		const place = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to sandbox-node`;
		this.#world.event(pod, { type: 'Normal', reason: 'Scheduled', message: place, component: 'default-scheduler' });
		const image = imageOf(pod, fault?.container);
		this.#world.event(pod, { type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` });
		this.#next(pod, this.#world.timing.pullMs, () => {
			if (fault?.behaviour === 'ImagePullBackOff') this.#failToPull(pod, fault.container, image);
			else if (this.#mount(pod) && this.#configure(pod, fault)) this.#run(pod, fault);
		});
	}

	#failToPull(pod: KubeObject, focus: string, image: string): void {
		const message = `Failed to pull image "${image}": failed to resolve reference "${image}": not found`;
		if (!this.#report(pod, { phase: 'Pending', ready: false, focus, state: waiting('ErrImagePull', message) })) return;
		this.#world.event(pod, { type: 'Warning', reason: 'Failed', message });
		this.#next(pod, this.#world.timing.crashMs, () => {
			const backOff = `Back-off pulling image "${image}"`;
			this.#report(pod, { phase: 'Pending', ready: false, focus, state: waiting('ImagePullBackOff', backOff) });
			this.#world.event(pod, { type: 'Warning', reason: 'BackOff', message: backOff });
		});
	}

	/** @returns false when a volume's source is missing: the pod waits for it */
	#mount(pod: KubeObject): boolean {
		const message = missingVolume(pod, this.#finderFor(pod));
		if (message === undefined) return true;
		this.#blocked.set(pod.metadata.uid, pod);
		this.#world.event(pod, { type: 'Warning', reason: 'FailedMount', message });
		return false;
	}

	/** @returns false when a variable's source is missing: the pod waits for it */
	#configure(pod: KubeObject, fault: Fault | undefined): boolean {
		const told = fault?.behaviour === 'CreateContainerConfigError' ? fault.container : undefined;
		const missing = told ? { container: told, message: 'configmap "sandbox" not found' } : this.#takeEnvironments(pod);
		if (!missing) return true;
		this.#blocked.set(pod.metadata.uid, pod);
		const state = waiting('CreateContainerConfigError', missing.message);
		this.#report(pod, { phase: 'Pending', ready: false, focus: missing.container, state });
		this.#world.event(pod, { type: 'Warning', reason: 'Failed', message: `Error: ${missing.message}` });
		return false;
	}

	#run(pod: KubeObject, fault: Fault | undefined): void {
		const image = imageOf(pod, fault?.container);
		this.#world.event(pod, { type: 'Normal', reason: 'Pulled', message: `Successfully pulled image "${image}"` });
		const startedAt = timestamp();
		const { behaviour, container: focus } = fault ?? {};
		const crashes = behaviour === 'CrashLoopBackOff' || behaviour === 'OOMKilled' || behaviour === 'Fail';
		const endsByItself = textAt(pod.spec, 'restartPolicy') !== 'Always';
		if (crashes && !endsByItself) {
			this.#crash(pod, fault, 0);
			return;
		}
		const ready = endsByItself && behaviour !== 'NotReady';
		if (!this.#report(pod, { phase: 'Running', ready, focus, state: running(startedAt) })) return;
		const started = textAt(objectsAt(pod.spec, 'containers')[0], 'name');
		this.#world.event(pod, { type: 'Normal', reason: 'Started', message: `Started container ${started}` });
		if (behaviour === 'NotReady') {
			const message = 'Readiness probe failed: connection refused';
			this.#world.event(pod, { type: 'Warning', reason: 'Unhealthy', message });
		} else if (endsByItself)
			this.#next(pod, this.#world.timing.jobMs, () => this.#end(pod, crashes ? fault : undefined, startedAt));
		else {
			const stage: Stage = { phase: 'Running', ready: true, state: running(startedAt) };
			this.#next(pod, this.#world.timing.startMs, () => this.#report(pod, stage));
		}
	}

	#end(pod: KubeObject, fault: Fault | undefined, startedAt: string): void {
		const state = fault ? terminated(1, 'Error', startedAt) : terminated(0, 'Completed', startedAt);
		this.#report(pod, { phase: fault ? 'Failed' : 'Succeeded', ready: false, focus: fault?.container, state });
	}

	#crash(pod: KubeObject, fault: Fault | undefined, restarts: number): void {
		const focus = fault?.container;
		const [exitCode, reason] = fault?.behaviour === 'OOMKilled' ? [137, 'OOMKilled'] : [1, 'Error'];
		const lastState = terminated(exitCode, reason, timestamp());
		if (!this.#report(pod, { phase: 'Running', ready: false, focus, state: lastState, restarts })) return;
		this.#next(pod, this.#world.timing.crashMs, () => {
			const state = waiting('CrashLoopBackOff', `back-off restarting failed container=${focus}`);
			this.#report(pod, { phase: 'Running', ready: false, focus, state, restarts: restarts + 1, lastState });
			const message = `Back-off restarting failed container ${focus} in pod ${pod.metadata.name}`;
			this.#world.event(pod, { type: 'Warning', reason: 'BackOff', message });
			const pause = Math.min(this.#world.timing.crashMs * 2 ** (restarts + 2), LONGEST_BACK_OFF_MS);
			this.#next(pod, pause, () => this.#crash(pod, fault, restarts + 1));
		});
	}

	#leaveUnscheduled(pod: KubeObject): void {
		const lastTransitionTime = timestamp();
		const condition = {
			type: 'PodScheduled',
			status: 'False',
			reason: 'Unschedulable',
			message: NO_ROOM,
			lastTransitionTime,
		};
		editObject(this.#world.store, this.#targetOf(pod), (current) => {
			current.status = { phase: 'Pending', conditions: [condition] };
		});
		const text = { reason: 'FailedScheduling', message: NO_ROOM, component: 'default-scheduler' };
		this.#world.event(pod, { type: 'Warning', ...text });
	}

	/** Remember what every container starts with; or say what is missing. */
	#takeEnvironments(pod: KubeObject): { container: string; message: string } | undefined {
		const taken = new Map<string, Record<string, string>>();
		for (const container of [...objectsAt(pod.spec, 'initContainers'), ...objectsAt(pod.spec, 'containers')]) {
			const environment = resolveEnvironment(pod, container, this.#finderFor(pod));
			if (environment.kind === 'missing') return environment;
			taken.set(textAt(container, 'name') ?? '', environment.variables);
		}
		this.#environments.set(pod.metadata.uid, taken);
		return undefined;
	}

	#finderFor({ metadata }: KubeObject): FindData {
		const { store } = this.#world;
		return (kind, name) => store.peek(store.kinds.get('v1', kind), metadata.namespace, name);
	}

	/** Run `action` later if the pod still lives and nothing began it anew. */
	#next(pod: KubeObject, ms: number, action: () => void): void {
		const attempt = this.#attempts.get(pod.metadata.uid);
		this.#world.after(ms, () => {
			if (this.#attempts.get(pod.metadata.uid) === attempt && this.#isAlive(pod)) action();
		});
	}

	/** @returns false when the pod is gone or ending */
	#report(pod: KubeObject, stage: Stage): boolean {
		if (!this.#isAlive(pod)) return false;
		editObject(this.#world.store, this.#targetOf(pod), (current) => {
			current.status = podStatus(current, stage);
			if (current.spec) current.spec.nodeName = 'sandbox-node';
		});
		return true;
	}

	#isAlive(pod: KubeObject): boolean {
		const { kind, namespace, name } = this.#targetOf(pod);
		const current = this.#world.store.peek(kind, namespace, name);
		return current?.metadata.uid === pod.metadata.uid && !current.metadata.deletionTimestamp;
	}

	#targetOf(pod: KubeObject) {
		const { namespace, name } = pod.metadata;
		return { kind: this.#world.store.kindOf(pod), namespace, name };
	}
}

export function isReady(pod: KubeObject): boolean {
	const conditions = objectsAt(pod.status, 'conditions');
	const holds = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
	return holds && !pod.metadata.deletionTimestamp;
}

function imageOf(pod: KubeObject, container: string | undefined): string {
	const all = [...objectsAt(pod.spec, 'initContainers'), ...objectsAt(pod.spec, 'containers')];
	const found = all.find((candidate) => candidate.name === container) ?? objectsAt(pod.spec, 'containers')[0];
	return textAt(found, 'image') ?? '';
}
