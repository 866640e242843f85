import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApplyRequest } from '@/lib/contracts/runner';
import { at, textAt } from '@/lib/core';
import { connectFromKubeconfig, createRunner } from '@/lib/runner';
import { ensureHelm } from '../../scripts/fetch-helm.mjs';
import {
	applyRequest,
	finish,
	giveEnvironment,
	IMAGE,
	type RunnerWorld,
	startRunnerWorld,
} from '../support/runner-world';

/** kill -9 of Helm and of the runner, in the middle of an upgrade. */

let world: RunnerWorld;
beforeAll(async () => {
	world = await startRunnerWorld();
});
afterAll(async () => {
	await world?.close();
});

/** A child process that compiles TypeScript on a busy machine needs its time. */
const PATIENT = { timeout: 30_000 };
const hanging = { values: { image: `${IMAGE}:never-ready` }, patienceSeconds: 60, timeoutSeconds: 60 };

test('a Helm that was killed is told apart, its stuck record repaired, and the next run works', async () => {
	const target = { namespace: 'helm-killed', release: 'hello' };
	await giveEnvironment(world.runner, target);
	await finish(world.runner.apply(applyRequest(target)));
	const running = finish(world.runner.apply(applyRequest(target, hanging)));
	await expect.poll(() => statuses(target.namespace), PATIENT).toEqual(['pending-upgrade', 'deployed']);
	process.kill(-(await helmPid(world.stateDir)), 'SIGKILL');
	const killed = await running;
	expect(killed).toMatchObject({
		ok: false,
		outcome: 'killed',
		recovered: expect.stringMatching(/Revision 2 was left in pending-upgrade/),
	});
	expect(statuses(target.namespace)).toEqual(['failed', 'deployed']);
	expect(await finish(world.runner.apply(applyRequest(target)))).toMatchObject({
		ok: true,
		helmRevision: 3,
		recovered: null,
	});
});

test('a stuck record of a Helm nobody knows is repaired before the next run', async () => {
	const target = { namespace: 'stuck', release: 'hello' };
	await giveEnvironment(world.runner, target);
	const child = await startChild(applyRequest(target, hanging), join(world.stateDir, 'elsewhere'));
	await expect.poll(() => statuses(target.namespace), PATIENT).toEqual(['pending-install']);
	process.kill(-(await helmPid(join(world.stateDir, 'elsewhere'))), 'SIGKILL');
	child.kill('SIGKILL');
	await child.ended;
	const elsewhere = await runFile(join(world.stateDir, 'elsewhere'));
	const next = await finish(world.runner.apply(applyRequest(target)));
	expect(next).toMatchObject({ ok: true, recovered: expect.stringMatching(/left in pending-install/) });
	await rm(textAt(elsewhere, 'dir') ?? '', { recursive: true });
	expect(statuses(target.namespace)).toEqual(['deployed', 'failed']);
});

test('the Helm of a runner that was killed is ended by the next runner, and the same operation then succeeds', async () => {
	const target = { namespace: 'runner-killed', release: 'hello' };
	const stateDir = join(world.stateDir, 'killed');
	await giveEnvironment(world.runner, target);
	const request = applyRequest(target, hanging);
	const child = await startChild(request, stateDir);
	await expect.poll(() => statuses(target.namespace), PATIENT).toEqual(['pending-install']);
	const orphan = await helmPid(stateDir);
	// Stopped, so that it cannot die by itself of writing to the closed pipe before it is found.
	process.kill(orphan, 'SIGSTOP');
	child.kill('SIGKILL');
	await child.ended;
	expect(await isAlive(orphan)).toBe(true);

	const log: string[] = [];
	const kube = await connectFromKubeconfig({ text: world.cluster.kubeconfig() });
	const { path: helmBin } = await ensureHelm();
	const runner = createRunner({ helmBin, kube, stateDir, graceSeconds: 5, log: (line) => void log.push(line) });
	await expect.poll(() => isAlive(orphan), PATIENT).toBe(false);
	await expect.poll(() => log.join(), PATIENT).toMatch(/Ended the Helm/);
	await expect.poll(() => statuses(target.namespace), PATIENT).toEqual(['failed']);
	expect(await readdir(join(stateDir, 'runs'))).toEqual([]);
	const repeated = await finish(runner.apply({ ...request, values: {} }));
	expect(repeated).toMatchObject({ ok: true, reused: false });
	await runner.close();
});

