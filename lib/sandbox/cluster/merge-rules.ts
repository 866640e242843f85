import { isObject, type JsonObject, type JsonValue } from './json';
import type { Kind } from './kinds';

/**
 * How server-side apply merges a list or map. The real API server reads this from its OpenAPI schema
 * (`x-kubernetes-list-type`, `x-kubernetes-map-type`); here it is a table over field names, enough for what charts contain.
 */
export type ListRule = { by: 'item' } | { by: 'keys'; keys: readonly string[] } | { by: 'whole' };

/** Where in an object we are: the field and the nearest named field above it. */
export type Place = { kind: Kind; parent: string; field: string };

export function rootOf(kind: Kind): Place {
	return { kind, parent: '', field: '' };
}

export function inside(place: Place, field: string): Place {
	return { kind: place.kind, parent: place.field, field };
}

const listKeys: Record<string, readonly string[]> = {
	containers: ['name'],
	initContainers: ['name'],
	ephemeralContainers: ['name'],
	env: ['name'],
	volumes: ['name'],
	volumeMounts: ['mountPath'],
	volumeDevices: ['devicePath'],
	imagePullSecrets: ['name'],
	hostAliases: ['ip'],
	topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
	schedulingGates: ['name'],
	resourceClaims: ['name'],
	webhooks: ['name'],
	conditions: ['type'],
};

const wholeMaps = new Set(
	['selector', 'labelSelector', 'namespaceSelector', 'podSelector', 'nodeSelector', 'matchLabels', 'roleRef'].concat(
		['configMapRef', 'secretRef', 'configMapKeyRef', 'secretKeyRef', 'fieldRef', 'resourceFieldRef'],
		['claimRef', 'dataSource', 'involvedObject'],
	),
);

export function listRule({ kind, parent, field }: Place): ListRule {
	if (parent === 'metadata') {
		if (field === 'finalizers') return { by: 'item' };
		return field === 'ownerReferences' ? { by: 'keys', keys: ['uid'] } : { by: 'whole' };
	}
	// Lists of custom resources are atomic unless their schema says otherwise; our definitions' schemas are not read.
	if (kind.custom) return { by: 'whole' };
	if (field === 'ports') {
		if (parent.toLowerCase().endsWith('containers')) return { by: 'keys', keys: ['containerPort', 'protocol'] };
		return kind.kind === 'Service' ? { by: 'keys', keys: ['port', 'protocol'] } : { by: 'whole' };
	}
	if (kind.kind === 'ServiceAccount' && field === 'secrets') return { by: 'keys', keys: ['name'] };
	const keys = listKeys[field];
	return keys ? { by: 'keys', keys } : { by: 'whole' };
}

export function isWholeMap({ kind, field }: Place): boolean {
	return !kind.custom && wholeMaps.has(field);
}

/** The `k:{…}` or `v:…` segment that names an item in `managedFields`; a missing protocol is its default, TCP. */
export function itemSegment(item: JsonValue, rule: ListRule): string {
	if (rule.by !== 'keys' || !isObject(item)) return `v:${JSON.stringify(item)}`;
	const keys: JsonObject = {};
	for (const key of rule.keys) {
		const value = item[key] ?? (key === 'protocol' ? 'TCP' : undefined);
		if (value !== undefined) keys[key] = value;
	}
	return `k:${JSON.stringify(keys)}`;
}
