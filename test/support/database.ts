import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, openDatabase } from '@/lib/db';

export const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations');
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/packyard');

/**
 * A migrated, empty database of one's own: an in-memory PGlite started from a cached dump (about a second), or with
 * DATABASE_URL_TEST (a role that may create databases) a new database on that server, dropped by `close()`.
 */
export async function freshDatabase(): Promise<Database> {
	const server = process.env.DATABASE_URL_TEST;
	return server === undefined ? openDatabase(inMemory(await migratedDump())) : freshOnServer(server);
}

/** The gzipped data folder of a migrated, empty PGlite; made once per state of `prisma/migrations`. */
export async function migratedDump(): Promise<Blob> {
	const path = join(CACHE, `database-${await migrationsKey()}.tar.gz`);
	const cached = await readFile(path).catch(() => null);
	if (cached !== null) return new Blob([new Uint8Array(cached)]);
	const database = await openDatabase(inMemory());
	const dump = await database.dump?.();
	await database.close();
	if (dump === undefined) throw new Error('the embedded database made no dump');
	// Several workers may get here at once; each writes its own file and the rename is atomic.
	await mkdir(CACHE, { recursive: true });
	const scratch = `${path}.${randomUUID()}`;
	await writeFile(scratch, new Uint8Array(await dump.arrayBuffer()));
	await rename(scratch, path);
	return dump;
}

function inMemory(loadDump?: Blob) {
	return { url: null, dataDir: null, migrationsDir: MIGRATIONS, loadDump };
}

async function migrationsKey(): Promise<string> {
	const hash = createHash('sha256');
	for (const name of (await readdir(MIGRATIONS)).sort()) {
		const sql = await readFile(join(MIGRATIONS, name, 'migration.sql')).catch(() => '');
		hash.update(name).update(sql);
	}
	return hash.digest('hex').slice(0, 16);
}

async function freshOnServer(server: string): Promise<Database> {
	const name = `packyard_test_${randomUUID().replaceAll('-', '')}`;
	await onServer(server, `CREATE DATABASE ${name}`);
	const url = new URL(server);
	url.pathname = `/${name}`;
	const database = await openDatabase({ url: url.href, dataDir: null, migrationsDir: MIGRATIONS });
	const close = async () => {
		await database.close();
		await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
	};
	return { ...database, close };
}

async function onServer(server: string, sql: string): Promise<void> {
	const client = new pg.Client({ connectionString: server });
	await client.connect();
	await client.query(sql).finally(() => client.end());
}
