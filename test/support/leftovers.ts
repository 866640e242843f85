import { join } from 'node:path';
import { isRecord } from '@/lib/core';
import { everyRow } from './eavesdropper';
import { NAMESPACE } from './orders';
import type { Portal } from './portal';
import { createHunt, type Finding } from './secret-hunt';

/** What the example charts are made of, and what controllers make of it. */
const KINDS: readonly [apiVersion: string, kind: string][] = [
	['v1', 'Pod'],
	['v1', 'Service'],
	['v1', 'Secret'],
	['v1', 'ConfigMap'],
	['v1', 'ServiceAccount'],
	['v1', 'PersistentVolumeClaim'],
	['v1', 'Endpoints'],
	['v1', 'Event'],
	['apps/v1', 'Deployment'],
	['apps/v1', 'StatefulSet'],
	['apps/v1', 'DaemonSet'],
	['apps/v1', 'ReplicaSet'],
	['apps/v1', 'ControllerRevision'],
	['batch/v1', 'Job'],
	['batch/v1', 'CronJob'],
	['networking.k8s.io/v1', 'Ingress'],
	['discovery.k8s.io/v1', 'EndpointSlice'],
	['rbac.authorization.k8s.io/v1', 'Role'],
	['rbac.authorization.k8s.io/v1', 'RoleBinding'],
];

/** Every object of the namespace, with its kind. */
export function everyObject({ sandbox }: Portal): { name: string; kind: string; object: unknown }[] {
	return KINDS.flatMap(([apiVersion, kind]) =>
		sandbox.cluster.store
			.list(apiVersion, kind, NAMESPACE)
			.map((object) => ({ name: `${kind} ${object.metadata.name}`, kind, object })),
	);
}

/** Where these values are besides the Secrets of their revisions: rows, files, every other object. Empty = nowhere. */
export async function strayed(portal: Portal, planted: Readonly<Record<string, string>>): Promise<Finding[]> {
	const hunt = createHunt(planted);
	const rows = await everyRow(portal.runtime.db.pool);
	return [
		...rows.flatMap(({ place, content }) => hunt.in(place, content)),
		...(await hunt.inFolder(portal.dataDir, [join('sandbox', 'cluster.jsonl')])),
		...everyObject(portal).flatMap(({ name, object }) => hunt.in(name, withoutEnvironment(name, object))),
	];
}

function withoutEnvironment(name: string, object: unknown): unknown {
	if (!/^Secret .+-env-r\d+$/.test(name) || !isRecord(object)) return object;
	return { ...object, data: Object.keys(isRecord(object.data) ? object.data : {}) };
}
