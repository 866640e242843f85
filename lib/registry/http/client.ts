import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type Clock, isAppError, type Secret } from '@/lib/core';
import { createRoutes, type Routes } from './dispatcher';
import {
	invalidError,
	networkError,
	printable,
	rateLimitError,
	type Subject,
	statusError,
	timeoutError,
	tooLargeError,
} from './errors';
import { createLimiter, createPace, type Limiter } from './limiter';
import { createTargetCheck, type HostPolicy } from './policy';
import type { Proxies, Way } from './proxies';
import { askedWait, backoff, type Headers, isRateLimit, isRetriableStatus } from './retry';
import { transport } from './transport';

export type HttpRequest = {
	url: string;
	method?: 'GET' | 'HEAD';
	headers?: Readonly<Record<string, string>>;
	/** The whole Authorization header. Sent to the origin of `url` only, and never again after leaving it. */
	authorization?: Secret | null;
	/** Largest body, in bytes after content decoding. */
	maxBytes: number;
	/** What is read, for error texts: `the tag list of x/y`. */
	what: string;
	/** Redirects to follow, at most 5. */
	redirects?: number;
	/** Hosts this one request may reach besides the policy's; checked by the caller with a rule of its own. */
	alsoAllowed?: readonly string[];
	/** Overall time of one attempt in milliseconds, when the usual one does not fit. */
	timeoutMs?: number;
	signal?: AbortSignal | undefined;
};

/** Any answer that is not a temporary failure: 2xx, 304 and 4xx. The caller decides what they mean. */
export type HttpResponse = { status: number; headers: Headers; bytes: Uint8Array; url: string; host: string };

export type Http = {
	readonly policy: HostPolicy;
	/**
	 * Send one request, following redirects and repeating temporary failures. Throws AppError `upstream_forbidden`
	 * (refused host), `upstream_unavailable`, `upstream_invalid`, `rate_limited`, `too_large`, `timeout`, `cancelled`.
	 */
	send(request: HttpRequest): Promise<HttpResponse>;
	/** The proxy an address is asked for through, null for none. */
	wayTo(url: URL): Way | null;
	close(): Promise<void>;
};

export type HttpOptions = {
	allow: HostPolicy;
	/** PEM of further certificate authorities. */
	ca?: string | null;
	/** The source's own, for everything it asks. */
	proxy?: string | null;
	/** Those of the server, where the source has none. */
	proxies?: Proxies;
	userAgent?: string;
	/** Repetitions after the first attempt. */
	retries?: number;
	/** One attempt from connect to last byte, redirects included. */
	timeoutMs?: number;
	/** Longest silence while a body is read. */
	idleMs?: number;
	/** A server that asks for a longer pause than this gets `rate_limited` instead of our waiting. */
	maxWaitMs?: number;
	concurrencyPerHost?: number;
	/** Request starts per second and host, redirects and repetitions included; null = no such limit. */
	requestsPerSecond?: number | null;
	now?: Clock;
	sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
	random?: () => number;
	/** Texts of `Warning: 299` headers (OCI distribution-spec 1.1.1). */
	onWarning?: (text: string, host: string) => void;
	/** Told of every answer as it arrives, redirects included: which kind of credential went where, never which one. */
	onAnswer?: (answer: Overheard) => void;
};

export type Overheard = { url: string; authorization: 'none' | 'basic' | 'bearer'; status: number };

const NO_PROXIES: Proxies = { https: null, http: null, except: [] };
const MAX_REDIRECTS = 5;
const LARGEST_ERROR_BODY = 64 * 1024;
const LARGEST_REMAINS = 16 * 1024;
const NOTHING = new Uint8Array();
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** One per process: two sources of one registry are one visitor to it. */
const limiters = new Map<number, Limiter>();

function limiterFor(perHost: number): Limiter {
	const limiter = limiters.get(perHost) ?? createLimiter(perHost);
	limiters.set(perHost, limiter);
	return limiter;
}

/** The HTTP core of every registry client. One per source, so that rate, trust and proxy are the source's own. */
export function createHttp(options: HttpOptions): Http {
	const settings = withDefaults(options);
	const { allow: policy, ca = null, proxy = null, proxies = NO_PROXIES } = options;
	const routes = createRoutes({ policy, ca, proxy, proxies });
	const limiter = limiterFor(settings.concurrencyPerHost);
	const pace = createPace(settings.requestsPerSecond);
	const hop: Hop = (request, url, init) =>
		limiter.run(
			url.host,
			async () => {
				const wait = pace(url.host, settings.now().getTime());
				if (wait > 0) await settings.sleep(wait, request.signal);
				return exchange(settings, request, url, { ...init, ...routes.to(url) });
			},
			request.signal,
		);
	return {
		policy,
		send: (request) => sendWithRetries(settings, request, hop),
		wayTo: (url) => routes.to(url).way,
		close: () => routes.close(),
	};
}

