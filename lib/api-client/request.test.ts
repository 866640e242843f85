import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApi } from './client';
import { ApiError } from './problem';
import { createRequester, pathOf } from './request';

type Sent = { url: string; init: RequestInit | undefined };

/** A portal that gives one prepared answer and remembers what it was asked. */
function portal(status: number, body: string): { sent: Sent[]; fetch: typeof globalThis.fetch } {
	const sent: Sent[] = [];
	return {
		sent,
		fetch: async (input, init) => {
			sent.push({ url: String(input), init });
			return new Response(body, { status });
		},
	};
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
	const error = await promise.then(
		() => null,
		(reason: unknown) => reason,
	);
	if (error instanceof ApiError) return error;
	throw new Error(`expected an ApiError, got ${String(error)}`);
}

const problem = {
	type: 'about:blank',
	title: 'Conflict',
	status: 409,
	detail: 'An upgrade to 1.3.0, started by Ana, is running.',
	code: 'conflict',
	hint: 'Watch it.',
	instance: '/api/installs',
	requestId: 'r-1',
	invalidParams: [{ name: 'PORT', reason: 'Must be a number.' }],
	details: { operationId: 'o-1' },
};

test('a refused request throws the problem as the server wrote it', async () => {
	const { fetch } = portal(409, JSON.stringify(problem));
	const error = await failure(createApi({ fetch }).me());
	expect(error.problem).toEqual(problem);
	expect(error.message).toBe(problem.detail);
	expect(error.transient).toBe(false);
});

test('a proxy page keeps its status and none of its markup', async () => {
	const { fetch } = portal(502, '<html><h1>Bad gateway</h1></html>');
	const error = await failure(createApi({ fetch }).me());
	expect(error.problem).toMatchObject({ status: 502, code: 'refused' });
	expect(error.message).not.toContain('<');
	expect(error.transient).toBe(true);
});

test('an answer outside the contract is an error, never half a value', async () => {
	const { fetch } = portal(200, JSON.stringify({ installs: [{ id: 'x' }] }));
	const error = await failure(createApi({ fetch }).installs.list());
	expect(error.problem).toMatchObject({ status: 200, code: 'unexpected_answer' });
});

test('a server that cannot be reached is named as such and may be asked again', async () => {
	const fetch = async () => {
		throw new TypeError('fetch failed');
	};
	const error = await failure(createApi({ fetch }).me());
	expect(error.problem).toMatchObject({ status: 0, code: 'network' });
	expect(error.transient).toBe(true);
});

test('an abort by the caller stays an abort', async () => {
	const controller = new AbortController();
	const fetch: typeof globalThis.fetch = async (_input, init) => {
		controller.abort();
		init?.signal?.throwIfAborted();
		throw new Error('the signal did not arrive');
	};
	await expect(createApi({ fetch }).me({ signal: controller.signal })).rejects.toHaveProperty('name', 'AbortError');
});

test('address, filter, headers and body arrive where the portal expects them', async () => {
	const { fetch, sent } = portal(200, '{"packs":[],"health":{}}');
	const client = createApi({ fetch, baseUrl: 'https://portal.example', headers: { authorization: 'Bearer k' } });
	await failure(client.packs.list({ q: 'bill ing', shape: undefined }));
	expect(sent[0]?.url).toBe('https://portal.example/api/packs?q=bill+ing');
	expect(sent[0]?.init?.headers).toMatchObject({ authorization: 'Bearer k', accept: 'application/json' });
	expect(sent[0]?.init?.body).toBeUndefined();

	const request = createRequester({ fetch });
	await request({ method: 'POST', path: '/api/x', body: { a: 1 }, response: () => z.unknown() });
	expect(sent[1]?.init).toMatchObject({ method: 'POST', body: '{"a":1}' });
	expect(sent[1]?.init?.headers).toMatchObject({ 'content-type': 'application/json' });
});

test('a segment cannot climb out of its place in the path', () => {
	expect(pathOf('packs', '../me', 'versions', '1.0.0+b/2')).toBe('/api/packs/..%2Fme/versions/1.0.0%2Bb%2F2');
	expect(() => pathOf('packs', '..')).toThrow(RangeError);
});
