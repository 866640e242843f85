import type { z } from 'zod';
import type { PodState, ReleaseRef, ReleaseStatus, WorkloadState } from '@/lib/contracts/runner';
import { type Clock, listAt, redact, textAt } from '@/lib/core';
import { nameOf, podTemplateOf, type RenderedObject } from './helm/documents';
import { findBlocker } from './kube/blocker';
import type { KubeClient } from './kube/client';
import { driftOf } from './kube/drift';
import { observe, workloadsIn } from './kube/observe';
import type { KubeObject } from './kube/schema';
import { allPodsOf, hasCondition, numberAt, readinessOf } from './kube/workloads';
import { eachLimited } from './limit';
import { type ReleaseObjects, readRelease } from './release-objects';

const PARALLEL = 6;

/** What is really there: the record, its workloads and pods, missing objects, and what somebody else changed. */
export async function readStatus(kube: KubeClient, ref: ReleaseRef, clock: Clock): Promise<ReleaseStatus> {
	const release = await readRelease(kube, ref);
	const { objects } = release;
	const [live, rollout] = await Promise.all([
		eachLimited(objects, PARALLEL, (object) => readLive(kube, ref.namespace, object)),
		observe(kube, ref.namespace, workloadsIn(objects), { events: false }),
	]);
	const workloads = rollout.workloads.map(workloadState);
	const isAllThere = live.every(({ exists }) => exists);
	const healthy = release.current !== null && isAllThere && workloads.every((workload) => workload.healthy);
	const pods = new Map(
		rollout.workloads.flatMap((one) => allPodsOf(one, rollout)).map((pod) => [pod.metadata.name, pod]),
	);
	const blocker = healthy ? null : await blockerOf(kube, ref, objects);
	return {
		release: headline(release),
		workloads,
		pods: [...pods.values()].map(podState),
		resources: live.map(({ apiVersion, kind, name, exists }) => ({ apiVersion, kind, name, exists })),
		healthy,
		blocker: blocker && { ...blocker, message: redact(blocker.message), sentence: redact(blocker.sentence) },
		drift: live.flatMap((one) => one.drift),
		observedAt: clock().toISOString(),
	};
}

function headline({ current, content }: ReleaseObjects): ReleaseStatus['release'] {
	if (!current) return null;
	const chart = content?.chart?.metadata;
	return {
		revision: current.revision,
		status: current.status,
		chart: chart ? `${chart.name}-${chart.version}` : null,
		operationId: current.operationId,
		updatedAt: content?.info.last_deployed ?? null,
	};
}

async function readLive(kube: KubeClient, namespace: string, object: RenderedObject) {
	const path = await kube.discovery.pathOf(object, namespace);
	const found = path === null ? null : await kube.find(path);
	const drift = found ? driftOf(object, found) : [];
	return {
		apiVersion: object.apiVersion,
		kind: object.kind,
		name: object.metadata.name,
		exists: found !== null,
		drift: drift.map((one) => ({ object: nameOf(object), ...one })),
	};
}

/** Events are read only when something is wrong. */
async function blockerOf(kube: KubeClient, { namespace }: ReleaseRef, objects: RenderedObject[]) {
	const rollout = await observe(kube, namespace, workloadsIn(objects), { events: true });
	return findBlocker(rollout, { keys: [], settled: true });
}

function workloadState(workload: KubeObject): z.infer<typeof WorkloadState> {
	const spec = podTemplateOf(workload)?.spec;
	const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
	return {
		kind: workload.kind,
		name: workload.metadata.name,
		...readinessOf(workload),
		images: containers.map((container) => textAt(container, 'image') ?? ''),
	};
}

function podState(pod: KubeObject): z.infer<typeof PodState> {
	const statuses = listAt(pod, 'status', 'containerStatuses');
	const reasons = statuses.map(
		(status) => textAt(status, 'state', 'waiting', 'reason') ?? textAt(status, 'state', 'terminated', 'reason'),
	);
	return {
		name: pod.metadata.name,
		phase: pod.metadata.deletionTimestamp ? 'Terminating' : (textAt(pod, 'status', 'phase') ?? 'Unknown'),
		ready: hasCondition(pod, 'Ready'),
		restarts: statuses.reduce<number>((sum, status) => sum + numberAt(status, 'restartCount'), 0),
		reason: reasons.find((reason) => reason !== undefined) ?? textAt(pod, 'status', 'reason') ?? null,
		images: statuses.map((status) => ({
			container: textAt(status, 'name') ?? '',
			image: textAt(status, 'image') ?? '',
			imageId: textAt(status, 'imageID') ?? '',
		})),
		startedAt: textAt(pod, 'status', 'startTime') ?? null,
	};
}
