import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Database, migrate, openDatabase } from '@/lib/db';
import { freshDatabase, MIGRATIONS } from '../support/database';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres';

let database: Database;
beforeAll(async () => {
	database = await freshDatabase();
});
afterAll(() => database.close());

describe('queries', () => {
	test('a transaction that throws leaves nothing behind', async () => {
		const failing = database.transaction(async (tx) => {
			await tx.instanceValue.create({ data: { key: 'ROLLED_BACK', value: '1', updatedBy: 'test' } });
			throw new Error('changed my mind');
		});
		await expect(failing).rejects.toThrow('changed my mind');
		expect(await database.client.instanceValue.findUnique({ where: { key: 'ROLLED_BACK' } })).toBeNull();
	});

	test('twenty transactions at once all finish', async () => {
		await database.client.instanceValue.create({ data: { key: 'COUNTER', value: '', updatedBy: 'test' } });
		await Promise.all(
			Array.from({ length: 20 }, () =>
				database.transaction(async (tx) => {
					await tx.$executeRaw`UPDATE instance_value SET value = value || 'x' WHERE key = 'COUNTER'`;
				}),
			),
		);
		const row = await database.client.instanceValue.findUniqueOrThrow({ where: { key: 'COUNTER' } });
		expect(row.value).toHaveLength(20);
	});

	test('a taken name is a conflict that names the index, outside and inside a transaction', async () => {
		const data = { kind: 'github', name: 'twice', config: {} };
		await database.client.source.create({ data });
		const conflict = { name: 'AppError', code: 'conflict', details: { constraint: 'source_name_key' } };
		await expect(database.client.source.create({ data })).rejects.toMatchObject(conflict);
		await expect(database.transaction((tx) => tx.source.create({ data }))).rejects.toMatchObject(conflict);
	});

	test('updating a row that is gone is not_found', async () => {
		const update = database.client.source.update({ where: { id: randomUUID() }, data: { name: 'x' } });
		await expect(update).rejects.toMatchObject({ name: 'AppError', code: 'not_found' });
	});

	test('transactions that read before they write are tried again when they met', async () => {
		await database.client.instanceValue.create({ data: { key: 'SERIAL', value: '0', updatedBy: 'test' } });
		await Promise.all(
			Array.from({ length: 4 }, () =>
				database.transaction(async (tx) => {
					await tx.$executeRaw`SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`;
					const { value } = await tx.instanceValue.findUniqueOrThrow({ where: { key: 'SERIAL' } });
					await tx.instanceValue.update({ where: { key: 'SERIAL' }, data: { value: String(Number(value) + 1) } });
				}),
			),
		);
		expect((await database.client.instanceValue.findUniqueOrThrow({ where: { key: 'SERIAL' } })).value).toBe('4');
	});
});

// Debian's PostgreSQL; where there is none this is skipped, but never in CI.
const postgres = findPostgres();
describe.skipIf(postgres === null && process.env.CI !== 'true')('a server that drops its connections', () => {
	let server: PostgresServer;
	let served: Database;
	beforeAll(async () => {
		server = await startPostgres(postgres ?? '');
		served = await openDatabase({ url: server.url, dataDir: null, migrationsDir: MIGRATIONS });
	});
	afterAll(async () => {
		await served?.close();
		await server?.stop();
	});

	test('fails what was under way as database_unavailable and serves the next request', async () => {
		const cut = served.transaction(async (tx) => {
			await tx.$queryRaw`SELECT 1`;
			await served.pool.query(
				'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
			);
			await tx.$queryRaw`SELECT 1`;
		});
		await expect(cut).rejects.toMatchObject({ name: 'AppError', code: 'database_unavailable' });
		await served.ping();
	});
});

test('a server that cannot be reached is database_unavailable, without its password', async () => {
	const url = 'postgres://somebody:hunter22@127.0.0.1:9/none';
	const opening = openDatabase({ url, dataDir: null, migrationsDir: MIGRATIONS });
	await expect(opening).rejects.toMatchObject({ name: 'AppError', code: 'database_unavailable' });
	await expect(opening).rejects.not.toThrow(/hunter22/);
});

describe('rules the schema cannot say', () => {
	test('one install has one open operation; a finished one does not count', async () => {
		const install = await newInstall('one-operation');
		const operation = () => ({
			id: randomUUID(),
			requestId: randomUUID(),
			installId: install.id,
			kind: 'install',
			state: 'queued',
			request: {},
			requestedByName: 'test',
		});
		const first = await database.client.operation.create({ data: operation() });
		await expect(database.client.operation.create({ data: operation() })).rejects.toMatchObject({
			code: 'conflict',
			details: { constraint: 'operation_one_open_per_install' },
		});
		await database.client.operation.update({ where: { id: first.id }, data: { state: 'failed' } });
		await database.client.operation.create({ data: operation() });
	});

	test('a release name is free again once its install is removed', async () => {
		const first = await newInstall('taken');
		await expect(newInstall('taken')).rejects.toMatchObject({
			code: 'conflict',
			details: { constraint: 'install_one_live_per_release' },
		});
		await database.client.install.update({ where: { id: first.id }, data: { removedAt: new Date() } });
		await newInstall('taken');
	});

	test.each(['UPDATE audit_event SET summary = summary', 'DELETE FROM audit_event', 'TRUNCATE audit_event'])(
		'the audit trail refuses: %s',
		async (sql) => {
			await database.client.$executeRaw`
				INSERT INTO audit_event (seq, at, actor_name, via, kind, subject, summary, data, prev_hash, hash)
				VALUES (${Math.floor(Math.random() * 1e9)}, now(), 'test', 'system', 'x', 'x', 'x', '{}', '', '')`;
			await expect(database.client.$executeRawUnsafe(sql)).rejects.toThrow(/append-only/);
		},
	);

	async function newInstall(release: string) {
		const source = { connectOrCreate: { where: { name: 'src' }, create: { kind: 'github', name: 'src', config: {} } } };
		const pack = await database.client.pack.upsert({
			where: { slug: 'pack' },
			update: {},
			create: { slug: 'pack', key: 'pack', name: 'Pack', description: '', author: '', shape: 'chart', source },
		});
		return database.client.install.create({
			data: { packId: pack.id, namespace: 'ns', release, createdByName: 'test' },
		});
	}
});

