import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import type { Operation } from '@/lib/contracts/operations';
import { examplePacks, type Sandbox, startSandbox } from '@/lib/sandbox';
import type { PackDefinition } from '@/lib/sandbox/packs/definition';
import { ensureHelm } from '@/scripts/fetch-helm.mjs';
import { type Gate, startGate } from './gate';
import type { Door } from './orders';
import { finishedAt, ownerDoor, signInAsOwner } from './owner-door';
import { processesIn } from './processes';

/** A portal in a process of its own, with the registries, the cluster and the door to the runner in this one. */
export type KillablePortal = Door & {
	sandbox: Sandbox;
	gate: Gate;
	start(): Promise<void>;
	/** SIGKILL, and wait until it is gone. */
	kill(): Promise<void>;
	/** Drop every downloaded chart and frontend, so that the next install has to fetch. */
	forgetArtifacts(): Promise<void>;
	finished(id: string): Promise<Operation>;
	/** Helm processes of this portal that are alive, whoever started them. */
	helms(): Promise<number[]>;
	close(): Promise<void>;
};

const Ready = z.object({ url: z.string(), setupUrl: z.string().nullable() });
const ROOT = join(import.meta.dirname, '../..');
const CHILD_CONFIG = join(import.meta.dirname, 'child.tsconfig.json');
const timing = { pullMs: 20, startMs: 20, jobMs: 20, deleteMs: 10, crashMs: 30 };

/** Start it with these packs besides the examples. */
export async function startKillablePortal(packs: readonly PackDefinition[] = []): Promise<KillablePortal> {
	const folder = await mkdtemp(join(tmpdir(), 'pky-kill-'));
	const sandbox = await startSandbox({ dataDir: null, packs: [...examplePacks, ...packs], cluster: { timing } });
	const gate = await startGate();
	const helm = await ensureHelm({ helmBin: process.env.HELM_BIN });
	let child: ChildProcess | null = null;
	let output: Interface | null = null;
	let url = '';
	let cookie = '';
	const door = ownerDoor(() => ({ url, cookie }));

	async function start(): Promise<void> {
		const firstTime = cookie === '';
		const args = ['--import', 'tsx', join(import.meta.dirname, 'portal-child.ts')];
		const started = spawn(process.execPath, args, {
			cwd: ROOT,
			// As in the Vitest configuration, `server-only` is an empty module; React's own server condition would do the same
			// but leaves Next's client half without React.
			env: { ...process.env, HOME: folder, TMPDIR: folder, NODE_OPTIONS: '', TSX_TSCONFIG_PATH: CHILD_CONFIG },
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		child = started;
		started.stdin.end(
			JSON.stringify({
				settings: {
					PACKYARD_DATA_DIR: join(folder, 'data'),
					PACKYARD_LOG_FILE: join(folder, 'packyard.log'),
					PACKYARD_RUNNER_URL: gate.url,
					PACKYARD_PATIENCE_SECONDS: '1',
					PACKYARD_LEASE_SECONDS: '1',
					PACKYARD_HELM_TIMEOUT_SECONDS: '30',
					PACKYARD_SIGN_IN_LIMIT: '1000',
					HELM_BIN: helm.path,
				},
				sandbox: { ...sandbox, kubeconfig: sandbox.cluster.kubeconfig() },
				firstTime,
			}),
		);
		const ended = once(started, 'exit').then(([code]) => {
			throw new Error(`the portal ended with ${code} before it was ready`);
		});
		ended.catch(() => {}); // Later it may end as it likes.
		output = createInterface(started.stdout);
		const [line] = await Promise.race([once(output, 'line'), ended]);
		const ready = Ready.parse(JSON.parse(String(line)));
		url = ready.url;
		gate.lead(url);
		if (firstTime) cookie = await signInAsOwner(url, ready.setupUrl);
	}

	async function kill(): Promise<void> {
		gate.lead(null);
		if (child === null || child.exitCode !== null || child.signalCode !== null) return;
		const gone = once(child, 'exit');
		child.kill('SIGKILL');
		await gone;
		gate.cut();
	}

	await start();
	return {
		sandbox,
		gate,
		...door,
		start,
		kill,
		forgetArtifacts: async () => {
			if (child === null || output === null) throw new Error('the portal is not running');
			const done = once(output, 'line');
			child.kill('SIGUSR2');
			await done;
		},
		finished: (id) => finishedAt(door, id),
		helms: () => processesIn(folder),
		close: async () => {
			await kill();
			await Promise.all([gate.close(), sandbox.close()]);
			for (const pid of await processesIn(folder)) process.kill(pid, 'SIGKILL');
			await rm(folder, { recursive: true, force: true });
		},
	};
}