type Settings = Required<Omit<HttpOptions, 'allow' | 'ca' | 'proxy' | 'proxies'>> & {
	check: ReturnType<typeof createTargetCheck>;
};
type Hop = (
	request: HttpRequest,
	url: URL,
	init: { authorization: Secret | null; watch: Watch },
) => Promise<HttpResponse>;

function withDefaults(options: HttpOptions): Settings {
	return {
		check: createTargetCheck(options.allow),
		userAgent: options.userAgent ?? 'packyard',
		retries: options.retries ?? 3,
		timeoutMs: options.timeoutMs ?? 60_000,
		idleMs: options.idleMs ?? 15_000,
		maxWaitMs: options.maxWaitMs ?? 15_000,
		concurrencyPerHost: options.concurrencyPerHost ?? 4,
		requestsPerSecond: options.requestsPerSecond ?? null,
		now: options.now ?? (() => new Date()),
		sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
		random: options.random ?? Math.random,
		onWarning: options.onWarning ?? (() => {}),
		onAnswer: options.onAnswer ?? (() => {}),
	};
}

async function sendWithRetries(settings: Settings, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
	const start = new URL(request.url);
	const subject = { host: start.host, what: request.what };
	for (let attempt = 1; ; attempt += 1) {
		const isLast = attempt > settings.retries;
		let asked: number | null = null;
		try {
			const response = await followRedirects(settings, request, { start, subject, hop });
			const problem = temporaryProblem(settings, subject, response);
			if (!problem) return response;
			asked = problem.wait;
			if (isLast || (asked ?? 0) > settings.maxWaitMs) throw problem.error;
		} catch (error) {
			if (isLast || !isWorthRepeating(error) || (asked ?? 0) > settings.maxWaitMs) throw error;
		}
		await settings
			.sleep(backoff(attempt, asked, settings.random), request.signal)
			.catch((error: unknown) => Promise.reject(request.signal?.aborted ? cancelled(subject) : error));
	}
}

/** What is wrong with a response that may heal by itself; null for every answer the caller should see. */
function temporaryProblem(settings: Settings, subject: Subject, response: HttpResponse) {
	const { status, headers, bytes } = response;
	if (status < 400) return null;
	const body = new TextDecoder().decode(bytes);
	const wait = askedWait(headers, body, settings.now());
	const place = { ...subject, host: response.host };
	if (isRateLimit(status, headers, body)) return { wait, error: rateLimitError(place, status, wait) };
	if (!isRetriableStatus(status)) return null;
	if (status === 408) return { wait, error: timeoutError(place, 'overall', settings.timeoutMs) };
	return { wait, error: statusError(place, response) };
}

/** Only a broken connection is repeated; a refusal, a bad certificate or a timeout would only repeat itself. */
function isWorthRepeating(error: unknown): boolean {
	return isAppError(error, 'upstream_unavailable') && error.details.retriable === true;
}

async function followRedirects(
	settings: Settings,
	request: HttpRequest,
	{ start, subject, hop }: { start: URL; subject: Subject; hop: Hop },
): Promise<HttpResponse> {
	const watch = createWatch(request, settings, subject);
	try {
		let url = start;
		let authorization = request.authorization ?? null;
		const { origin } = url;
		const limit = Math.min(request.redirects ?? MAX_REDIRECTS, MAX_REDIRECTS);
		for (let followed = 0; ; followed += 1) {
			settings.check(url, request.alsoAllowed);
			const response = await hop(request, url, { authorization, watch });
			if (!REDIRECTS.includes(response.status)) return response;
			if (followed >= limit) throw invalidError(subject, `is redirected more than ${limit} times`);
			url = redirectTarget(response, url, subject);
			// Once a hop has left the origin nothing that follows is the registry's word any more.
			if (url.origin !== origin) authorization = null;
		}
	} catch (error) {
		throw watch.explain(error);
	} finally {
		watch.stop();
	}
}

function redirectTarget(response: HttpResponse, from: URL, subject: Subject): URL {
	const location = response.headers.get('location');
	if (location === null || !URL.canParse(location, from)) {
		throw invalidError(subject, 'is redirected to an address that cannot be read');
	}
	return new URL(location, from);
}

