import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError, messageOf } from '@/lib/core';

/** What a surface does with a request: answer it, cut the connection, or stop in the middle of the body. */
export type Outcome =
	| { kind: 'answer'; response: Response }
	| { kind: 'truncate'; response: Response }
	| { kind: 'reset' };

export type Listener = { readonly port: number; readonly url: string; close(): Promise<void> };

const LARGEST_BODY = 64 * 1024 * 1024;

/**
 * Serve `handle` on 127.0.0.1. `preferredPort` is taken when it is free, otherwise the system chooses.
 * Throws AppError `internal` when no port can be had.
 */
export async function listen(
	preferredPort: number | undefined,
	handle: (request: Request) => Promise<Outcome>,
): Promise<Listener> {
	let base = '';
	const server = createServer((incoming, outgoing) => {
		exchange(incoming, outgoing, base, handle).catch(() => outgoing.destroy());
	});
	const port = (await tryPort(server, preferredPort ?? 0)) ?? (await tryPort(server, 0));
	if (port === null) throw new AppError('internal', 'The sandbox found no free port on 127.0.0.1');
	base = `http://127.0.0.1:${port}`;
	return {
		port,
		url: base,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

function tryPort(server: Server, port: number): Promise<number | null> {
	return new Promise((resolve) => {
		const onError = () => resolve(null);
		server.once('error', onError);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', onError);
			const address = server.address();
			resolve(typeof address === 'object' && address !== null ? address.port : null);
		});
	});
}

async function exchange(
	incoming: IncomingMessage,
	outgoing: ServerResponse,
	base: string,
	handle: (request: Request) => Promise<Outcome>,
): Promise<void> {
	const body = await readBody(incoming);
	const outcome = await handle(toRequest(incoming, base, body)).catch((error: unknown) => ({
		kind: 'answer' as const,
		response: Response.json({ message: messageOf(error) }, { status: 500 }),
	}));
	if (outcome.kind === 'reset') {
		incoming.socket.destroy();
		return;
	}
	const { response } = outcome;
	const bytes = Buffer.from(await response.arrayBuffer());
	outgoing.statusCode = response.status;
	for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
	if (!response.headers.has('content-length') && response.status !== 304 && response.status !== 204) {
		outgoing.setHeader('content-length', bytes.length);
	}
	if (outcome.kind === 'truncate') {
		outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => incoming.socket.destroy());
		return;
	}
	outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of incoming) {
		if (!(chunk instanceof Uint8Array)) continue;
		size += chunk.length;
		if (size > LARGEST_BODY) throw new AppError('too_large', 'The sandbox takes bodies up to 64 MiB');
		chunks.push(chunk);
	}
	return new Uint8Array(Buffer.concat(chunks));
}

function toRequest(incoming: IncomingMessage, base: string, body: Uint8Array<ArrayBuffer>): Request {
	const headers = new Headers();
	for (const [name, value] of Object.entries(incoming.headers)) {
		for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item);
	}
	const method = incoming.method ?? 'GET';
	// Joined as text: `new URL(path, base)` would read `//host/x` as another host.
	const url = `${base}${incoming.url ?? '/'}`;
	return method === 'GET' || method === 'HEAD'
		? new Request(url, { method, headers })
		: new Request(url, { method, headers, body });
}
