import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Headers } from './retry';

/** How much of a body to take, decided once its head is known. */
export type Take = {
	/** Bytes after content decoding, so that compression cannot hide size. */
	maxBytes: number;
	/** What to throw beyond that; null = keep what fits and close the connection. */
	tooLarge: (() => Error) | null;
};

export type TransportInit = {
	method: 'GET' | 'HEAD';
	headers: Record<string, string>;
	dispatcher: Dispatcher;
	/** The head has arrived. What it throws ends the request. */
	onHead: (status: number, headers: Headers) => Take;
	/** Something of the body has arrived. */
	onChunk: () => void;
};

export type TransportAnswer = { status: number; headers: Headers; bytes: Uint8Array };

/** A request under way; `abort` makes `answer` fail with the error at once and closes the connection. */
export type Transported = { answer: Promise<TransportAnswer>; abort(error: unknown): void };

type Decoder = NodeJS.ReadWriteStream & { destroy(): void };

const decoders: Readonly<Record<string, () => Decoder>> = {
	gzip: createGunzip,
	'x-gzip': createGunzip,
	deflate: createInflate,
	br: createBrotliDecompress,
};

/**
 * One request over undici's `dispatch`, redirects never followed. A fifth of the work of `fetch` per request, which a
 * first sync makes by the thousand: no streams, no signals, no timers but the caller's. Content encodings are undone
 * here.
 */
export function transport(url: URL, { method, headers, dispatcher, onHead, onChunk }: TransportInit): Transported {
	let stop: ((error: Error) => void) | null = null;
	let settle: { resolve(answer: TransportAnswer): void; reject(error: unknown): void } | null = null;
	const answer = new Promise<TransportAnswer>((resolve, reject) => {
		settle = { resolve, reject };
	});

	let body: Body | null = null;

	/** The first outcome counts; undici reports our own abort as an error once more. */
	function succeed(value: TransportAnswer): void {
		settle?.resolve(value);
		settle = null;
	}
	function fail(error: unknown): void {
		settle?.reject(error);
		settle = null;
		body?.close();
		stop?.(ended);
	}

	dispatcher.dispatch(
		{
			origin: url.origin,
			path: `${url.pathname}${url.search}`,
			method,
			headers: { 'accept-encoding': 'gzip', ...headers },
			headersTimeout: 0,
			bodyTimeout: 0,
		},
		{
			onRequestStart(controller) {
				stop = (error) => controller.abort(error);
				// Given up while it waited for a connection.
				if (settle === null) stop(ended);
			},
			onResponseStart(controller, status, raw) {
				// 1xx: the real head is still to come.
				if (status < 200 || settle === null) return;
				const head = headersOf(raw);
				try {
					const take = onHead(status, head);
					const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
					body = createBody(take, {
						encodings: hasBody ? encodingsOf(head) : [],
						pause: () => controller.pause(),
						resume: () => controller.resume(),
						done: (bytes) => succeed({ status, headers: head, bytes }),
						cut: (bytes) => {
							succeed({ status, headers: head, bytes });
							fail(ended);
						},
						fail,
					});
				} catch (error) {
					fail(error);
				}
			},
			onResponseData(_controller, chunk) {
				if (settle === null) return;
				onChunk();
				body?.write(chunk);
			},
			onResponseEnd: () => body?.end(),
			onResponseError: (_controller, error) => fail(error),
		},
	);
	return { answer, abort: fail };
}

/** What undici is told when nobody waits for the answer any more. */
const ended = new Error('The request was given up.');

type Body = { write(chunk: Buffer): void; end(): void; close(): void };

type BodyEvents = {
	encodings: readonly string[];
	pause(): void;
	resume(): void;
	done(bytes: Uint8Array): void;
	/** Called instead of `done` with what fits, when more is left. */
	cut(bytes: Uint8Array): void;
	fail(error: unknown): void;
};

/** Collects a body; what is too large ends it at once, instead of draining a bomb. */
function createBody({ maxBytes, tooLarge }: Take, events: BodyEvents): Body {
	const chunks: Uint8Array[] = [];
	let size = 0;
	function take(chunk: Uint8Array): void {
		if (size > maxBytes) return;
		size += chunk.length;
		if (size <= maxBytes) {
			chunks.push(chunk);
		} else if (tooLarge === null) {
			chunks.push(chunk.subarray(0, chunk.length - (size - maxBytes)));
			events.cut(join(chunks));
		} else events.fail(tooLarge());
	}
	const chain = events.encodings.map((name) => decoders[name]).filter((make) => make !== undefined);
	if (chain.length === 0) return { write: take, end: () => events.done(join(chunks)), close: () => {} };
	return decode(chain, { ...events, take, end: () => events.done(join(chunks)) });
}

/** Decoders in reverse order of encoding (RFC 9110 section 8.4); an error of any of them ends the reading. */
function decode(
	chain: readonly (() => Decoder)[],
	events: Pick<BodyEvents, 'pause' | 'resume' | 'fail'> & { take(chunk: Uint8Array): void; end(): void },
): Body {
	const streams = chain.toReversed().map((make) => make());
	const [first, ...others] = streams;
	let last = first;
	for (const stream of streams) stream.on('error', events.fail);
	for (const stream of others) last = last?.pipe(stream);
	last?.on('data', (chunk: unknown) => chunk instanceof Uint8Array && events.take(chunk));
	last?.on('end', events.end);
	first?.on('drain', events.resume);
	return {
		write: (chunk) => {
			if (first?.write(chunk) === false) events.pause();
		},
		end: () => void first?.end(),
		close: () => {
			for (const stream of streams) stream.destroy();
		},
	};
}

function encodingsOf(headers: Headers): string[] {
	const text = headers.get('content-encoding');
	return text === null ? [] : text.split(',').map((part) => part.trim().toLowerCase());
}

function headersOf(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
	return {
		get(name) {
			const value = raw[name];
			return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
		},
	};
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
	return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
