import { setTimeout as delay } from 'node:timers/promises';
import type { Blocker } from '@/lib/contracts/runner';
import { type Clock, messageOf } from '@/lib/core';
import type { RenderedObject } from '../helm/documents';
import { findBlocker, withLogs } from './blocker';
import type { KubeClient } from './client';
import { collection } from './discovery';
import { isApplied, lastLogLines, observe, workloadsIn } from './observe';
import type { KubeObject } from './schema';

export type RolloutOptions = {
	kube: KubeClient;
	namespace: string;
	/** Keys of the contract, to tell which answer a message is about. */
	keys: readonly string[];
	patienceMs: number;
	clock: Clock;
	/** A blocker appeared, changed or went away. */
	onBlocker: (blocker: Blocker | null) => void;
	/** A hopeless blocker has lasted longer than the patience. Called once. */
	onHopeless: (blocker: Blocker) => void;
	onTrouble: (sentence: string) => void;
};

export type RolloutWatch = {
	/** What Helm is about to apply; the watch looks at nothing before. */
	expect(objects: readonly RenderedObject[]): void;
	stop(): Promise<void>;
	/** After the run: name what is not ready, with the last log lines. */
	diagnose(): Promise<Blocker | null>;
};

const INTERVAL_MS = 500;
/** Events cost the most and change the least. */
const EVENTS_EVERY = 4;

/** Watch a rollout beside Helm, whose own message names neither pod nor image (facts: helm.md section 3.1). */
export function watchRollout(options: RolloutOptions): RolloutWatch {
	const { kube, namespace, keys, clock } = options;
	const ending = new AbortController();
	let workloads: RenderedObject[] = [];
	let oldHooks: Promise<Set<string>> = Promise.resolve(new Set());
	let shown = '';
	let hopeless: { key: string; since: number } | null = null;

	async function look(events: boolean, settled: boolean): Promise<Blocker | null> {
		const before = await oldHooks;
		const isCurrent = (rendered: RenderedObject, live: KubeObject) =>
			isApplied(rendered, live) && !before.has(live.metadata.uid ?? '');
		let objects = await observe(kube, namespace, workloads, { events, isCurrent });
		let blocker = findBlocker(objects, { keys, settled });
		if (!events && blocker) {
			// The reason behind a back-off stands in the events only.
			objects = { ...objects, events: await kube.list(collection('events', namespace)) };
			blocker = findBlocker(objects, { keys, settled });
		}
		return blocker;
	}

	async function evidence(blocker: Blocker): Promise<Blocker> {
		if (!blocker.pod || !blocker.container || NEVER_RAN.includes(blocker.reason)) return blocker;
		return withLogs(blocker, await lastLogLines(kube, namespace, blocker.pod, blocker.container), keys);
	}

	async function report(found: Blocker | null): Promise<void> {
		const key = found ? [found.workload, found.pod, found.container, found.reason, found.terminal].join('/') : '';
		if (key !== shown) {
			shown = key;
			options.onBlocker(found && (await evidence(found)));
		}
		if (!found?.terminal) {
			hopeless = null;
			return;
		}
		// The reason alternates (ErrImagePull, ImagePullBackOff) and pods are replaced; the place stays.
		const place = `${found.workload}/${found.container}`;
		const now = clock().getTime();
		if (hopeless?.key !== place) hopeless = { key: place, since: now };
		if (now - hopeless.since >= options.patienceMs && !ending.signal.aborted) {
			ending.abort();
			options.onHopeless(await evidence(found));
		}
	}

	async function loop(): Promise<void> {
		let troubled = false;
		for (let tick = 0; !ending.signal.aborted; tick++) {
			await delay(INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => {});
			if (ending.signal.aborted || workloads.length === 0) continue;
			try {
				await report(await look(tick % EVENTS_EVERY === 0, false));
				troubled = false;
			} catch (error) {
				// Helm itself keeps trying while the API server is away; so does the watch, saying it once.
				if (!troubled) options.onTrouble(`The rollout cannot be watched right now: ${messageOf(error)}`);
				troubled = true;
			}
		}
	}
	const running = loop();

	return {
		expect: (objects) => {
			workloads = workloadsIn(objects);
			const hooks = workloads.filter((object) => object.hooks.length > 0);
			oldHooks = leftoverHooks(kube, namespace, hooks).catch((error: unknown) => {
				// Without knowing the old ones, hooks cannot be judged; Helm itself notices a failed hook.
				workloads = workloads.filter((object) => object.hooks.length === 0);
				options.onTrouble(`Hooks are not watched: ${messageOf(error)}`);
				return new Set<string>();
			});
		},
		stop: async () => {
			ending.abort();
			await running;
		},
		diagnose: async () => {
			const found = workloads.length > 0 ? await look(true, true) : null;
			return found && (await evidence(found));
		},
	};
}

const NEVER_RAN = [
	'ImagePullBackOff',
	'ErrImagePull',
	'InvalidImageName',
	'ErrImageNeverPull',
	'CreateContainerConfigError',
	'Unschedulable',
	'FailedCreate',
	'FailedMount',
	'FailedAttachVolume',
];

/** A failed hook Job of an earlier run may still stand there under the same name. */
async function leftoverHooks(
	kube: KubeClient,
	namespace: string,
	hooks: readonly RenderedObject[],
): Promise<Set<string>> {
	if (hooks.length === 0) return new Set();
	const { workloads } = await observe(kube, namespace, hooks, { events: false });
	return new Set(workloads.flatMap(({ metadata }) => metadata.uid ?? []));
}
