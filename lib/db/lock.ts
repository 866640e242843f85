import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, ftruncateSync, openSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, textAt } from '@/lib/core';

export type FolderLock = { release(): Promise<void> };

/**
 * Take `folder` (made when missing) for this process alone. PGlite has no lock of its own: two processes on one
 * folder lose rows without any error. The lock ends with the process, however it ends, kill -9 included.
 * Throws AppError('conflict') that names the folder and, when known, the process that holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	return (await lockFile(folder)) ?? (await lockSocket(folder));
}

/**
 * `flock 3` locks the open file behind the descriptor it inherits, which is ours: it stays locked after that child
 * ends, until we close it or die, and also across containers that share the folder. Null where util-linux is missing.
 */
async function lockFile(folder: string): Promise<FolderLock | null> {
	const path = join(folder, '.lock');
	const file = openSync(path, 'a+');
	const outcome = await runFlock(file);
	if (outcome === 'locked') {
		// The number is only for the message of the next one who comes; the lock does not depend on it.
		ftruncateSync(file);
		writeSync(file, `${process.pid}\n`);
		return { release: async () => closeSync(file) };
	}
	closeSync(file);
	if (outcome === 'taken') throw taken(folder, readFileSync(path, 'utf8').trim());
	return null;
}

const TAKEN = 75;

async function runFlock(file: number): Promise<'locked' | 'taken' | 'missing'> {
	const child = spawn('flock', ['-n', '-E', String(TAKEN), '3'], { stdio: ['ignore', 'ignore', 'ignore', file] });
	const code = await new Promise<number | null>((resolve) => {
		child.once('error', () => resolve(null));
		child.once('exit', resolve);
	});
	// Other exits: busybox without -E, or a file system without locks. The socket serves there.
	return code === 0 ? 'locked' : code === TAKEN ? 'taken' : 'missing';
}

/** A listening socket named after the folder: abstract on Linux and a pipe on Windows, so nothing is left behind. */
async function lockSocket(folder: string): Promise<FolderLock> {
	const key = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
	const address =
		process.platform === 'linux'
			? `\0packyard-${key}`
			: process.platform === 'win32'
				? `\\\\.\\pipe\\packyard-${key}`
				: join(tmpdir(), `packyard-${key}.sock`);
	try {
		return await listen(address);
	} catch (error) {
		if (textAt(error, 'code') !== 'EADDRINUSE') throw error;
		const holder = await askHolder(address);
		if (holder !== null || !address.startsWith('/')) throw taken(folder, holder ?? '');
	}
	// A socket file nobody listens on is what a killed process leaves behind.
	await rm(address, { force: true });
	return listen(address);
}

async function listen(address: string): Promise<FolderLock> {
	const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
	server.listen(address);
	await once(server, 'listening');
	server.unref();
	return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function askHolder(address: string): Promise<string | null> {
	const socket = connect(address).setEncoding('utf8').setTimeout(1000);
	return new Promise((resolve) => {
		let text = '';
		socket.on('data', (part) => {
			text += part;
		});
		socket.once('timeout', () => socket.destroy());
		socket.once('error', () => resolve(null));
		socket.once('close', () => resolve(text));
	});
}

function taken(folder: string, holder: string): AppError {
	const who = /^\d+$/.test(holder) ? ` (process ${holder})` : '';
	return new AppError('conflict', `The data folder ${folder} is in use by another Packyard${who}.`, {
		hint: 'Stop that one first, or give this one its own folder with PACKYARD_DATA_DIR.',
		details: { folder, pid: who === '' ? null : Number(holder) },
	});
}
