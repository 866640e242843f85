import { randomUUID } from 'node:crypto';
import { applyDefaults } from './defaults';
import { isObject, type JsonObject, type JsonValue, sameJson, withoutNulls } from './json';
import { apiVersionOf, type Kind } from './kinds';
import { type KubeObject, type Metadata, nameSuffix, readDraft, timestamp } from './object';
import { finishIfReleased } from './removal';
import { serverSideApply, trackUpdate } from './server-side-apply';
import {
	alreadyExists,
	badRequest,
	invalid,
	modifiedMeanwhile,
	notFound,
	preconditionFailed,
	StatusError,
} from './status-error';
import { inVersion, type ObjectStore } from './store';
import { validate } from './validate';

/** Which object; `name` comes from the URL. */
export type Target = { kind: Kind; namespace: string | undefined; name: string };

/** `manager` undefined: a controller of the cluster, whose writes are not tracked. */
export type WriteOptions = { manager?: string; dryRun?: boolean };

/**
 * POST: create an object of `kind`.
 * @throws {StatusError} 400, 403 (namespace terminating), 404 (no such namespace), 409 (exists), 422
 */
export function createObject(
	store: ObjectStore,
	{ kind, namespace }: Omit<Target, 'name'>,
	input: JsonValue,
	{ manager, dryRun = false }: WriteOptions = {},
): KubeObject {
	const object = newObject(store, { kind, namespace }, input);
	if (manager) object.metadata.managedFields = trackUpdate(kind, undefined, object, manager);
	return addObject(store, kind, object, dryRun);
}

/**
 * PUT, and the end of every PATCH but apply: replace an object by `input`. Status stays as it was where it is a subresource.
 * @throws {StatusError} 400, 404, 409 (resourceVersion or uid differ), 422
 */
export function replaceObject(
	store: ObjectStore,
	{ kind, namespace, name }: Target,
	input: JsonValue,
	{ manager, dryRun = false }: WriteOptions,
): KubeObject {
	const old = store.get(kind, namespace, name);
	const { metadata, fields } = readDraft(kind, input);
	const { resourceVersion, uid } = metadata;
	if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) throw modifiedMeanwhile(kind, name);
	if (uid && uid !== old.metadata.uid) throw preconditionFailed('UID', uid, old.metadata.uid);
	if (metadata.name && metadata.name !== name) {
		throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
	}
	const { labels, annotations, ownerReferences, finalizers } = metadata;
	const object: KubeObject = {
		...fields,
		apiVersion: apiVersionOf(kind),
		kind: kind.kind,
		metadata: { ...old.metadata, labels, annotations, ownerReferences, finalizers },
	};
	if (kind.hasStatus) object.status = old.status;
	if (manager) object.metadata.managedFields = trackUpdate(kind, old, object, manager);
	return updateObject(store, { kind, old, object: structuredClone(object), dryRun });
}

/**
 * PATCH application/apply-patch+yaml: create or merge.
 * @throws {StatusError} as createObject, and 409 for fields owned by others unless `force`
 */
export function applyObject(
	store: ObjectStore,
	{ kind, namespace, name }: Target,
	input: JsonValue,
	{ manager, force, dryRun = false }: { manager: string; force: boolean; dryRun?: boolean },
): KubeObject {
	const config = withoutNulls(input);
	if (!isObject(config)) throw badRequest('the object provided is unrecognized: not a JSON object');
	if (config.apiVersion !== apiVersionOf(kind) || config.kind !== kind.kind) {
		throw badRequest(`apiVersion and kind must be ${apiVersionOf(kind)} ${kind.kind} in an apply request`);
	}
	const metadata = isObject(config.metadata) ? config.metadata : {};
	if (Array.isArray(metadata.managedFields) && metadata.managedFields.length > 0) {
		throw badRequest('metadata.managedFields must be nil');
	}
	if (metadata.name !== undefined && metadata.name !== name) {
		throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
	}
	const applied: JsonObject = { ...config, metadata: { ...metadata, name } };
	if (kind.hasStatus) delete applied.status;
	const stored = store.peek(kind, namespace, name);
	const old = stored && inVersion(kind, stored);
	const { merged, managedFields } = serverSideApply({ kind, config: applied, live: old, manager, force });
	if (!old) {
		const object = newObject(store, { kind, namespace }, merged);
		object.metadata.managedFields = managedFields;
		return addObject(store, kind, object, dryRun);
	}
	const { metadata: changed, fields } = readDraft(kind, merged);
	const { labels, annotations, ownerReferences, finalizers } = changed;
	const object: KubeObject = {
		...fields,
		apiVersion: apiVersionOf(kind),
		kind: kind.kind,
		metadata: { ...old.metadata, labels, annotations, ownerReferences, finalizers, managedFields },
	};
	return updateObject(store, { kind, old, object: structuredClone(object), dryRun });
}

