import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One request as the server saw it. `authorization` is the header as sent, so that a test can see where it went. */
type SeenRequest = { method: string; path: string; authorization: string | null; accept: string };

/** Answers one request; `count` is how often this answer was given before. */
export type Answer = (response: ServerResponse, request: IncomingMessage, count: number) => void;

/** A loopback server that says whatever a test wants it to say, and remembers what it was asked. */
export type HostileServer = {
	/** `127.0.0.1:PORT` or `localhost:PORT`. */
	readonly host: string;
	readonly url: string;
	readonly seen: SeenRequest[];
	/** Answer requests whose `METHOD /path?query` contains or matches `match`; the newest answer wins. */
	on(match: string | RegExp, answer: Answer): void;
	/** Forget all answers and everything seen. */
	reset(): void;
	close(): Promise<void>;
};

export async function startHostileServer(name: '127.0.0.1' | 'localhost' = '127.0.0.1'): Promise<HostileServer> {
	const answers: { match: string | RegExp; answer: Answer; count: number }[] = [];
	const seen: SeenRequest[] = [];
	const server = createServer((request, response) => {
		const line = `${request.method} ${request.url}`;
		seen.push({
			method: request.method ?? '',
			path: request.url ?? '',
			authorization: request.headers.authorization ?? null,
			accept: request.headers.accept ?? '',
		});
		const found = answers.findLast(({ match }) =>
			typeof match === 'string' ? line.includes(match) : match.test(line),
		);
		if (!found) return json(404, { errors: [{ code: 'NAME_UNKNOWN', message: 'not here' }] })(response, request, 0);
		found.answer(response, request, found.count);
		found.count += 1;
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('no address');
	const host = `${name}:${address.port}`;
	return {
		host,
		url: `http://${host}`,
		seen,
		on: (match, answer) => void answers.push({ match, answer, count: 0 }),
		reset() {
			answers.length = 0;
			seen.length = 0;
		},
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
	return bytes(status, Buffer.from(JSON.stringify(body)), { 'content-type': 'application/json', ...headers });
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
	return bytes(status, Buffer.from(body), { 'content-type': 'text/html', ...headers });
}

export function bytes(status: number, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
	return (response, request) => {
		response.writeHead(status, { 'content-length': String(body.length), ...headers });
		response.end(request.method === 'HEAD' ? undefined : body);
	};
}

export function redirect(location: string, status = 307): Answer {
	return bytes(status, Buffer.alloc(0), { location });
}

/** The first answers in turn, the last one for ever. */
export function inTurn(...answers: readonly Answer[]): Answer {
	return (response, request, count) => answers[Math.min(count, answers.length - 1)]?.(response, request, count);
}

/** Sends one byte every `everyMs` and never ends. */
export function drip(everyMs: number): Answer {
	return (response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		const timer = setInterval(() => response.write(' '), everyMs);
		response.on('close', () => clearInterval(timer));
	};
}

/** Sends the headers and then nothing. */
export function silence(): Answer {
	return (response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.write(' ');
	};
}

/** Announces the whole body, sends half of it and cuts the connection. */
export function truncated(body: Uint8Array): Answer {
	return (response) => {
		response.writeHead(200, { 'content-length': String(body.length) });
		response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
	};
}
