import { textAt } from '@/lib/core';
import { isObject, type JsonObject, type JsonValue, numberAt } from './json';
import { jsonPatch, mergePatch } from './json-patch';
import { apiVersionOf } from './kinds';
import type { KubeObject } from './object';
import { type DeleteOptions, removeObject } from './removal';
import type { ResourceRequest } from './resource-path';
import { fieldSelector, labelSelector, type Match } from './selectors';
import { badRequest, unsupportedMedia } from './status-error';
import type { ObjectStore } from './store';
import { applyObject, createObject, replaceObject } from './writes';

export type Input = {
	query: URLSearchParams;
	/** undefined when the request had no body. */
	body: JsonValue | undefined;
	contentType: string;
	/** Who writes, when the request does not say (`fieldManager`): the program named in User-Agent. */
	agent: string;
};

export type Answer = { code: number; body: JsonObject | KubeObject };

/**
 * Everything that can be done with resources, except watching and logs.
 * @throws {StatusError} as the functions it calls
 */
export function serveResource(store: ObjectStore, request: ResourceRequest, input: Input): Answer {
	const { kind, namespace, name, verb } = request;
	const { query, body = null } = input;
	const dryRun = query.getAll('dryRun').includes('All');
	const options = { manager: query.get('fieldManager') ?? input.agent, dryRun };
	if (verb === 'get') return { code: 200, body: store.get(kind, namespace, name) };
	if (verb === 'create') return { code: 201, body: createObject(store, { kind, namespace }, body, options) };
	if (verb === 'update') return { code: 200, body: replaceObject(store, { kind, namespace, name }, body, options) };
	if (verb === 'patch') return patch(store, request, input, options);
	if (verb === 'delete')
		return removeOne(store, request, { ...readDeleteOptions(input), ...(dryRun ? { dryRun } : {}) });
	const found = store.list(kind, namespace, selectorsOf(query));
	if (verb === 'list') return { code: 200, body: page(store, request, found, query) };
	for (const { metadata } of found) {
		const target = { kind, namespace: metadata.namespace, name: metadata.name };
		removeObject(store, target, { ...readDeleteOptions(input), dryRun });
	}
	return { code: 200, body: listOf(store, request, found) };
}

/** `labelSelector` and `fieldSelector` of a list, watch or deletion. @throws {StatusError} 400 */
export function selectorsOf(query: URLSearchParams): Match {
	const labels = labelSelector(query.get('labelSelector'));
	const fields = fieldSelector(query.get('fieldSelector'));
	return (object) => labels(object) && fields(object);
}

type PatchOptions = { manager: string; dryRun: boolean };

function patch(store: ObjectStore, request: ResourceRequest, input: Input, options: PatchOptions): Answer {
	const { kind, namespace, name } = request;
	const { body = null, contentType, query } = input;
	if (contentType === 'application/apply-patch+yaml') {
		if (!query.get('fieldManager'))
			throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value');
		const exists = store.peek(kind, namespace, name) !== undefined;
		const force = query.get('force') === 'true';
		const applied = applyObject(store, { kind, namespace, name }, body, { ...options, force });
		return { code: exists ? 200 : 201, body: applied };
	}
	const patchers: Record<string, (target: JsonValue, patch: JsonValue) => JsonValue> = {
		'application/json-patch+json': jsonPatch,
		'application/merge-patch+json': mergePatch,
	};
	const apply = patchers[contentType];
	if (!apply) throw unsupportedMedia([...Object.keys(patchers), 'application/apply-patch+yaml']);
	const patched = apply(store.get(kind, namespace, name), body);
	return { code: 200, body: replaceObject(store, { kind, namespace, name }, patched, options) };
}

function removeOne(store: ObjectStore, request: ResourceRequest, options: DeleteOptions): Answer {
	const { kind, name } = request;
	const { object, gone } = removeObject(store, request, options);
	// Pods and objects that wait for something come back as they are; the others as a Status.
	if (!gone || object.kind === 'Pod') return { code: 200, body: object };
	const details = { name, group: kind.group || undefined, kind: kind.plural, uid: object.metadata.uid };
	return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
}

/** Options come in the body, and the same names may stand in the query. */
function readDeleteOptions({ body, query }: Input): DeleteOptions {
	const options = isObject(body) ? body : {};
	const grace = query.get('gracePeriodSeconds');
	return {
		gracePeriodSeconds: grace === null ? numberAt(options, 'gracePeriodSeconds') : Number(grace),
		propagationPolicy: query.get('propagationPolicy') ?? textAt(options, 'propagationPolicy'),
		uid: textAt(options, 'preconditions', 'uid'),
		resourceVersion: textAt(options, 'preconditions', 'resourceVersion'),
		dryRun: Array.isArray(options.dryRun) && options.dryRun.includes('All'),
	};
}

/** `limit` and `continue`; the token is simply the position, so it never expires. */
function page(store: ObjectStore, request: ResourceRequest, found: KubeObject[], query: URLSearchParams): JsonObject {
	const limit = Number(query.get('limit') ?? 0);
	const from = Number(query.get('continue') ?? 0);
	const end = limit > 0 ? from + limit : found.length;
	const left = found.length - end;
	const more = left > 0 ? { continue: String(end), remainingItemCount: left } : {};
	return listOf(store, request, found.slice(from, end), more);
}

function listOf(store: ObjectStore, { kind }: ResourceRequest, items: KubeObject[], more: JsonObject = {}): JsonObject {
	const metadata = { resourceVersion: String(store.resourceVersion), ...more };
	return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items };
}
