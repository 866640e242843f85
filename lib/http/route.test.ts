import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Actor } from '@/lib/auth';
import { permissionsOf } from '@/lib/auth';
import type { Role } from '@/lib/contracts/permissions';
import { Problem } from '@/lib/contracts/problem';
import { AppError, isRecord, Secret } from '@/lib/core';
import { createLogger } from '@/lib/log';
import { ndjson } from './ndjson';
import { createRoute } from './route';

const base = 'http://127.0.0.1:3000';
const Name = z.strictObject({ name: z.string().min(2, 'Too short.') });
const Greeting = z.object({ greeting: z.string() });

/** A portal whose visitor is given, with the lines it logged. */
function portal(actor: Actor | null = person('platform-owner')) {
	const lines: string[] = [];
	const runtime = {
		auth: { authenticate: async () => actor },
		setup: { isOpen: async () => false },
		log: createLogger({ level: 'info', file: null, write: (line) => lines.push(line) }),
		baseUrls: () => [base],
		greet: (name: string) => `Hello ${name}`,
	};
	return { lines, route: createRoute(() => runtime) };
}

function person(role: Role): Actor {
	const permissions = permissionsOf(role);
	return { kind: 'user', id: 'u1', name: 'Ana', email: 'ana@example.com', role, permissions, via: 'browser' };
}

function post(body: unknown, headers: Record<string, string> = {}): Request {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return new Request(`${base}/api/x?q=1`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: base, ...headers },
		body: text,
	});
}

const greet = () => ({ greeting: 'Hello' });
const get = () => new Request(`${base}/api/x`);

async function problemOf(response: Response): Promise<Problem> {
	expect(response.headers.get('content-type')).toBe('application/problem+json');
	const problem = Problem.parse(await response.json());
	expect(problem.status).toBe(response.status);
	return problem;
}

