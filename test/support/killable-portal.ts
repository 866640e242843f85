import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from '@/lib/contracts/operations';
import { examplePacks, type Sandbox, startSandbox } from '@/lib/sandbox';
import type { PackDefinition } from '@/lib/sandbox/packs/definition';
import { ensureHelm } from '@/scripts/fetch-helm.mjs';
import { type Gate, startGate } from './gate';
import type { Door } from './orders';
import { finishedAt, ownerDoor, signInAsOwner } from './owner-door';
import { processesIn } from './processes';
import { type SpawnedPortal, spawnPortal } from './spawn-portal';

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

const timing = { pullMs: 20, startMs: 20, jobMs: 20, deleteMs: 10, crashMs: 30 };

/** Start it with these packs besides the examples. */
export async function startKillablePortal(packs: readonly PackDefinition[] = []): Promise<KillablePortal> {
	const folder = await mkdtemp(join(tmpdir(), 'pky-kill-'));
	const sandbox = await startSandbox({ dataDir: null, packs: [...examplePacks, ...packs], cluster: { timing } });
	const gate = await startGate();
	const helm = await ensureHelm({ helmBin: process.env.HELM_BIN });
	let portal: SpawnedPortal | null = null;
	let cookie = '';
	const door = ownerDoor(() => ({ url: portal?.url ?? '', cookie }));

	async function start(): Promise<void> {
		const firstTime = cookie === '';
		const settings = {
			PACKYARD_DATA_DIR: join(folder, 'data'),
			PACKYARD_LOG_FILE: join(folder, 'packyard.log'),
			PACKYARD_RUNNER_URL: gate.url,
			PACKYARD_PATIENCE_SECONDS: '1',
			PACKYARD_LEASE_SECONDS: '1',
			PACKYARD_HELM_TIMEOUT_SECONDS: '30',
			PACKYARD_SIGN_IN_LIMIT: '1000',
			HELM_BIN: helm.path,
		};
		portal = await spawnPortal({ folder, settings, sandbox, firstTime });
		gate.lead(portal.url);
		if (firstTime) cookie = await signInAsOwner(portal.url, portal.setupUrl);
	}

	async function kill(): Promise<void> {
		gate.lead(null);
		await portal?.kill();
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
			if (portal === null) throw new Error('the portal is not running');
			const done = once(portal.output, 'line');
			portal.child.kill('SIGUSR2');
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
