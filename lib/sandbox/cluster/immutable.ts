import { type JsonObject, type JsonValue, objectAt, valueAt } from './json';
import type { KubeObject } from './object';

/** A part of an object that may not change after creation. `message` replaces the usual "field is immutable". */
export type FrozenPart = { field: string; value: JsonValue | undefined; message?: string };

/** The frozen parts of an object, always in the same order for one kind; `value: undefined` means free to be set. */
export function frozenParts(object: KubeObject): FrozenPart[] {
	return partsByKind[object.kind]?.(object) ?? [];
}

const MAY_CHANGE = [
	'replicas',
	'ordinals',
	'template',
	'updateStrategy',
	'revisionHistoryLimit',
	'minReadySeconds',
].concat('persistentVolumeClaimRetentionPolicy');
const STATEFUL_SET =
	"Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
	"'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const CLAIM =
	'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const SEALED = 'Forbidden: field is immutable when `immutable` is set';

const partsByKind: Record<string, (object: KubeObject) => FrozenPart[]> = {
	Deployment: (object) => [part(object, 'spec', 'selector')],
	ReplicaSet: (object) => [part(object, 'spec', 'selector')],
	DaemonSet: (object) => [part(object, 'spec', 'selector')],
	StatefulSet: ({ spec }) => [{ field: 'spec', value: without(spec, MAY_CHANGE), message: STATEFUL_SET }],
	Job: (object) => [part(object, 'spec', 'template'), part(object, 'spec', 'selector')],
	PersistentVolumeClaim: ({ spec }) => [
		{ field: 'spec', value: without(spec, ['resources', 'volumeName', 'volumeAttributesClassName']), message: CLAIM },
	],
	Service: (object) => (objectAt(object, 'spec')?.type === 'ExternalName' ? [] : [part(object, 'spec', 'clusterIP')]),
	RoleBinding: (object) => [part(object, 'roleRef')],
	ClusterRoleBinding: (object) => [part(object, 'roleRef')],
	StorageClass: (object) => [part(object, 'provisioner')],
	Secret: (object) => [...sealed(object), part(object, 'type')],
	ConfigMap: sealed,
};

/** An immutable Secret or ConfigMap stays immutable, with exactly its data. */
function sealed(object: KubeObject): FrozenPart[] {
	const freeze = (value: JsonValue | undefined) => (object.immutable === true ? (value ?? {}) : undefined);
	return [
		{ field: 'immutable', value: freeze(true), message: SEALED },
		{ field: 'data', value: freeze(valueAt(object, 'data')), message: SEALED },
		{ field: 'binaryData', value: freeze(valueAt(object, 'binaryData')), message: SEALED },
	];
}

function part(object: KubeObject, ...path: string[]): FrozenPart {
	return { field: path.join('.'), value: valueAt(object, ...path) };
}

function without(spec: JsonObject | undefined, free: readonly string[]): JsonObject {
	return Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !free.includes(key)));
}