test('while another living runner works on a release, this one does not', async () => {
	const target = { namespace: 'two-runners', release: 'hello' };
	await giveEnvironment(world.runner, target);
	const child = await startChild(applyRequest(target, hanging), world.stateDir);
	await expect.poll(() => statuses(target.namespace), PATIENT).toEqual(['pending-install']);
	expect(await finish(world.runner.apply(applyRequest(target)))).toMatchObject({ ok: false, outcome: 'busy' });
	expect(statuses(target.namespace)).toEqual(['pending-install']);
	const orphan = await helmPid(world.stateDir);
	child.kill('SIGKILL');
	await child.ended;
	// The control: once that runner is gone, the release is free.
	const next = await finish(world.runner.apply(applyRequest(target)));
	// Either this runner ended it, or it died of the closed pipe; its record was pending in both cases.
	expect(next).toMatchObject({ ok: true, recovered: expect.stringMatching(/Ended the Helm|left in pending-install/) });
	expect(await isAlive(orphan)).toBe(false);
});

test('closing the runner ends Helm politely and says that nobody cancelled', async () => {
	const target = { namespace: 'closing', release: 'hello' };
	await giveEnvironment(world.runner, target);
	const kube = await connectFromKubeconfig({ text: world.cluster.kubeconfig() });
	const { path: helmBin } = await ensureHelm();
	const runner = createRunner({ helmBin, kube, stateDir: join(world.stateDir, 'closing'), graceSeconds: 5 });
	const running = finish(runner.apply(applyRequest(target, hanging)));
	await expect.poll(() => statuses(target.namespace), PATIENT).toEqual(['pending-install']);
	await runner.close();
	expect(await running).toMatchObject({ ok: false, outcome: 'killed' });
	expect(statuses(target.namespace)).toEqual(['failed']);
});

async function startChild(request: ApplyRequest, stateDir: string) {
	const { path: helmBin } = await ensureHelm();
	const args = [
		'--conditions',
		'react-server',
		'--import',
		'tsx',
		join(import.meta.dirname, '../support/runner-child.ts'),
	];
	const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	child.stdin.end(JSON.stringify({ helmBin, kubeconfig: world.cluster.kubeconfig(), stateDir, request }));
	return { ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

/** From the run file, as the next runner would find it. */
async function helmPid(stateDir: string): Promise<number> {
	await expect.poll(async () => at(await runFile(stateDir), 'helm', 'pid'), PATIENT).toBeTypeOf('number');
	return Number(at(await runFile(stateDir), 'helm', 'pid'));
}

async function runFile(stateDir: string): Promise<unknown> {
	const folder = join(stateDir, 'runs');
	const [name] = (await readdir(folder)).filter((file) => file.endsWith('.json'));
	return name ? JSON.parse(await readFile(join(folder, name), 'utf8')) : null;
}

/** A zombie counts as gone: in a container nobody may be there to reap it. */
async function isAlive(pid: number): Promise<boolean> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
	return stat !== '' && !/\) Z /.test(stat);
}

function statuses(namespace: string): string[] {
	return world.cluster.store
		.list('v1', 'Secret', namespace)
		.filter((secret) => textAt(secret, 'type') === 'helm.sh/release.v1')
		.sort((a, b) => Number(b.metadata.labels?.version) - Number(a.metadata.labels?.version))
		.map(({ metadata }) => metadata.labels?.status ?? '');
}
