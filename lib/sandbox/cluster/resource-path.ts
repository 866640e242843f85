import type { Kind, KindRegistry } from './kinds';
import { unknownResource } from './status-error';

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export type ResourceRequest = {
	verb: Verb;
	kind: Kind;
	namespace: string | undefined;
	/** '' for collections. */
	name: string;
	/** Only pods have one here: `log`. */
	subresource: string | undefined;
};

/**
 * What a method and path mean: `/api/v1/namespaces/demo/pods/web/log`, `/apis/apps/v1/deployments` …
 * (kubernetes.io/docs/reference/using-api/api-concepts, "Resource URIs").
 * @throws {StatusError} 404 for kinds and subresources that are not served
 */
export function readResourcePath(kinds: KindRegistry, method: string, url: URL): ResourceRequest {
	const segments = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
	const root = segments.shift();
	if (root !== 'api' && root !== 'apis') throw unknownResource();
	const group = root === 'apis' ? (segments.shift() ?? '') : '';
	const version = segments.shift() ?? '';
	// `/namespaces/demo` is the namespace itself; with more behind it, it says where.
	const isScoped = segments[0] === 'namespaces' && segments.length > 2;
	const namespace = isScoped ? segments.splice(0, 2)[1] : undefined;
	const [plural = '', name = '', subresource, ...rest] = segments;
	const kind = kinds.find(group, version, plural);
	const isServed = subresource === undefined || (plural === 'pods' && subresource === 'log');
	if (!kind || !isServed || rest.length > 0 || (namespace !== undefined && !kind.namespaced)) throw unknownResource();
	return { verb: verbOf(method, name, url.searchParams), kind, namespace, name, subresource };
}

function verbOf(method: string, name: string, query: URLSearchParams): Verb {
	const watches = query.get('watch') === 'true' || query.get('watch') === '1';
	if (method === 'GET' && watches) return 'watch';
	if (method === 'GET') return name ? 'get' : 'list';
	if (method === 'POST' && !name) return 'create';
	if (method === 'PUT' && name) return 'update';
	if (method === 'PATCH' && name) return 'patch';
	if (method === 'DELETE') return name ? 'delete' : 'deletecollection';
	throw unknownResource();
}
