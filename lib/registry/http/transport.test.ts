import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type Server } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { type Take, type Transported, transport } from './transport';

const everything: Take = { maxBytes: 1_000_000, tooLarge: () => new Error('too large') };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});

function listen(server: Server): Promise<URL> {
	closing.push(() => new Promise((resolve) => server.close(resolve)));
	return new Promise((resolve) => {
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			resolve(new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x?y=z`));
		});
	});
}

function ask(
	url: URL,
	{ take = everything, chunks = () => {} }: { take?: Take; chunks?: () => void } = {},
): Transported {
	const dispatcher = new Agent();
	closing.unshift(() => dispatcher.destroy());
	return transport(url, { method: 'GET', headers: {}, dispatcher, onHead: () => take, onChunk: chunks });
}

const serve = (handle: RequestListener) => listen(createServer(handle));
const textOf = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes);

describe('transport', () => {
	test.each([
		['gzip', gzipSync],
		['br', brotliCompressSync],
		['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
		['identity', (text: string) => Buffer.from(text)],
	])('undoes the encoding %s', async (encoding, encode) => {
		const text = 'hello '.repeat(20_000);
		const url = await serve((_request, response) => {
			response.setHeader('content-encoding', encoding);
			response.end(encode(text));
		});

		expect(textOf(await ask(url).answer)).toBe(text);
	});

	test('counts what a body unpacks to, not what it weighs on the way', async () => {
		const url = await serve((_request, response) => {
			response.setHeader('content-encoding', 'gzip');
			response.end(gzipSync(Buffer.alloc(5_000_000)));
		});

		await expect(ask(url).answer).rejects.toThrow('too large');
	});

	test('keeps what fits of a body that nobody needs whole', async () => {
		const url = await serve((_request, response) => void response.end('x'.repeat(500_000)));

		expect((await ask(url, { take: { maxBytes: 10, tooLarge: null } }).answer).bytes).toHaveLength(10);
	});

	test('waits for the head behind an informational one', async () => {
		const url = await serve((_request, response) => {
			response.writeEarlyHints({ link: '</style.css>; rel=preload' });
			response.end('the real one');
		});
		const answer = await ask(url).answer;

		expect([answer.status, textOf(answer)]).toEqual([200, 'the real one']);
	});

	test('a body that ends too early is an error, with what was promised and without', async () => {
		const torn = (head: string) =>
			listen(createRawServer((socket) => socket.resume().end(`HTTP/1.1 200 OK\r\n${head}\r\n\r\nhalf`)));
		const promised = await torn('content-length: 100');
		const chunked = await torn('transfer-encoding: chunked');

		await expect(ask(promised).answer).rejects.toThrow();
		await expect(ask(chunked).answer).rejects.toThrow();
	});

	test('can be given up before there is a connection, before the head, and within the body', async () => {
		const silent = await serve(() => {});
		const stuck = await serve((_request, response) => void response.write('half'));
		const unborn = ask(silent);
		unborn.abort(new Error('given up at once'));
		await expect(unborn.answer).rejects.toThrow('given up at once');

		const waiting = ask(silent);
		setTimeout(() => waiting.abort(new Error('given up while waiting')), 50);
		await expect(waiting.answer).rejects.toThrow('given up while waiting');

		const reading: Transported = ask(stuck, { chunks: () => reading.abort(new Error('given up while reading')) });
		await expect(reading.answer).rejects.toThrow('given up while reading');
	});
});
