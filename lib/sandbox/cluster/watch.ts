import type { ServerResponse } from 'node:http';
import type { JsonObject } from './json';
import { apiVersionOf, type Kind, resourceKey } from './kinds';
import type { KubeObject } from './object';
import type { Match } from './selectors';
import { badRequest, StatusError } from './status-error';
import { type Change, inVersion, type ObjectStore } from './store';

export type WatchRequest = { kind: Kind; namespace: string | undefined; match: Match; query: URLSearchParams };

const BOOKMARK_MS = 30_000;

/**
 * Stream changes as JSON lines until the client leaves or `timeoutSeconds` have passed. With `sendInitialEvents`
 * (WatchList, which Helm 4 uses) everything that exists comes first, ended by an annotated bookmark.
 * @throws {StatusError} before anything is sent: 400 or 422 for parameters that do not fit together
 */
export function serveWatch(
	store: ObjectStore,
	response: ServerResponse,
	{ kind, namespace, match, query }: WatchRequest,
): void {
	const version = query.get('resourceVersion') ?? '';
	const wantsInitial = query.get('sendInitialEvents') === 'true';
	if (!/^\d*$/.test(version)) throw badRequest(`invalid resource version "${version}"`);
	if (wantsInitial && query.get('resourceVersionMatch') !== 'NotOlderThan') {
		const message = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
		throw new StatusError(422, 'Invalid', message);
	}
	response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
	response.flushHeaders();

	const missed = wantsInitial || Number(version) === 0 ? undefined : store.changesSince(Number(version));
	if (missed) missed.forEach(forward);
	else if (wantsInitial || Number(version) === 0) sendInitial();
	else {
		const expired = new StatusError(410, 'Expired', `too old resource version: ${version} (${store.resourceVersion})`);
		send('ERROR', expired.toStatus());
		response.end();
		return;
	}
	const unsubscribe = store.subscribe(forward);
	const seconds = Number(query.get('timeoutSeconds') ?? 0);
	const end = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined;
	const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
	const pulse = wantsBookmarks ? setInterval(() => sendBookmark(), BOOKMARK_MS) : undefined;
	end?.unref();
	pulse?.unref();
	response.on('close', () => {
		unsubscribe();
		clearTimeout(end);
		clearInterval(pulse);
	});

	function sendInitial(): void {
		for (const object of store.list(kind, namespace, match)) send('ADDED', object);
		if (wantsInitial) sendBookmark({ 'k8s.io/initial-events-end': 'true' });
	}

	/** An object that starts or stops matching the selectors is added or deleted, as far as this watch is concerned. */
	function forward({ type, resource, object, previous }: Change): void {
		if (resource !== resourceKey(kind)) return;
		const isIn = type !== 'DELETED' && fits(object);
		const wasIn = previous !== undefined && fits(previous);
		if (isIn) send(wasIn ? 'MODIFIED' : 'ADDED', inVersion(kind, object));
		else if (wasIn) send('DELETED', inVersion(kind, object));
	}

	function fits(object: KubeObject): boolean {
		return (!namespace || object.metadata.namespace === namespace) && match(object);
	}

	function sendBookmark(annotations?: Record<string, string>): void {
		const metadata = { resourceVersion: String(store.resourceVersion), creationTimestamp: null, annotations };
		send('BOOKMARK', { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata });
	}

	function send(type: string, object: JsonObject | KubeObject): void {
		response.write(`${JSON.stringify({ type, object })}\n`);
	}
}
