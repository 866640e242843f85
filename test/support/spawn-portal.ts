import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import type { Sandbox } from '@/lib/sandbox';

const Ready = z.object({ url: z.string(), setupUrl: z.string().nullable() });
const ROOT = join(import.meta.dirname, '../..');
const CHILD_CONFIG = join(import.meta.dirname, 'child.tsconfig.json');

export type SpawnedPortal = z.infer<typeof Ready> & {
	child: ChildProcess;
	/** What it says after it is ready, line by line. */
	output: Interface;
	/** SIGKILL, and wait until it is gone. */
	kill(): Promise<void>;
};

/**
 * `portal-child.ts` in a process of its own, with `folder` as home and temporary folder. `firstTime`: begin with a
 * migrated embedded database, and read the sources before it is ready.
 */
export async function spawnPortal(options: {
	folder: string;
	settings: Record<string, string>;
	sandbox: Sandbox;
	firstTime: boolean;
}): Promise<SpawnedPortal> {
	const { folder, settings, sandbox, firstTime } = options;
	const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'portal-child.ts')], {
		cwd: ROOT,
		// As in the Vitest configuration, `server-only` is an empty module; React's own server condition would do the same
		// but leaves Next's client half without React.
		env: { ...process.env, HOME: folder, TMPDIR: folder, NODE_OPTIONS: '', TSX_TSCONFIG_PATH: CHILD_CONFIG },
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	child.stdin.end(
		JSON.stringify({ settings, sandbox: { ...sandbox, kubeconfig: sandbox.cluster.kubeconfig() }, firstTime }),
	);
	const ended = once(child, 'exit').then(([code]) => {
		throw new Error(`the portal ended with ${code} before it was ready`);
	});
	ended.catch(() => {}); // Later it may end as it likes.
	const output = createInterface(child.stdout);
	const [line] = await Promise.race([once(output, 'line'), ended]);
	return {
		...Ready.parse(JSON.parse(String(line))),
		child,
		output,
		kill: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, 'exit');
			child.kill('SIGKILL');
			await gone;
		},
	};
}
