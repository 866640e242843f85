import { textAt } from '@/lib/core';
import { numberAt, objectsAt, valueAt } from './json';
import type { Kubelet } from './kubelet';
import type { KubeObject } from './object';
import { badRequest } from './status-error';

const HEALTH_CHECK_MS = 5_000;
/** A word in the image reference: this program prints its whole environment at start, as many do. */
const SPILLS = /[/:-]spill\b/i;

/**
 * The log of one container as the `log` subresource gives it: `container`, `tailLines`, `timestamps`. `follow` ends at
 * once, and `previous` gives the same lines.
 * @throws {StatusError} 400 for an unknown container or one that has not started
 */
export function podLog(
	pod: KubeObject,
	kubelet: Pick<Kubelet, 'faultOf' | 'environmentOf'>,
	query: URLSearchParams,
): string {
	const fault = kubelet.faultOf(pod);
	const containers = [...objectsAt(pod.spec, 'containers'), ...objectsAt(pod.spec, 'initContainers')];
	const name = query.get('container') ?? textAt(containers[0], 'name') ?? '';
	const container = containers.find((candidate) => candidate.name === name);
	if (!container) throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`);
	const known = [...objectsAt(pod.status, 'containerStatuses'), ...objectsAt(pod.status, 'initContainerStatuses')];
	const status = known.find((candidate) => candidate.name === name);
	const waitsFor = status ? textAt(status, 'state', 'waiting', 'reason') : 'ContainerCreating';
	if (waitsFor !== undefined && waitsFor !== 'CrashLoopBackOff') {
		throw badRequest(`container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${waitsFor}`);
	}
	const start = Date.parse(textAt(pod.status, 'startTime') ?? pod.metadata.creationTimestamp);
	const crashes = fault?.container === name && fault.behaviour !== 'NotReady';
	const hasEnded = valueAt(status, 'state', 'terminated') !== undefined;
	const image = textAt(container, 'image') ?? '';
	const environment = SPILLS.test(image) ? Object.entries(kubelet.environmentOf(pod, name) ?? {}) : [];
	const lines = [
		`starting ${name} (${image})`,
		...environment.map(([key, value]) => `${key}=${value}`),
		...linesAfterStart({ crashes, hasEnded, start }),
	];
	if (crashes && (numberAt(status, 'restartCount') ?? 0) > 0) lines.unshift('previous run exited with status 1');

	const tail = query.get('tailLines');
	const wanted = tail === null ? lines : lines.slice(lines.length - Math.min(lines.length, Number(tail)));
	const stamped = query.get('timestamps') === 'true';
	return wanted
		.map((line, index) => `${stamped ? `${new Date(start + index * 100).toISOString()} ` : ''}${line}\n`)
		.join('');
}

function linesAfterStart({
	crashes,
	hasEnded,
	start,
}: {
	crashes: boolean;
	hasEnded: boolean;
	start: number;
}): string[] {
	if (crashes) return ['fatal: simulated failure', 'exit status 1'];
	if (hasEnded) return ['done'];
	const checks = Math.min(50, Math.floor((Date.now() - start) / HEALTH_CHECK_MS));
	return ['listening on :8080', ...Array.from({ length: checks }, (_, index) => `GET /healthz 200 #${index + 1}`)];
}
