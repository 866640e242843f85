import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

export type PostgresServer = { url: string; stop(): Promise<void> };

/** Folder of Debian's server binaries, newest version first; null when PostgreSQL is not installed. */
export function findPostgres(): string | null {
	if (!existsSync(DEBIAN)) return null;
	const [newest] = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
	const folder = newest === undefined ? null : join(DEBIAN, newest, 'bin');
	return folder !== null && existsSync(join(folder, 'postgres')) ? folder : null;
}

/** A real PostgreSQL of our own in a temporary folder, on a free loopback port; gone with `stop`. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
	const folder = mkdtempSync(join(tmpdir(), 'packyard-pg-'));
	const user = await serverUser();
	if (user !== null) chownSync(folder, user.uid, user.gid);
	const identity = user ?? {};
	await exec(
		join(bin, 'initdb'),
		['-D', join(folder, 'data'), '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync'],
		identity,
	);
	const port = await freePort();
	const server = spawn(
		join(bin, 'postgres'),
		['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder],
		{ stdio: 'ignore', ...identity },
	);
	await waitForPort(port);
	return {
		url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
		stop: async () => {
			const gone = once(server, 'exit');
			server.kill('SIGINT');
			await gone;
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
	if (process.getuid?.() !== 0) return null;
	const id = async (flag: string) => Number((await exec('id', [flag, 'postgres'])).stdout);
	return { uid: await id('-u'), gid: await id('-g') };
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const address = probe.address();
	probe.close();
	if (address === null || typeof address === 'string') throw new Error('no free port');
	return address.port;
}

async function waitForPort(port: number): Promise<void> {
	const { Client } = (await import('pg')).default;
	for (let tries = 0; tries < 100; tries++) {
		const client = new Client({ connectionString: `postgresql://postgres@127.0.0.1:${port}/postgres` });
		try {
			await client.connect();
			await client.end();
			return;
		} catch {
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
	throw new Error('PostgreSQL did not start');
}
