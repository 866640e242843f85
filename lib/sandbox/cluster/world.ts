import type { EventText } from './events';
import type { KubeObject } from './object';
import type { ObjectStore } from './store';

/** How long the pretend machinery takes, in milliseconds. */
export type Timing = {
	/** Scheduling and pulling an image. */
	pullMs: number;
	/** From running to ready. */
	startMs: number;
	/** A Job's pod, from running to done. */
	jobMs: number;
	/** Stopping a pod. */
	deleteMs: number;
	/** Between a crash (or a failed pull) and the back-off, doubled each time. */
	crashMs: number;
	/** Overrides every Deployment's `progressDeadlineSeconds`; 0 leaves it. */
	progressDeadlineMs: number;
};

export const defaultTiming: Timing = {
	pullMs: 150,
	startMs: 200,
	jobMs: 300,
	deleteMs: 100,
	crashMs: 400,
	progressDeadlineMs: 0,
};

/** What the kubelet and the controllers work with. */
export type World = {
	store: ObjectStore;
	timing: Timing;
	/** Run later, unless the cluster stops first. */
	after: (ms: number, action: () => void) => void;
	/** Look at an object again; several wishes within a moment become one. */
	requeue: (object: KubeObject, ms?: number) => void;
	event: (object: KubeObject, text: EventText) => void;
};
