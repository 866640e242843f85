import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const START_MS = 300_000;

/** The portal as a newcomer starts it: `node scripts/start.mjs` in a process of its own. */
export type PortalProcess = {
	url: string;
	/** The one-time link of this start, null when there is an owner. */
	setupUrl: string | null;
	/** Everything it printed so far. */
	output(): string;
	pid: number;
	/** SIGTERM, and wait for the end. Resolves to the exit code. */
	stop(): Promise<number | null>;
	/** SIGKILL, and wait for the end. */
	kill(): Promise<void>;
};

/** Start it and wait until it says that it is running. Throws with its output when it ends instead. */
export async function startProcess(settings: Record<string, string>): Promise<PortalProcess> {
	const child = spawn(process.execPath, ['scripts/start.mjs'], {
		cwd: ROOT,
		env: { ...process.env, NODE_OPTIONS: '', VITEST: '', ...settings },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	const keep = (chunk: Buffer) => {
		output += chunk.toString();
	};
	child.stdout?.on('data', keep);
	child.stderr?.on('data', keep);
	const url = await until(
		child,
		() => /Packyard is running\s+(http\S+)/.exec(output)?.[1],
		() => output,
	);
	await until(
		child,
		() => /Started in .* s/.exec(output)?.[0],
		() => output,
	);
	return {
		url,
		setupUrl: /Create the first owner\s+(http\S+)/.exec(output)?.[1] ?? null,
		output: () => output,
		pid: child.pid ?? 0,
		stop: () => end(child, 'SIGTERM'),
		kill: async () => {
			await end(child, 'SIGKILL');
		},
	};
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
	if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
	const gone = once(child, 'exit');
	child.kill(signal);
	await gone;
	return child.exitCode;
}

async function until(child: ChildProcess, look: () => string | undefined, output: () => string): Promise<string> {
	const deadline = Date.now() + START_MS;
	while (Date.now() < deadline) {
		const found = look();
		if (found !== undefined) return found;
		if (child.exitCode !== null) throw new Error(`the portal ended with ${child.exitCode}:\n${output()}`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	child.kill('SIGKILL');
	throw new Error(`the portal did not start in time:\n${output()}`);
}