describe('a declared route', () => {
	test('gives its handler parsed input, the actor and the runtime, and answers with the declared status', async () => {
		const { route } = portal();
		const handler = route({
			permission: 'installs:write',
			params: z.object({ id: z.string() }),
			query: z.object({ q: z.coerce.number() }),
			body: Name,
			response: Greeting,
			status: 202,
			handler: ({ params, query, body, actor, runtime }) => ({
				greeting: [runtime.greet(body.name), params.id, query.q + 1, actor.name].join(),
			}),
		});
		const response = await handler(post({ name: 'Bo' }), { params: Promise.resolve({ id: '7' }) });
		expect(response.status).toBe(202);
		expect(await response.json()).toEqual({ greeting: 'Hello Bo,7,2,Ana' });
		expect(response.headers.get('cache-control')).toBe('no-store');
		expect(handler.permission).toBe('installs:write');
	});

	test('lets nothing out that its response schema does not list', async () => {
		const { route } = portal();
		const leaky = { greeting: 'hi', password: 'hunter22' };
		const handler = route({ permission: 'session', response: Greeting, handler: () => leaky });
		expect(await (await handler(get())).json()).toEqual({ greeting: 'hi' });
	});

	test('passes a stream on line by line and keeps its headers', async () => {
		const { route } = portal();
		async function* items() {
			yield { line: 1 };
			yield { line: 2 };
		}
		const handler = route({ permission: 'session', stream: true, handler: () => ndjson(items()) });
		const response = await handler(get());
		expect(response.headers.get('content-type')).toBe('application/x-ndjson');
		expect(await response.text()).toBe('{"line":1}\n{"line":2}\n');
	});

	test('echoes a sane request id and replaces a strange one', async () => {
		const { route } = portal();
		const handler = route({ permission: 'session', response: Greeting, handler: () => ({ greeting: '' }) });
		const ask = (id: string) => handler(new Request(base, { headers: { 'x-request-id': id } }));
		expect((await ask('abcd-1234')).headers.get('x-request-id')).toBe('abcd-1234');
		expect((await ask('<script>alert(1)')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
	});
});

describe('who may call', () => {
	test.each([
		['nobody', null, 'installs:write', 401],
		['a member', person('member'), 'installs:write', 403],
		['an admin', person('platform-admin'), 'installs:write', 200],
		['a member', person('member'), 'session', 200],
		['nobody', null, 'session', 401],
		['the runner', { kind: 'runner' }, 'installs:write', 403],
		['the runner', { kind: 'runner' }, 'session', 403],
		['an owner', person('platform-owner'), 'runner', 403],
		['nobody', null, 'runner', 401],
		['the runner', { kind: 'runner' }, 'runner', 200],
		['nobody', null, 'public', 200],
	] as const)('%s → %s', async (_, actor, permission, status) => {
		const { route } = portal(actor);
		let ran = false;
		const handler = () => {
			ran = true;
			return { greeting: '' };
		};
		const response = await route({ permission, response: Greeting, handler })(get());
		expect(response.status).toBe(status);
		expect(ran).toBe(status === 200);
	});

	test('a refusal names the role that may', async () => {
		const { route } = portal(person('member'));
		const handler = route({ permission: 'sources:write', response: Greeting, handler: () => ({ greeting: '' }) });
		expect(await problemOf(await handler(get()))).toMatchObject({
			code: 'forbidden',
			hint: expect.stringContaining('platform-owner'),
		});
	});

	test.each([
		['a foreign page', { origin: 'https://evil.example' }, 403],
		['a foreign page that says so', { 'sec-fetch-site': 'cross-site' }, 403],
		['our own page', {}, 200],
		['a client with a token', { origin: 'https://evil.example', authorization: 'Bearer x' }, 200],
	])('a change asked for by %s', async (_, headers, status) => {
		const { route } = portal();
		const handler = route({ permission: 'session', body: Name, response: Greeting, handler: () => ({ greeting: '' }) });
		expect((await handler(post({ name: 'Bo' }, headers))).status).toBe(status);
	});

	test('a stranger learns nothing about the input: who they are is checked first', async () => {
		const { route } = portal(null);
		const handler = route({ permission: 'session', body: Name, response: Greeting, handler: () => ({ greeting: '' }) });
		expect((await handler(post('not json'))).status).toBe(401);
	});
});

describe('bad input', () => {
	const named = () =>
		portal().route({ permission: 'session', body: Name, response: Greeting, handler: () => ({ greeting: '' }) });

	test('names each refused field', async () => {
		const problem = await problemOf(await named()(post({ name: 'B', extra: 1 })));
		expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
		expect(problem.invalidParams).toContainEqual({ name: 'name', reason: 'Too short.' });
	});

	test('text that is not JSON is refused without quoting it', async () => {
		const { route, lines } = portal();
		const handler = route({ permission: 'session', body: Name, response: Greeting, handler: () => ({ greeting: '' }) });
		const response = await handler(post('{"name": hunter22'));
		expect(response.status).toBe(400);
		expect((await response.text()) + lines.join()).not.toContain('hunter22');
	});

	test.each([
		['half a surrogate pair', '{"name":"\\ud800 Bo"}'],
		['NUL', '{"name":"Bo\\u0000"}'],
		['NUL in a name, deep inside', '{"name":[{"\\u0000":1}]}'],
	])('a text that nothing can hold is refused without quoting it: %s', async (_, text) => {
		const { route } = portal();
		const handler = route({ permission: 'session', body: z.unknown(), response: Greeting, handler: greet });
		const problem = await problemOf(await handler(post(text)));
		expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
		expect(JSON.stringify(problem)).not.toContain('Bo');
	});

	test('nor does one come in by the address', async () => {
		const { route } = portal();
		const handler = route({ permission: 'session', response: Greeting, handler: greet });
		const bySegment = await handler(get(), { params: Promise.resolve({ slug: 'a\0b' }) });
		const byQuery = await handler(new Request(`${base}/api/x?q=%00`));
		expect([bySegment.status, byQuery.status]).toEqual([400, 400]);
	});

	test('nesting as deep as the limit allows is no danger', async () => {
		const { route } = portal();
		const handler = route({ permission: 'session', body: z.unknown(), response: Greeting, handler: greet });
		const response = await handler(post(`${'['.repeat(200_000)}${']'.repeat(200_000)}`));
		expect(response.status).toBe(200);
	});

	test('another content type is 415', async () => {
		expect((await named()(post({ name: 'Bo' }, { 'content-type': 'text/plain' }))).status).toBe(415);
	});

	test.each([
		['announced', { 'content-length': String(2 ** 21) }],
		['unannounced', { 'content-length': '10' }],
	])('a body over the limit is 413, %s', async (_, headers) => {
		const response = await named()(post({ name: 'x'.repeat(2 ** 21) }, headers));
		expect(await problemOf(response)).toMatchObject({ code: 'too_large' });
	});

	test('a route may allow more', async () => {
		const { route } = portal();
		const handler = route({
			permission: 'session',
			body: Name,
			response: Greeting,
			maxBodyBytes: 2 ** 22,
			handler: ({ body }) => ({ greeting: String(body.name.length) }),
		});
		expect(await (await handler(post({ name: 'x'.repeat(2 ** 21) }))).json()).toEqual({ greeting: '2097152' });
	});
});

describe('failures', () => {
	const failing = (error: unknown) => {
		const { route, lines } = portal();
		const fail = (): { greeting: string } => {
			throw error;
		};
		return { lines, handler: route({ permission: 'session', response: Greeting, handler: fail }) };
	};

	test('one of ours keeps its code, words, next step and details', async () => {
		const error = new AppError('conflict', 'Busy.', { hint: 'Wait.', details: { operationId: 'o1' } });
		expect(await problemOf(await failing(error).handler(get()))).toMatchObject({
			status: 409,
			title: 'Conflict',
			code: 'conflict',
			detail: 'Busy.',
			hint: 'Wait.',
			instance: '/api/x',
			details: { operationId: 'o1' },
		});
	});

	test('anything else is a 500 that tells the request id and nothing more; the log has the rest', async () => {
		const { handler, lines } = failing(new TypeError('column "x" of table y'));
		const response = await handler(get());
		const problem = await problemOf(response);
		expect(problem).toMatchObject({ status: 500, code: 'internal', requestId: response.headers.get('x-request-id') });
		expect(JSON.stringify(problem)).not.toContain('column');
		expect(lines.join()).toContain('column');
		expect(lines.join()).toContain(problem.requestId);
	});

	test('an answer that does not fit its schema is our fault, not the caller’s', async () => {
		const { route } = portal();
		const bad = z.object({ greeting: z.string().max(1) });
		const handler = route({ permission: 'session', response: bad, handler: () => ({ greeting: 'too long' }) });
		expect(await problemOf(await handler(get()))).toMatchObject({ status: 500, invalidParams: [] });
	});

	test('a living secret in words or details does not leave', async () => {
		const secret = new Secret('planted-secret');
		const text = `bad ${secret.reveal()}`;
		const { handler, lines } = failing(new AppError('conflict', text, { hint: text, details: { deep: [text] } }));
		const body = await (await handler(get())).text();
		expect(body + lines.join()).not.toContain('planted-secret');
		expect(body).toContain('bad [secret]');
	});

	test('a runtime that does not start is a problem too', async () => {
		const broken = createRoute(() => Promise.reject(new AppError('database_unavailable', 'No database.')));
		const handler = broken({ permission: 'public', response: Greeting, handler: () => ({ greeting: '' }) });
		expect(await problemOf(await handler(get()))).toMatchObject({ status: 503 });
	});
});

test('each request is one log line with who and how long, and no query or body', async () => {
	const { route, lines } = portal();
	const handler = route({ permission: 'session', body: Name, response: Greeting, handler: () => ({ greeting: '' }) });
	await handler(post({ name: 'hunter22' }));
	expect(lines).toHaveLength(1);
	const line: unknown = JSON.parse(lines[0] ?? '');
	expect(line).toMatchObject({ method: 'POST', path: '/api/x', status: 200, actor: 'u1', ms: expect.any(Number) });
	expect(isRecord(line) && typeof line.requestId).toBe('string');
	expect(lines[0]).not.toMatch(/hunter22|q=1/);
});

test('a stream whose reader leaves stops its source', async () => {
	let stopped = false;
	async function* endless() {
		try {
			for (let line = 0; ; line++) yield { line };
		} finally {
			stopped = true;
		}
	}
	const reader = ndjson(endless()).body?.getReader();
	await reader?.read();
	await reader?.cancel();
	expect(stopped).toBe(true);
});
