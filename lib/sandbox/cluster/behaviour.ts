import { textAt } from '@/lib/core';
import { objectsAt } from './json';
import type { KubeObject } from './object';

/** How a pod turns out. `Fail` exits with 1; everything else is named after what `kubectl get pods` shows. */
const behaviours = [
	'ok',
	'ImagePullBackOff',
	'CrashLoopBackOff',
	'CreateContainerConfigError',
	'OOMKilled',
	'Unschedulable',
	'NotReady',
	'Fail',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** What goes wrong, and in which container. */
export type Fault = { behaviour: Exclude<Behaviour, 'ok'>; container: string };

/** Pod annotation that overrides what the image name says. */
export const BEHAVIOUR_ANNOTATION = 'sandbox.packyard.dev/behaviour';

/** A word in the image reference decides: `ghcr.io/khal-os/notes:crashloop` crashes, `…/does-not-exist:1` cannot be pulled. */
const triggers: readonly (readonly [RegExp, Fault['behaviour']])[] = [
	[word('does-?not-?exist|no-?such|missing|bad-?image|nope'), 'ImagePullBackOff'],
	[word('crash(?:loop)?|broken'), 'CrashLoopBackOff'],
	[word('oom(?:-?killed)?'), 'OOMKilled'],
	[word('fail(?:ing)?'), 'Fail'],
	[word('never-?ready|hang'), 'NotReady'],
	[word('unschedulable'), 'Unschedulable'],
];

/** The first fault of a pod, in the order its containers start; undefined when it will be fine. */
export function faultOf(pod: KubeObject, decide?: (pod: KubeObject) => Behaviour | undefined): Fault | undefined {
	const main = textAt(objectsAt(pod.spec, 'containers')[0], 'name') ?? '';
	const told = decide?.(pod) ?? annotated(pod);
	if (told !== undefined) return told === 'ok' ? undefined : { behaviour: told, container: main };
	for (const container of [...objectsAt(pod.spec, 'initContainers'), ...objectsAt(pod.spec, 'containers')]) {
		const image = textAt(container, 'image') ?? '';
		const trigger = triggers.find(([pattern]) => pattern.test(image));
		if (trigger) return { behaviour: trigger[1], container: textAt(container, 'name') ?? main };
	}
	return undefined;
}

function annotated(pod: KubeObject): Behaviour | undefined {
	const wanted = pod.metadata.annotations?.[BEHAVIOUR_ANNOTATION];
	return behaviours.find((behaviour) => behaviour === wanted);
}

function word(alternatives: string): RegExp {
	return new RegExp(`(?:^|[/:-])(?:${alternatives})\\b`, 'i');
}
