import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type RunningServer = { port: number; host: string; url: string; close(): Promise<void> };

type Command = { command: string; args: readonly string[]; cwd: string; env?: Readonly<Record<string, string>> };

const READY_MS = 60_000;
const GRACE_MS = 5_000;
const ATTEMPTS = 3;

/**
 * Start a program that serves HTTP on 127.0.0.1, and wait until it answers `readyPath` with any status. Throws with its
 * last words when it ends instead. A free port can be taken by somebody else before the program has it, so it is tried
 * again.
 */
export async function startServer(
	name: string,
	commandFor: (port: number) => Promise<Command>,
	readyPath: string,
): Promise<RunningServer> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await startOnce(name, commandFor, readyPath);
		} catch (error) {
			if (attempt === ATTEMPTS) throw error;
		}
	}
}

async function startOnce(
	name: string,
	commandFor: (port: number) => Promise<Command>,
	readyPath: string,
): Promise<RunningServer> {
	const port = await freePort();
	const { command, args, cwd, env = {} } = await commandFor(port);
	const child = spawn(command, args, {
		cwd,
		env: { NODE_ENV: 'test', PATH: process.env.PATH ?? '', HOME: cwd, TZ: 'UTC', ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const stopWithUs = () => void child.kill('SIGKILL');
	process.once('exit', stopWithUs);
	let words = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			words = (words + chunk.toString()).slice(-4000);
		});
	}
	const url = `http://127.0.0.1:${port}`;
	const close = async () => {
		process.off('exit', stopWithUs);
		await stop(child);
	};
	try {
		await untilReady(child, `${url}${readyPath}`);
	} catch (cause) {
		await close();
		throw new Error(`${name} did not start: ${words.trim().split('\n').slice(-8).join('\n')}`, { cause });
	}
	return { port, host: `127.0.0.1:${port}`, url, close };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
	const ended = new AbortController();
	child.once('error', (error) => ended.abort(error));
	child.once('exit', (code) => ended.abort(new Error(`it ended with ${code}`)));
	const giveUp = AbortSignal.any([ended.signal, AbortSignal.timeout(READY_MS)]);
	for (;;) {
		giveUp.throwIfAborted();
		const answer = await fetch(url, { signal: giveUp }).catch(() => null);
		await answer?.body?.cancel();
		if (answer !== null) return;
		await delay(50);
	}
}

async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
	const gone = once(child, 'exit');
	child.kill('SIGTERM');
	const tooSlow = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
	await gone;
	clearTimeout(tooSlow);
}

async function freePort(): Promise<number> {
	const probe = createServer();
	probe.listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const address = probe.address();
	probe.close();
	await once(probe, 'close');
	if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
	return address.port;
}