/**
 * A change by one of the cluster's own controllers to the latest state; `edit` gets a copy it may change.
 * @returns the object afterwards, undefined when it no longer exists
 */
export function editObject(
	store: ObjectStore,
	{ kind, namespace, name }: Target,
	edit: (object: KubeObject) => void,
): KubeObject | undefined {
	const old = store.peek(kind, namespace, name);
	if (!old) return undefined;
	const object = structuredClone(old);
	edit(object);
	return sameJson(old, object) ? old : store.put(kind, object);
}

/** What a client sent, as a complete object that is not stored yet. */
function newObject(store: ObjectStore, { kind, namespace }: Omit<Target, 'name'>, input: JsonValue): KubeObject {
	const { metadata, fields } = readDraft(kind, input);
	const { generateName, labels, annotations, ownerReferences, finalizers } = metadata;
	const name = metadata.name || (generateName ? `${generateName}${nameSuffix()}` : '');
	checkName(kind, name);
	if (kind.namespaced && metadata.namespace && namespace && metadata.namespace !== namespace) {
		throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
	}
	const home = kind.namespaced ? (namespace ?? metadata.namespace ?? 'default') : undefined;
	if (home !== undefined) checkNamespace(store, kind, home, name);
	if (store.peek(kind, home, name)) throw alreadyExists(kind, name);
	const complete: Metadata = {
		name,
		...(home === undefined ? {} : { namespace: home }),
		uid: randomUUID(),
		resourceVersion: '',
		...(fields.spec === undefined ? {} : { generation: 1 }),
		creationTimestamp: timestamp(),
		labels,
		annotations,
		ownerReferences,
		finalizers,
	};
	return structuredClone({ ...fields, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: complete });
}

function addObject(store: ObjectStore, kind: Kind, object: KubeObject, dryRun: boolean): KubeObject {
	applyDefaults(kind, object, undefined);
	validate(kind, object, undefined);
	return dryRun ? object : store.put(kind, object);
}

type Update = { kind: Kind; old: KubeObject; object: KubeObject; dryRun: boolean };

function updateObject(store: ObjectStore, { kind, old, object, dryRun }: Update): KubeObject {
	applyDefaults(kind, object, old);
	validate(kind, object, old);
	if (old.metadata.generation !== undefined && !sameJson(object.spec, old.spec)) {
		object.metadata.generation = old.metadata.generation + 1;
	}
	// A write that changes nothing keeps its resourceVersion and wakes nobody: controllers would run in circles.
	if (dryRun || sameJson(old, object)) return object;
	return finishIfReleased(store, kind, object) ?? store.put(kind, object);
}

function checkName(kind: Kind, name: string): void {
	const field = 'metadata.name';
	if (!name) {
		const message = 'Required value: name or generateName is required';
		throw invalid(kind, name, [{ field, message, reason: 'FieldValueRequired' }]);
	}
	// RBAC names are path segments (`system:node`), everything else is a DNS subdomain.
	const rule = kind.group === 'rbac.authorization.k8s.io' ? /^[^/%]+$/ : /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
	if (rule.test(name) && name.length <= 253) return;
	const why = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
	throw invalid(kind, name, [{ field, message: `Invalid value: ${JSON.stringify(name)}: ${why}` }]);
}

function checkNamespace(store: ObjectStore, kind: Kind, namespace: string, name: string): void {
	const namespaces = store.kinds.get('v1', 'Namespace');
	const found = store.peek(namespaces, undefined, namespace);
	if (!found) throw notFound(namespaces, namespace);
	if (!found.metadata.deletionTimestamp) return;
	const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
	const message = `${kind.plural} "${name}" is forbidden: ${why}`;
	throw new StatusError(403, 'Forbidden', message, { causes: [{ reason: 'NamespaceTerminating' }] });
}
