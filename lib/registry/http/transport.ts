import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Dispatcher, request } from 'undici';
import type { ByteStream } from './body';
import type { Headers } from './retry';

export type TransportInit = {
	method: 'GET' | 'HEAD';
	headers: Record<string, string>;
	signal: AbortSignal;
	dispatcher: Dispatcher;
};

export type TransportAnswer = { status: number; headers: Headers; body: ByteStream };

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
	gzip: createGunzip,
	'x-gzip': createGunzip,
	deflate: createInflate,
	br: createBrotliDecompress,
};

/**
 * One request over undici's own API, redirects never followed. Half the work of `fetch` per request, which a first sync
 * makes by the thousand; and an unread body is drained instead of costing the connection. Content encodings are
 * undone here, so that whoever reads the body counts what it unpacks to.
 */
export async function transport(url: string, init: TransportInit): Promise<TransportAnswer> {
	const { statusCode, headers, body } = await request(url, {
		...init,
		headers: { 'accept-encoding': 'gzip', ...init.headers },
	});
	const get = (name: string) => {
		const value = headers[name];
		return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
	};
	const encodings = (get('content-encoding') ?? '').split(',').map((part) => part.trim().toLowerCase());
	const hasBody = init.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
	return { status: statusCode, headers: { get }, body: streamOf(body, hasBody ? encodings : []) };
}

function streamOf(body: Dispatcher.ResponseData['body'], encodings: readonly string[]): ByteStream {
	const chain = encodings.map((name) => decoders[name]).filter((make) => make !== undefined);
	const decoded = chain.length === 0 ? body : decode(body, chain);
	return {
		[Symbol.asyncIterator]: () => decoded[Symbol.asyncIterator](),
		async cancel() {
			// Small remains are read away and the connection is kept; more than that closes it.
			if (chain.length === 0) await body.dump({ limit: 16 * 1024 }).catch(() => undefined);
			else body.destroy();
		},
	};
}

/** Decoders in reverse order of encoding (RFC 9110 section 8.4); an error of any of them ends the reading. */
async function* decode(body: Readable, chain: readonly (() => NodeJS.ReadWriteStream)[]): AsyncGenerator<Uint8Array> {
	let stream: NodeJS.ReadableStream = body;
	for (const make of chain.toReversed()) {
		const decoder = make();
		stream.on('error', (error) => decoder.emit('error', error));
		stream = stream.pipe(decoder);
	}
	try {
		for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
	} finally {
		body.destroy();
	}
}
