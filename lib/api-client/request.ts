import type { z } from 'zod';
import { noAnswer, refusal, unexpectedAnswer } from './problem';

/** How a client reaches a portal. A browser needs none of it; a CLI gives the address and its key. */
export type ClientOptions = {
	/** `https://portal.example` without a trailing slash; empty = the page's own origin. */
	baseUrl?: string;
	fetch?: typeof globalThis.fetch;
	/** Sent with every request, e.g. an API key. */
	headers?: Readonly<Record<string, string>>;
};

/** What a caller may add to any single request. */
export type CallOptions = { signal?: AbortSignal };

type Contracts = typeof import('./answers');

type Query = Readonly<Record<string, string | number | undefined>>;

export type RequestSpec<T> = {
	method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	query?: Query;
	/** Sent as JSON. */
	body?: unknown;
	/** Sent as it is, under its own type, instead of a body. */
	file?: Blob;
	/** Picks the contract the answer must satisfy. */
	response: (contracts: Contracts) => z.ZodType<T>;
	/** Milliseconds until the request is given up; plans render charts and need longer than the default. */
	patience?: number;
	signal?: AbortSignal;
};

export type Requester = <T>(spec: RequestSpec<T>) => Promise<T>;

const PATIENCE = 30_000;

/**
 * One request and its answer, parsed by the contract. Throws `ApiError` for every refusal, unreachable server, timeout
 * or answer outside the contract; an abort by the caller is rethrown as it came.
 */
export function createRequester(options: ClientOptions = {}): Requester {
	const { baseUrl = '', headers = {} } = options;
	return async function request<T>(spec: RequestSpec<T>): Promise<T> {
		const { method = 'GET', path, query, body, file, patience = PATIENCE, signal } = spec;
		const timeout = AbortSignal.timeout(patience);
		const send = options.fetch ?? globalThis.fetch;
		// Beside the request, not before it: both take about one round trip the first time, and nothing later.
		const arriving = import('./answers');
		arriving.catch(() => {}); // Awaited below, unless there is no answer to read.
		let status: number;
		let text: string;
		try {
			const response = await send(`${baseUrl}${path}${search(query)}`, {
				method,
				headers: {
					accept: 'application/json',
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
					...headers,
				},
				body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
				signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
			});
			status = response.status;
			text = await response.text();
		} catch (cause) {
			if (signal?.aborted) throw cause;
			throw noAnswer(timeout.aborted ? 'timeout' : 'network', path, cause);
		}
		const json = readJson(text);
		// They do not arrive when the server was updated since this page was loaded, and that is what it says.
		const contracts = await arriving.catch((cause: unknown) => {
			throw unexpectedAnswer(path, status, cause);
		});
		if (status < 200 || status > 299) throw refusal(path, status, contracts.Problem.safeParse(json).data ?? null, json);
		const parsed = spec.response(contracts).safeParse(json);
		if (!parsed.success) throw unexpectedAnswer(path, status, parsed.error);
		return parsed.data;
	};
}

/** A path from segments; every segment is escaped, so a slug or version can never climb out of its place. */
export function pathOf(...segments: readonly string[]): string {
	// Escaping does not help here: URL parsers resolve `%2e%2e` too (WHATWG URL, double-dot segment).
	if (segments.some((segment) => segment === '.' || segment === '..')) throw new RangeError('Not a path segment');
	return `/api/${segments.map(encodeURIComponent).join('/')}`;
}

function search(query: Query = {}): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		if (value !== undefined && value !== '') parameters.set(name, String(value));
	}
	const text = parameters.toString();
	return text === '' ? '' : `?${text}`;
}

/** Undefined for anything that is not JSON (a proxy's HTML page, an empty body); the caller's schema then refuses it. */
function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