async function exchange(
	settings: Settings,
	request: HttpRequest,
	url: URL,
	{ authorization, watch, dispatcher, way }: { authorization: Secret | null; watch: Watch } & ReturnType<Routes['to']>,
): Promise<HttpResponse> {
	const { host, href } = url;
	const subject = { host, what: request.what, ...(way === null ? {} : { proxy: way.host }) };
	const headers: Record<string, string> = { 'user-agent': settings.userAgent, ...request.headers };
	if (authorization !== null) headers.authorization = authorization.reveal();
	const method = request.method ?? 'GET';
	const isHead = method === 'HEAD';
	const under = transport(url, {
		method,
		headers,
		dispatcher,
		onHead(status, head) {
			settings.onAnswer({ url: href, authorization: kindOf(headers.authorization), status });
			for (const text of warningsIn(head.get('warning'))) settings.onWarning(printable(text), host);
			watch.bodyBegins();
			// Small remains of a redirect are read away and the connection is kept; more than that closes it.
			if (REDIRECTS.includes(status)) return { maxBytes: LARGEST_REMAINS, tooLarge: null };
			if (status >= 400) return { maxBytes: Math.min(request.maxBytes, LARGEST_ERROR_BODY), tooLarge: null };
			const tooLarge = () => tooLargeError(subject, request.maxBytes);
			if (!isHead && Number(head.get('content-length') ?? 0) > request.maxBytes) throw tooLarge();
			return { maxBytes: request.maxBytes, tooLarge };
		},
		onChunk: watch.heard,
	});
	watch.start(under.abort);
	try {
		const { status, headers: head, bytes } = await under.answer;
		return { status, headers: head, bytes: REDIRECTS.includes(status) ? NOTHING : bytes, url: href, host };
	} catch (error) {
		throw watch.explain(error, subject);
	}
}

/** Watches one attempt: overall time, silence, and the caller's own signal. */
type Watch = {
	/** A request leaves the queue (waiting for a free place costs nothing); `abort` ends it when its time is over. */
	start(abort: (error: unknown) => void): void;
	/** Silence counts from here on: while a body is read. */
	bodyBegins(): void;
	heard(): void;
	stop(): void;
	/** The error to throw for something caught while this watch was on. */
	explain(error: unknown, subject?: Subject): unknown;
};

/** Never seen: `explain` says which time it was. */
const TIME_OVER = new Error('Its time is over.');

/**
 * One timer for both limits, set anew only when it fires: hearing something is one assignment, however many chunks a
 * body has.
 */
function createWatch(request: HttpRequest, settings: Settings, fallback: Subject): Watch {
	const overallMs = request.timeoutMs ?? settings.timeoutMs;
	const { idleMs } = settings;
	const { signal } = request;
	let reason: 'overall' | 'idle' | null = null;
	let abort: (error: unknown) => void = () => {};
	let timer: NodeJS.Timeout | undefined;
	let startedAt: number | null = null;
	let heardAt: number | null = null;

	function look(): void {
		const now = performance.now();
		const overallLeft = (startedAt ?? now) + overallMs - now;
		const idleLeft = heardAt === null ? idleMs : heardAt + idleMs - now;
		if (overallLeft <= 0 || idleLeft <= 0) {
			reason = overallLeft <= 0 ? 'overall' : 'idle';
			abort(TIME_OVER);
		} else timer = setTimeout(look, Math.ceil(Math.min(overallLeft, idleLeft)));
	}
	function cancel(): void {
		abort(signal?.reason);
	}

	return {
		start(end) {
			abort = end;
			heardAt = null;
			if (startedAt === null) {
				startedAt = performance.now();
				signal?.addEventListener('abort', cancel);
				look();
			}
			if (signal?.aborted) cancel();
			else if (reason !== null) abort(TIME_OVER);
		},
		bodyBegins() {
			heardAt = performance.now();
		},
		heard() {
			heardAt = performance.now();
		},
		stop() {
			clearTimeout(timer);
			signal?.removeEventListener('abort', cancel);
		},
		explain(error, subject = fallback) {
			if (isAppError(error)) return error;
			if (signal?.aborted) return cancelled(subject);
			if (reason !== null) return timeoutError(subject, reason, reason === 'idle' ? idleMs : overallMs);
			return networkError(subject, error);
		},
	};
}

function warningsIn(header: string | null): string[] {
	if (header === null) return [];
	return [...header.matchAll(/\b299 \S+ "((?:[^"\\]|\\.){1,400})"/g)].map(([, text = '']) =>
		text.replace(/\\(.)/g, '$1'),
	);
}

function cancelled({ host, what }: Subject): AppError {
	return new AppError('cancelled', `Reading ${what} from ${host} was cancelled.`, {
		details: { host, status: null, retriable: true },
	});
}

function kindOf(header: string | undefined): Overheard['authorization'] {
	if (header === undefined) return 'none';
	return /^basic /i.test(header) ? 'basic' : 'bearer';
}
