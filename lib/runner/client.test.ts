import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { RunnerEvent } from '@/lib/contracts/runner';
import { Secret } from '@/lib/core';
import { createRunnerClient } from './client';

const closing: (() => void)[] = [];
afterEach(() => {
	for (const close of closing.splice(0)) close();
});

const result = {
	kind: 'result',
	at: '2026-11-20T10:00:00Z',
	result: {
		ok: true,
		outcome: 'ok',
		message: 'Done.',
		hint: null,
		detail: '',
		helmRevision: 1,
		reused: false,
		recovered: null,
		blocker: null,
		injected: [],
		warnings: [],
	},
} as const satisfies RunnerEvent;
const heartbeat = { kind: 'heartbeat', at: '2026-11-20T10:00:00Z' } as const satisfies RunnerEvent;
const uninstall = {
	namespace: 'apps',
	release: 'hello',
	operationId: '0b8f6a1e-0000-4000-8000-000000000001',
	timeoutSeconds: 60,
	removeEnvironment: true,
	removeVolumes: false,
};

async function clientOf(listener: RequestListener, silenceMs = 2000) {
	const server = createServer(listener);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	closing.push(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	return createRunnerClient({ baseUrl: `http://127.0.0.1:${port}/`, token: new Secret('runner-token-1'), silenceMs });
}

async function collect(events: AsyncIterable<RunnerEvent>): Promise<RunnerEvent[]> {
	const all: RunnerEvent[] = [];
	for await (const event of events) all.push(event);
	return all;
}

test('requests carry the token and JSON to the named path', async () => {
	const seen: unknown[] = [];
	const client = await clientOf(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		seen.push([request.method, request.url, request.headers.authorization, body]);
		response.end('{"cancelled":true}');
	});
	expect(await client.cancel('0b8f6a1e-0000-4000-8000-000000000001')).toEqual({ cancelled: true });
	expect(seen).toEqual([
		['POST', '/api/runner/cancel', 'Bearer runner-token-1', '{"operationId":"0b8f6a1e-0000-4000-8000-000000000001"}'],
	]);
});

test('events arrive whole however the network cuts them', async () => {
	const text = `${JSON.stringify(heartbeat)}\n\n${JSON.stringify({ ...result, result: { ...result.result, message: 'Fertig: ü.' } })}\n`;
	const client = await clientOf(async (_, response) => {
		for (const byte of Buffer.from(text)) {
			response.write(Buffer.of(byte));
			if (byte === 0xc3) await new Promise((later) => setTimeout(later, 20));
		}
		response.end();
	});
	const events = await collect(client.uninstall(uninstall));
	expect(events).toMatchObject([{ kind: 'heartbeat' }, { kind: 'result', result: { message: 'Fertig: ü.' } }]);
});

test('a stream without result is an unavailable runner, not a success', async () => {
	const client = await clientOf((_, response) => response.end(`${JSON.stringify(heartbeat)}\n`));
	await expect(collect(client.uninstall(uninstall))).rejects.toMatchObject({ code: 'runner_unavailable' });
});

test('a runner that goes silent is given up', async () => {
	const client = await clientOf((_, response) => void response.write(`${JSON.stringify(heartbeat)}\n`), 100);
	await expect(collect(client.uninstall(uninstall))).rejects.toThrow(/silent/);
});

test('the control: heartbeats keep a slow job alive', async () => {
	const client = await clientOf((_, response) => {
		let left = 6;
		const timer = setInterval(() => {
			response.write(`${JSON.stringify(left > 0 ? heartbeat : result)}\n`);
			if (left-- === 0) clearInterval(timer);
		}, 40);
	}, 200);
	expect((await collect(client.uninstall(uninstall))).at(-1)).toMatchObject({ kind: 'result' });
});

test('a problem keeps its code, hint and details', async () => {
	const problem = {
		type: 'about:blank',
		title: 'Conflict',
		status: 409,
		detail: 'It exists.',
		code: 'conflict',
		hint: 'Wait.',
		instance: '/x',
		requestId: 'r',
		invalidParams: [],
		details: { who: 'me' },
	};
	const client = await clientOf((_, response) => {
		response.writeHead(409, { 'content-type': 'application/problem+json' });
		response.end(JSON.stringify(problem));
	});
	await expect(client.status({ namespace: 'a', release: 'b' })).rejects.toMatchObject({
		code: 'conflict',
		message: 'It exists.',
		hint: 'Wait.',
		details: { who: 'me' },
	});
});

test('a refused token is a broken runner, never a signed-out admin', async () => {
	const client = await clientOf((_, response) => {
		response.writeHead(401);
		response.end('{}');
	});
	await expect(client.health()).rejects.toMatchObject({ code: 'runner_unavailable' });
});

test('nobody listening is named, without the token', async () => {
	const client = createRunnerClient({ baseUrl: 'http://127.0.0.1:1', token: new Secret('runner-token-1') });
	const failed = await client.health().catch((error: unknown) => error);
	expect(failed).toMatchObject({ code: 'runner_unavailable' });
	expect(String(failed)).not.toContain('runner-token-1');
});

test('leaving the loop ends the request', async () => {
	let resolve = () => {};
	const promise = new Promise<void>((done) => {
		resolve = done;
	});
	const client = await clientOf((_, response) => {
		response.write(`${JSON.stringify(heartbeat)}\n`);
		response.on('close', () => resolve());
	});
	for await (const event of client.uninstall(uninstall)) {
		expect(event.kind).toBe('heartbeat');
		break;
	}
	await promise;
});
