import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { AppError, messageOf, textAt } from '@/lib/core';

/**
 * Apply what is new in `folder` (`<name>/migration.sql`, in name order) and return the names applied. The bookkeeping
 * is that of `prisma migrate deploy` (same table, checksum and advisory lock), so either may run after the other,
 * but no engine binary is needed.
 * Throws AppError('conflict') when the database and the files disagree: an applied file was edited, the database has
 * a migration this release does not know, or an earlier one failed half-way.
 */
export async function migrate(pool: Pool, folder: string): Promise<string[]> {
	const migrations = await readMigrations(folder);
	const connection = await pool.connect();
	try {
		// Excludes other processes on PostgreSQL. PGlite has one session; the folder lock does it there.
		await connection.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
		await connection.query(TABLE);
		const pending = pendingOf(migrations, await readApplied(connection));
		for (const migration of pending) await apply(connection, migration);
		return pending.map((migration) => migration.name);
	} finally {
		await connection.query('SELECT pg_advisory_unlock($1)', [PRISMA_LOCK]).catch(() => {});
		connection.release();
	}
}

/** The advisory lock number and the table of Prisma Migrate (prisma-engines: sql_schema_connector, flavour/postgres). */
const PRISMA_LOCK = 72707369;
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
	"id" VARCHAR(36) PRIMARY KEY NOT NULL,
	"checksum" VARCHAR(64) NOT NULL,
	"finished_at" TIMESTAMPTZ,
	"migration_name" VARCHAR(255) NOT NULL,
	"logs" TEXT,
	"rolled_back_at" TIMESTAMPTZ,
	"started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
	"applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

type Migration = { name: string; sql: string; checksum: string };

const AppliedRow = z.object({ name: z.string(), checksum: z.string(), finished: z.boolean() });
type AppliedRow = z.infer<typeof AppliedRow>;

async function readMigrations(folder: string): Promise<Migration[]> {
	const entries = await readdir(folder, { withFileTypes: true });
	const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
	return Promise.all(
		names.sort().map(async (name) => {
			const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
			return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
		}),
	);
}

async function readApplied(connection: PoolClient): Promise<AppliedRow[]> {
	const { rows } = await connection.query(
		`SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
		FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
	);
	return z.array(AppliedRow).parse(rows);
}

function pendingOf(migrations: readonly Migration[], applied: readonly AppliedRow[]): Migration[] {
	for (const row of applied) {
		const file = migrations.find((migration) => migration.name === row.name);
		if (!row.finished)
			throw refused(`migration ${row.name} failed earlier`, 'Restore a backup, or resolve it by hand.');
		if (file === undefined) {
			throw refused(
				`it has migration ${row.name}, which this release does not know`,
				'Start the newer release again, or restore a backup from before it ran.',
			);
		}
		if (file.checksum !== row.checksum) {
			throw refused(`migration ${row.name} was edited after it was applied`, 'Restore the original file.');
		}
	}
	return migrations.filter((migration) => !applied.some((row) => row.name === migration.name));
}

async function apply(connection: PoolClient, { name, sql, checksum }: Migration): Promise<void> {
	const id = randomUUID();
	await connection.query('INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ($1, $2, $3)', [
		id,
		checksum,
		name,
	]);
	try {
		// One simple-protocol message is one implicit transaction: a file applies whole or not at all.
		await connection.query(sql);
	} catch (cause) {
		const logs = `Database error code: ${textAt(cause, 'code') ?? 'none'}\n\n${messageOf(cause)}`;
		await connection.query('UPDATE "_prisma_migrations" SET logs = $2 WHERE id = $1', [id, logs]);
		throw refused(`migration ${name} failed: ${messageOf(cause)}`, 'Restore a backup, or resolve it by hand.', cause);
	}
	await connection.query('UPDATE "_prisma_migrations" SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [
		id,
	]);
}

function refused(why: string, hint: string, cause?: unknown): AppError {
	return new AppError('conflict', `The database cannot be used: ${why}.`, { hint, cause });
}
