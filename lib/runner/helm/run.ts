import { spawn } from 'node:child_process';
import { AppError, redact } from '@/lib/core';
import { type HelmLine, helmError, readHelmLine } from './output';

export type HelmRun = {
	bin: string;
	args: readonly string[];
	env: NodeJS.ProcessEnv;
	cwd: string;
	/** Values; on stdin because argv is public on the machine. */
	stdin: string;
	/** Ends a run that Helm's own --timeout (which is per step) does not end. */
	watchdogMs: number;
	/** From SIGTERM to SIGKILL. */
	graceMs: number;
	signal?: AbortSignal;
	onLine?: (line: HelmLine) => void;
	onStart?: (pid: number) => void | Promise<void>;
};

export type HelmExit = {
	code: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	/** Helm's message from the last `Error: ` on, redacted; empty on success. */
	error: string;
	/** True when we asked it to stop (cancel, patience, watchdog). */
	stopped: boolean;
	overdue: boolean;
};

const MAX_STDOUT = 64 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;
const MAX_LINES = 5000;

/**
 * Run Helm as its own process group. Only Helm gets the polite signal (install and upgrade then record the failure);
 * after the grace the whole group is killed, post-renderer included. Throws `helm_missing` when it cannot be started.
 */
export async function runHelm(run: HelmRun): Promise<HelmExit> {
	const child = spawn(run.bin, run.args, {
		cwd: run.cwd,
		env: run.env,
		detached: true,
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const ended = new Promise<Pick<HelmExit, 'code' | 'signal'>>((resolve, reject) => {
		child.once('error', (cause) =>
			reject(
				new AppError('helm_missing', `Helm cannot be started: ${cause.message}`, {
					hint: 'Install Helm 4.1 or newer on the PATH of the runner or set HELM_BIN, then restart it.',
					cause,
				}),
			),
		);
		child.once('close', (code, signal) => resolve({ code, signal }));
	});
	// Handled below; without this a spawn error during onStart would count as unhandled.
	ended.catch(() => {});
	// EPIPE when Helm ends before it has read its values: its exit code tells the story.
	child.stdin.on('error', () => {});
	child.stdin.end(run.stdin);

	const stdout = collectCapped(child.stdout, MAX_STDOUT);
	const stderr = followStderr(child.stderr, run.onLine);
	const { pid } = child;
	let stopped = false;
	let overdue = false;
	let hard: NodeJS.Timeout | undefined;
	const stop = () => {
		if (stopped) return;
		stopped = true;
		child.kill('SIGTERM');
		hard = setTimeout(() => killGroup(pid), run.graceMs);
	};
	const watchdog = setTimeout(() => {
		overdue = true;
		stop();
	}, run.watchdogMs);
	run.signal?.addEventListener('abort', stop, { once: true });
	try {
		if (pid !== undefined) await run.onStart?.(pid);
		if (run.signal?.aborted) stop();
		const { code, signal } = await ended;
		return { code, signal, stdout: stdout(), error: code === 0 ? '' : errorOf(stderr(), signal), stopped, overdue };
	} finally {
		clearTimeout(watchdog);
		clearTimeout(hard);
		run.signal?.removeEventListener('abort', stop);
		// A post-renderer may have outlived Helm; also the way out when onStart failed.
		killGroup(pid);
	}
}

/** SIGKILL to a process group; already gone is fine. */
export function killGroup(pid: number | undefined): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// ESRCH: the group has ended by itself.
	}
}

function errorOf(stderr: string, signal: NodeJS.Signals | null): string {
	const message = redact(helmError(stderr));
	if (message) return message;
	return signal ? `Helm was ended by ${signal}.` : 'Helm ended without a message.';
}

function collectCapped(stream: NodeJS.ReadableStream, max: number): () => string {
	const chunks: Buffer[] = [];
	let size = 0;
	stream.on('data', (chunk: Buffer) => {
		size += chunk.length;
		if (size <= max) chunks.push(chunk);
	});
	return () => Buffer.concat(chunks).toString('utf8');
}

/** Pass whole lines on, redacted and at most 5,000; keep the end of the text for the error message. */
function followStderr(stream: NodeJS.ReadableStream, onLine?: (line: HelmLine) => void): () => string {
	let end = '';
	let rest = '';
	let count = 0;
	const push = (raw: string) => {
		if (raw.trim() === '' || ++count > MAX_LINES) return;
		const { level, text } = readHelmLine(raw);
		onLine?.({ level, text: redact(text).slice(0, 2000) });
	};
	stream.setEncoding('utf8');
	stream.on('data', (chunk: string) => {
		end = (end + chunk).slice(-MAX_STDERR);
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) push(line);
	});
	stream.on('end', () => push(rest));
	return () => end;
}
