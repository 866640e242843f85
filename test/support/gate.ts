import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { textAt } from '@/lib/core';

/** A call of the runner's API: `apply`, `environment/check` … and the release it is about ('' when it names none). */
export type Call = { name: string; release: string };

/** Before it reaches the runner, at the first event of its stream, or when its answer is known to nobody else. */
export type Moment = 'before' | 'during' | 'after';

export type Parked = {
	/** A call got to that moment and waits there. */
	reached: Promise<void>;
	/** Let it go on. */
	open(): void;
};

/** A door between a portal and its runner that a test can hold shut at exactly one moment. */
export type Gate = {
	/** For PACKYARD_RUNNER_URL. */
	url: string;
	/** Where the runner answers; null = nobody does. */
	lead(to: string | null): void;
	/** Stop the next such call at this moment. */
	park(moment: Moment, call: Call): Parked;
	/** What came by, in order. */
	calls: readonly Call[];
	/** Break every connection that is open now, as a runner that dies does. */
	cut(): void;
	close(): Promise<void>;
};

export async function startGate(): Promise<Gate> {
	const calls: Call[] = [];
	const parked = new Set<{ moment: Moment; call: Call; arrive: () => void; opened: Promise<void> }>();
	let runner: string | null = null;
	const server = createServer((request, response) => {
		// A connection that either side breaks is what these tests are about.
		pass(request, response).catch(() => response.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the gate has no port');

	async function stop(moment: Moment, { name, release }: Call): Promise<void> {
		for (const one of parked) {
			if (one.moment !== moment || one.call.name !== name || one.call.release !== release) continue;
			parked.delete(one);
			one.arrive();
			await one.opened;
			return;
		}
	}

	async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const body = await text(incoming);
		const path = incoming.url ?? '/';
		const call = { name: path.replace(/^\/api\/runner\//, ''), release: releaseIn(body) };
		calls.push(call);
		await stop('before', call);
		if (runner === null) throw new Error('nobody is there');
		const gone = new AbortController();
		outgoing.once('close', () => gone.abort());
		const { method = 'GET', headers } = incoming;
		const answer = await fetch(`${runner}${path}`, {
			method,
			headers: {
				authorization: headers.authorization ?? '',
				accept: headers.accept ?? '',
				'content-type': 'application/json',
			},
			signal: gone.signal,
			...(method === 'GET' ? {} : { body }),
		});
		const type = answer.headers.get('content-type') ?? '';
		if (!type.includes('ndjson')) {
			const content = await answer.text();
			await stop('after', call);
			outgoing.writeHead(answer.status, { 'content-type': type }).end(content);
			return;
		}
		outgoing.writeHead(answer.status, { 'content-type': type }).flushHeaders();
		let isFirst = true;
		for await (const line of linesOf(answer)) {
			if (isFirst) await stop('during', call);
			isFirst = false;
			if (line.includes('"kind":"result"')) await stop('after', call);
			outgoing.write(`${line}\n`);
		}
		outgoing.end();
	}

	return {
		url: `http://127.0.0.1:${address.port}`,
		calls,
		lead: (to) => {
			runner = to;
		},
		park: (moment, call) => {
			let arrive = () => {};
			let open = () => {};
			const reached = new Promise<void>((resolve) => {
				arrive = resolve;
			});
			const opened = new Promise<void>((resolve) => {
				open = resolve;
			});
			parked.add({ moment, call, arrive, opened });
			return { reached, open };
		},
		cut: () => server.closeAllConnections(),
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

function releaseIn(body: string): string {
	if (body === '') return '';
	const value: unknown = JSON.parse(body);
	return textAt(value, 'release') ?? '';
}

async function* linesOf(answer: Response): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of answer.body ?? []) {
		rest += decoder.decode(chunk, { stream: true });
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		yield* lines.filter((line) => line !== '');
	}
}
