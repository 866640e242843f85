import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ReleaseRef } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import { killGroup } from './helm/run';
import { removeWorkspace } from './helm/workspace';

const exec = promisify(execFile);

/** A process, told apart from a later one with the same number by when it started. */
const ProcessRef = z.object({ pid: z.int().positive(), startTime: z.string() });
type ProcessRef = z.infer<typeof ProcessRef>;

/** `<stateDir>/runs/<operationId>.json`: enough to end a Helm whose runner was killed. */
const RunFile = z.object({
	operationId: z.string(),
	namespace: z.string(),
	release: z.string(),
	/** Private directory of the run; it holds credentials. */
	dir: z.string(),
	/** null between the decision to start Helm and knowing its number; it is then found by its directory. */
	helm: ProcessRef.nullable(),
	runner: ProcessRef,
});
type RunFile = z.infer<typeof RunFile>;

export type RunStart = Omit<RunFile, 'helm' | 'runner'> & { pid: number | null };

export type RunFiles = {
	/** Before Helm starts with `pid: null`, then again with its number. */
	write(run: RunStart): Promise<void>;
	remove(operationId: string): Promise<void>;
	/**
	 * End Helms whose runner is gone, of one release or of all, and forget those runs.
	 */
	endOrphans(ref?: ReleaseRef): Promise<Orphans>;
};

export type Orphans = {
	/** What was ended, in words. */
	ended: string[];
	/** Releases of all interrupted runs: their records may be stuck. */
	interrupted: ReleaseRef[];
	/** Another runner that is alive is working there. */
	busy: boolean;
};

const GRACE_MS = 5000;

export function createRunFiles(stateDir: string): RunFiles {
	const folder = join(stateDir, 'runs');
	const pathOf = (operationId: string) => join(folder, `${operationId.replace(/[^\w-]/g, '_')}.json`);

	async function write({ pid, ...run }: RunStart): Promise<void> {
		const [helm, runner] = await Promise.all([pid === null ? null : startOf(pid), startOf(process.pid)]);
		if (!runner) throw new AppError('internal', 'The runner cannot read its own process information.');
		const file: RunFile = { ...run, helm: helm?.ref ?? null, runner: runner.ref };
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const path = pathOf(run.operationId);
		await writeFile(`${path}.new`, JSON.stringify(file), { mode: 0o600 });
		await rename(`${path}.new`, path);
	}

	async function endOrphans(ref?: ReleaseRef): Promise<Orphans> {
		const ended: string[] = [];
		const interrupted: ReleaseRef[] = [];
		let busy = false;
		for (const name of await namesIn(folder)) {
			const path = join(folder, name);
			const run = await readRun(path);
			if (!run) {
				await rm(path, { force: true });
				continue;
			}
			if (ref && (run.namespace !== ref.namespace || run.release !== ref.release)) continue;
			if (await isSame(run.runner)) {
				busy ||= run.runner.pid !== process.pid;
				continue;
			}
			const pid = await endHelm(run);
			if (pid !== null) ended.push(`Ended the Helm (process ${pid}) that an interrupted runner left behind.`);
			interrupted.push({ namespace: run.namespace, release: run.release });
			await removeWorkspace(run.dir);
			await rm(path, { force: true });
		}
		return { ended, interrupted, busy };
	}

	return { write, remove: (operationId) => rm(pathOf(operationId), { force: true }), endOrphans };
}

/** Polite first: an install that is told to stop records its failure. Returns the process that was ended. */
async function endHelm(run: RunFile): Promise<number | null> {
	const helm = run.helm ?? (await findByDirectory(run.dir));
	if (!helm || !(await isOurHelm(helm, run.release))) return null;
	try {
		process.kill(helm.pid, 'SIGTERM');
	} catch {
		return null; // ESRCH: it has ended between the look and the signal.
	}
	for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline; ) {
		if (!(await isSame(helm))) break;
		await delay(100);
	}
	killGroup(helm.pid);
	return helm.pid;
}

/** Number and start time can only be ours; the command line guards against a start time read wrongly. */
async function isOurHelm(helm: ProcessRef, release: string): Promise<boolean> {
	const found = await startOf(helm.pid);
	if (!found || found.ref.startTime !== helm.startTime) return false;
	return found.command.includes(release) && /helm/.test(found.command);
}

/** The Helm that works in this directory; it was started, but its number was not written down in time. */
async function findByDirectory(dir: string): Promise<ProcessRef | null> {
	if (process.platform !== 'linux') return null;
	for (const name of await readdir('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		// EACCES and ENOENT: somebody else's process, or one that has just ended.
		const cwd = await readlink(`/proc/${name}/cwd`).catch(() => null);
		const found = cwd === dir ? await startOf(Number(name)) : null;
		if (found && /helm/.test(found.command.split(' ')[0] ?? '')) return found.ref;
	}
	return null;
}

async function isSame(process: ProcessRef): Promise<boolean> {
	return (await startOf(process.pid))?.ref.startTime === process.startTime;
}

/** When a process started and how it was called; null when there is none (a zombie counts as none). */
async function startOf(pid: number): Promise<{ ref: ProcessRef; command: string } | null> {
	if (process.platform !== 'linux') return startFromPs(pid);
	try {
		const [stat, command] = await Promise.all([
			readFile(`/proc/${pid}/stat`, 'utf8'),
			readFile(`/proc/${pid}/cmdline`, 'utf8'),
		]);
		// The second field is the name in brackets and may itself hold spaces and brackets (proc(5)).
		const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		const startTime = fields[18];
		if (state === 'Z' || !startTime) return null;
		return { ref: { pid, startTime }, command: command.replaceAll('\0', ' ') };
	} catch {
		return null; // ENOENT, ESRCH: no such process.
	}
}

async function startFromPs(pid: number): Promise<{ ref: ProcessRef; command: string } | null> {
	try {
		const { stdout } = await exec('ps', ['-o', 'lstart=', '-o', 'command=', '-p', String(pid)]);
		const line = stdout.trim();
		return line === '' ? null : { ref: { pid, startTime: line.slice(0, 24) }, command: line.slice(24) };
	} catch {
		return null; // ps exits with 1 when there is no such process.
	}
}

async function namesIn(folder: string): Promise<string[]> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	return (await readdir(folder)).filter((name) => name.endsWith('.json'));
}

/** null for a file that a crash or an older version left unreadable. */
async function readRun(path: string): Promise<RunFile | null> {
	try {
		return RunFile.parse(JSON.parse(await readFile(path, 'utf8')));
	} catch {
		return null;
	}
}
