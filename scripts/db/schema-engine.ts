import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PrismaPGlite } from 'pglite-prisma-adapter';

const SCHEMA = 'prisma/schema.prisma';
export const MIGRATIONS = 'prisma/migrations';

/**
 * SQL that leads from the migrations on disk to the schema, or null when they agree. Prisma's own schema engine does
 * it, compiled to WebAssembly, over an in-memory PGlite: no engine download, no database server.
 */
export async function missingSql(): Promise<string | null> {
	await loadEngine();
	const shadow = await PGlite.create();
	try {
		const content = await readFile(SCHEMA, 'utf8');
		const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPGlite(shadow));
		const schemaEngine = await engine.SchemaEngine.new({ datamodels: [[SCHEMA, content]] }, () => {}, adapter);
		const result = await schemaEngine.diff({
			from: await migrationsOnDisk(),
			to: { tag: 'schemaDatamodel', files: [{ path: SCHEMA, content }] },
			script: true,
			exitCode: true,
			filters: { externalTables: [], externalEnums: [] },
		});
		return result.exitCode === 0 ? null : (result.stdout ?? '');
	} finally {
		await shadow.close();
	}
}

/** Folder names under `prisma/migrations`, oldest first. */
export async function migrationNames(): Promise<string[]> {
	const entries = await readdir(MIGRATIONS, { withFileTypes: true });
	return entries
		.filter((entry) => entry.isDirectory())
		.map((entry) => entry.name)
		.sort();
}

export async function readMigration(name: string): Promise<string> {
	return readFile(join(MIGRATIONS, name, 'migration.sql'), 'utf8');
}

let loaded = false;

/** The package expects a bundler that imports `.wasm`; Node 20 needs the two halves joined by hand. */
async function loadEngine(): Promise<void> {
	if (loaded) return;
	const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
	const module = await WebAssembly.compile(await readFile(join(entry, '..', 'schema_engine_bg.wasm')));
	const instance = await WebAssembly.instantiate(module, { './schema_engine_bg.js': { ...engine } });
	engine.__wbg_set_wasm(instance.exports);
	const start = instance.exports.__wbindgen_start;
	if (typeof start === 'function') start();
	loaded = true;
}

async function migrationsOnDisk(): Promise<Parameters<engine.SchemaEngine['diff']>[0]['from']> {
	const names = await migrationNames();
	if (names.length === 0) return { tag: 'empty' };
	const migrationDirectories = await Promise.all(
		names.map(async (name) => {
			const value = await readMigration(name);
			return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
		}),
	);
	const lock = await readFile(join(MIGRATIONS, 'migration_lock.toml'), 'utf8');
	return {
		tag: 'migrations',
		baseDir: MIGRATIONS,
		shadowDbInitScript: '',
		lockfile: { path: 'migration_lock.toml', content: lock },
		migrationDirectories,
	};
}
