import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { Certificate } from './certificate';
import { type CachedDocument, Discovery, openApiV2, serverVersion } from './discovery';
import { isObject, type JsonObject, type JsonValue, objectAt, parseJson } from './json';
import type { Kubelet } from './kubelet';
import type { KubeObject } from './object';
import { podLog } from './pod-logs';
import { decodeProtobuf } from './protobuf';
import { type ResourceRequest, readResourcePath } from './resource-path';
import { selectorsOf, serveResource } from './resources';
import { badRequest, StatusError, unknownResource, unsupportedMedia } from './status-error';
import type { ObjectStore } from './store';
import { serveWatch } from './watch';

/** Refuse what the caller of the API may not do: `resource` is the plural, `namespace` '' at cluster scope. */
export type Authorize = (action: { verb: string; group: string; resource: string; namespace: string }) => boolean;

export type ServerOptions = {
	store: ObjectStore;
	kubelet: Kubelet;
	certificate: Certificate;
	token: string;
	/** Milliseconds added to every answer. */
	latencyMs: () => number;
	authorize: Authorize;
	onError: (error: unknown) => void;
};

/** The real API server's limit for request bodies. */
const MAX_BODY_BYTES = 3_145_728;
const USER = 'packyard';

/** The Kubernetes API over TLS, for anybody with the token. Not listening yet. */
export function createApiServer(options: ServerOptions): Server {
	const discovery = new Discovery(options.store.kinds);
	const { certPem, keyPem } = options.certificate;
	const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
		answer(request, response).catch((error: unknown) => {
			if (!(error instanceof StatusError)) options.onError(error);
			if (response.headersSent) response.destroy();
			else sendStatus(response, error);
		});
	});
	// Helm and our client keep connections; the default of 5 s would make every other request reconnect.
	server.keepAliveTimeout = 120_000;
	return server;

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await readBody(request);
		const latency = options.latencyMs();
		if (latency > 0) await pause(latency);
		checkToken(request, options.token);
		const url = new URL(request.url ?? '/', 'https://sandbox');
		const path = url.pathname.replace(/\/+$/, '') || '/';
		const { method = 'GET', headers } = request;
		if (path === '/version') return sendJson(response, 200, serverVersion);
		if (path === '/openapi/v2') return send(response, 200, openApiV2.body, openApiV2.contentType);
		const document = method === 'GET' ? discovery.find(path, headers.accept ?? '') : undefined;
		if (document) return sendDocument(request, response, document, url.searchParams.has('hash'));
		const contentType = (headers['content-type'] ?? '').split(';')[0] ?? '';
		const input = readInput(body, contentType);
		if (method === 'POST' && path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') {
			return sendJson(response, 201, reviewAccess(input));
		}
		const target = readResourcePath(options.store.kinds, method, url);
		authorize(target);
		const { verb, kind, namespace, name, subresource } = target;
		const query = url.searchParams;
		if (verb === 'watch')
			return serveWatch(options.store, response, { kind, namespace, match: selectorsOf(query), query });
		if (subresource === 'log' && verb === 'get') {
			const pod = options.store.get(kind, namespace, name);
			return send(response, 200, podLog(pod, options.kubelet, query), 'text/plain');
		}
		if (subresource !== undefined) throw unknownResource();
		const agent = (headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
		const result = serveResource(options.store, target, { query, body: input, contentType, agent });
		return sendJson(response, result.code, result.body);
	}

	function authorize({ verb, kind, namespace = '', name }: ResourceRequest): void {
		const { group, plural: resource } = kind;
		if (options.authorize({ verb, group, resource, namespace })) return;
		const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
		const what = `${resource}${group ? `.${group}` : ''}${name ? ` "${name}"` : ''}`;
		const why = `User "${USER}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
		throw new StatusError(403, 'Forbidden', `${what} is forbidden: ${why}`);
	}

	function reviewAccess(review: JsonValue | undefined): JsonObject {
		const wanted = objectAt(review, 'spec', 'resourceAttributes') ?? {};
		const text = (field: string) => String(wanted[field] ?? '');
		const action = {
			verb: text('verb'),
			group: text('group'),
			resource: text('resource'),
			namespace: text('namespace'),
		};
		return { ...(isObject(review) ? review : {}), status: { allowed: options.authorize(action) } };
	}
}

/** Reads to the end even when it is too much: the client must be able to read the refusal. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
	}
	if (bytes <= MAX_BODY_BYTES) return Buffer.concat(chunks);
	const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`;
	throw new StatusError(413, 'RequestEntityTooLarge', message);
}

function readInput(body: Buffer, contentType: string): JsonValue | undefined {
	if (body.length === 0) return undefined;
	if (contentType === 'application/vnd.kubernetes.protobuf') {
		const object = decodeProtobuf(body);
		if (!object) throw unsupportedMedia(['application/json']);
		return object;
	}
	try {
		return parseJson(body.toString('utf8'));
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw badRequest(`the object provided is unrecognized: ${error.message}`);
	}
}

function checkToken({ headers }: IncomingMessage, token: string): void {
	const [, given = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
	if (timingSafeEqual(hash(given), hash(token))) return;
	throw new StatusError(401, 'Unauthorized', 'Unauthorized');
}

function hash(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

function sendDocument(
	{ headers }: IncomingMessage,
	response: ServerResponse,
	{ body, etag, contentType }: CachedDocument,
	isHashed: boolean,
): void {
	const cache = isHashed ? 'public, immutable, max-age=31536000' : 'public';
	const common = { etag, vary: 'Accept', 'cache-control': cache };
	if (headers['if-none-match'] === etag) response.writeHead(304, common).end();
	else response.writeHead(200, { ...common, 'content-type': contentType }).end(body);
}

function sendJson(response: ServerResponse, code: number, body: JsonObject | KubeObject): void {
	send(response, code, JSON.stringify(body), 'application/json');
}

function send(response: ServerResponse, code: number, body: string | Buffer, contentType: string): void {
	const length = Buffer.byteLength(body);
	const headers = { 'content-type': contentType, 'content-length': length, 'cache-control': 'no-cache, private' };
	response.writeHead(code, headers).end(body);
}

function sendStatus(response: ServerResponse, error: unknown): void {
	const message = error instanceof Error ? error.message : String(error);
	const status =
		error instanceof StatusError ? error : new StatusError(500, 'InternalError', `Internal error occurred: ${message}`);
	sendJson(response, status.code, status.toStatus());
}