describe('migrations', () => {
	test('a second start applies nothing', async () => {
		expect(await migrate(database.pool, MIGRATIONS)).toEqual([]);
	});

	test('a new migration is applied; an edited one and a database that is ahead are refused', async () => {
		const own = await freshDatabase();
		onTestFinished(() => own.close());
		const folder = await scratchFolder();
		await cp(MIGRATIONS, folder, { recursive: true });
		await addMigration(folder, '99990101000000_more', 'CREATE TABLE more (id int);');
		expect(await migrate(own.pool, folder)).toEqual(['99990101000000_more']);
		await expect(migrate(own.pool, MIGRATIONS)).rejects.toMatchObject({
			code: 'conflict',
			message: expect.stringContaining('99990101000000_more, which this release does not know'),
		});
		await appendFile(join(folder, '99990101000000_more', 'migration.sql'), '-- later\n');
		await expect(migrate(own.pool, folder)).rejects.toMatchObject({
			code: 'conflict',
			message: expect.stringContaining('99990101000000_more was edited'),
		});
	});

	test('a failing migration leaves no half of itself and stops every later start', async () => {
		const own = await freshDatabase();
		onTestFinished(() => own.close());
		const folder = await scratchFolder();
		await cp(MIGRATIONS, folder, { recursive: true });
		await addMigration(folder, '99990101000000_bad', 'CREATE TABLE half (id int); SELECT no_such_thing;');
		await expect(migrate(own.pool, folder)).rejects.toMatchObject({
			code: 'conflict',
			message: expect.stringContaining('no_such_thing'),
		});
		await expect(migrate(own.pool, folder)).rejects.toMatchObject({
			message: expect.stringContaining('failed earlier'),
		});
		const { rows } = await own.pool.query(`SELECT to_regclass('half') AS half`);
		expect(rows).toEqual([{ half: null }]);
	});

	async function addMigration(folder: string, name: string, sql: string) {
		await mkdir(join(folder, name));
		await writeFile(join(folder, name, 'migration.sql'), sql);
	}
});

describe('the data folder', () => {
	test.each(['flock', 'socket'])('belongs to one process, freed by kill -9 (%s)', async (kind) => {
		const folder = await scratchFolder();
		const environment = kind === 'flock' ? process.env : { ...process.env, PATH: '/nowhere' };
		const holder = run('hold-folder.ts', [folder], environment);
		expect(await firstLine(holder)).toBe('held');
		const second = run('hold-folder.ts', [folder], environment);
		expect(await firstLine(second)).toBe(
			`The data folder ${folder} is in use by another Packyard (process ${holder.pid}).`,
		);
		holder.kill('SIGKILL');
		await once(holder, 'exit');
		const third = run('hold-folder.ts', [folder], environment);
		expect(await firstLine(third)).toBe('held');
		third.kill('SIGKILL');
	});

	test('is refused to a second openDatabase and given back by close', async () => {
		const folder = await scratchFolder();
		const options = { url: null, dataDir: folder, migrationsDir: MIGRATIONS };
		const first = await openDatabase(options);
		await expect(openDatabase(options)).rejects.toMatchObject({ code: 'conflict', details: { folder } });
		await first.close();
		const second = await openDatabase(options);
		await second.ping();
		await second.close();
		expect(await readdir(folder)).toEqual(expect.arrayContaining(['database']));
	});

	test('keeps every acknowledged row through kill -9', async () => {
		const folder = await scratchFolder();
		let acknowledged = 0;
		for (let round = 1; round <= 2; round++) {
			const writer = run('write-rows.ts', [folder, MIGRATIONS]);
			let mine = 0;
			for await (const line of createInterface({ input: writer.stdout })) {
				expect(line).toBe('committed');
				acknowledged++;
				if (++mine === 15) writer.kill('SIGKILL');
			}
		}
		const reopened = await openDatabase({ url: null, dataDir: folder, migrationsDir: MIGRATIONS });
		onTestFinished(() => reopened.close());
		expect(acknowledged).toBeGreaterThanOrEqual(30);
		expect(await reopened.client.instanceValue.count()).toBeGreaterThanOrEqual(acknowledged);
	});
});

function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
	const path = join(import.meta.dirname, '../support', script);
	return spawn(process.execPath, ['--conditions', 'react-server', '--import', 'tsx', path, ...args], {
		env,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
}

async function firstLine(child: Pick<ChildProcess, 'stdout'>): Promise<string | undefined> {
	if (child.stdout === null) throw new Error('no output to read');
	for await (const line of createInterface({ input: child.stdout })) return line;
	return undefined;
}

async function scratchFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'packyard-test-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
