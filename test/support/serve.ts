import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** One exported method of one `route.ts`; `permission` is undefined when it was not made by `route()`. */
export type ServedMethod = {
	/** As Next writes it: `/api/installs/[id]`. */
	path: string;
	method: string;
	permission: string | undefined;
	call: (request: Request, context: { params: Promise<unknown> }) => Promise<Response>;
};

export type Served = { url: string; port: number; close(): Promise<void> };

type Route = { path: string; segments: string[]; load: () => Promise<Map<string, ServedMethod>> };

const APP = join(import.meta.dirname, '../../app');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Answer HTTP on a loopback port with the real `app/api` routes, found by Next's rules ([id], [...rest]), so that
 * tests run them over real HTTP without a Next build. The routes use whatever runtime `getRuntime()` gives them.
 * `port` 0 lets the system choose.
 */
export async function serveApi({ port = 0, app = APP }: { port?: number; app?: string } = {}): Promise<Served> {
	const routes = await findRoutes(app);
	const server = createServer((incoming, outgoing) => {
		answer(routes, incoming, outgoing).catch((error: unknown) => {
			outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
		});
	});
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the test server has no port');
	const close = async () => {
		server.closeAllConnections();
		server.close();
		await once(server, 'close');
	};
	return { url: `http://127.0.0.1:${address.port}`, port: address.port, close };
}

/** Every method of every API route, for tests that walk them all. */
export async function listRoutes(app = APP): Promise<ServedMethod[]> {
	const routes = await findRoutes(app);
	const loaded = await Promise.all(routes.map((route) => route.load()));
	return loaded.flatMap((methods) => [...methods.values()]);
}

async function findRoutes(app: string): Promise<Route[]> {
	const files = await readdir(join(app, 'api'), { recursive: true });
	const routes = files
		.filter((file) => /(^|[\\/])route\.ts$/.test(file))
		.map((file) => {
			const folders = file.split(sep).slice(0, -1);
			// (group) folders are not part of the address.
			const segments = ['api', ...folders.filter((folder) => !/^\(.*\)$/.test(folder))];
			const path = `/${segments.join('/')}`;
			return { path, segments, load: lazily(() => loadRoute(path, join(app, 'api', file))) };
		});
	return routes.sort((a, b) => rank(a).localeCompare(rank(b)));
}

/** Next prefers a fixed name over [id] and [id] over [...rest], segment by segment. */
function rank({ segments }: Pick<Route, 'segments'>): string {
	return segments.map((part) => (part.startsWith('[...') ? '2' : part.startsWith('[') ? '1' : '0')).join('');
}

const Callable = z.custom<ServedMethod['call']>((value) => typeof value === 'function');
const Declared = z.object({ permission: z.string() });

async function loadRoute(path: string, file: string): Promise<Map<string, ServedMethod>> {
	const module: Record<string, unknown> = await import(/* @vite-ignore */ pathToFileURL(file).href);
	const methods = METHODS.filter((method) => module[method] !== undefined).map((method): [string, ServedMethod] => {
		const handler: unknown = module[method];
		const permission = Declared.safeParse({ permission: Reflect.get(Object(handler), 'permission') }).data?.permission;
		return [method, { path, method, permission, call: Callable.parse(handler) }];
	});
	return new Map(methods);
}

async function answer(routes: readonly Route[], incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
	const request = toRequest(incoming, outgoing);
	const path = new URL(request.url).pathname.split('/').filter((part) => part !== '');
	const route = routes.find(({ segments }) => match(segments, path) !== null);
	const methods = await route?.load();
	const method = methods?.get(request.method) ?? (request.method === 'HEAD' ? methods?.get('GET') : undefined);
	if (methods === undefined || route === undefined) return send(new Response('not found', { status: 404 }), outgoing);
	if (method === undefined) {
		const allow = [...methods.keys()].join(', ');
		return send(new Response(null, { status: 405, headers: { allow } }), outgoing);
	}
	return send(await method.call(request, { params: Promise.resolve(match(route.segments, path)) }), outgoing);
}

/** The parameters when `path` fits `segments`, else null. */
function match(segments: readonly string[], path: readonly string[]): Record<string, string | string[]> | null {
	const params: Record<string, string | string[]> = {};
	for (const [index, segment] of segments.entries()) {
		const rest = /^\[\.\.\.(.+)\]$/.exec(segment)?.[1];
		if (rest !== undefined) {
			if (path.length <= index) return null;
			params[rest] = path.slice(index).map(decodeURIComponent);
			return params;
		}
		const part = path[index];
		if (part === undefined) return null;
		const name = /^\[(.+)\]$/.exec(segment)?.[1];
		if (name !== undefined) params[name] = decodeURIComponent(part);
		else if (segment !== part) return null;
	}
	return path.length === segments.length ? params : null;
}

function toRequest(incoming: IncomingMessage, outgoing: ServerResponse): Request {
	const headers = new Headers();
	for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
		headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
	}
	// Next sets it from the socket as well.
	if (!headers.has('x-forwarded-for')) headers.set('x-forwarded-for', incoming.socket.remoteAddress ?? '');
	const gone = new AbortController();
	outgoing.once('close', () => {
		if (!outgoing.writableFinished) gone.abort();
	});
	const method = incoming.method ?? 'GET';
	const init = { method, headers, signal: gone.signal };
	const url = `http://${incoming.headers.host ?? '127.0.0.1'}${incoming.url ?? '/'}`;
	if (method === 'GET' || method === 'HEAD') return new Request(url, init);
	const streaming = { ...init, body: bodyOf(incoming), duplex: 'half' as const };
	return new Request(url, streaming);
}

function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
	const chunks = incoming[Symbol.asyncIterator]();
	return new ReadableStream({
		async pull(controller) {
			const chunk = await chunks.next();
			if (chunk.done === true) controller.close();
			else controller.enqueue(chunk.value);
		},
	});
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
	outgoing.statusCode = response.status;
	for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value);
	const cookies = response.headers.getSetCookie();
	if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
	// Streams must be seen before their first line.
	outgoing.flushHeaders();
	const reader = response.body?.getReader();
	outgoing.once('close', () => void reader?.cancel().catch(() => {}));
	for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) outgoing.write(part.value);
	outgoing.end();
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}
