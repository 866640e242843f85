import 'server-only';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { AppError, isAppError, messageOf, textAt } from '@/lib/core';
import { openEmbedded } from './embedded';
import { isWriteConflict, translateDatabaseError } from './errors';
import { Prisma, PrismaClient } from './generated/client';
import { lockFolder } from './lock';
import { migrate } from './migrate';

/** The client outside, the handle inside a transaction. Functions that take part in one take `Tx`. */
export type Db = ReturnType<typeof createClient>;
export type Tx = Omit<Db, '$transaction' | '$connect' | '$disconnect' | '$extends' | '$on'>;

export type OpenDatabaseOptions = {
	/** `postgres://…`, or null for PGlite. */
	url: string | null;
	/** Folder of the embedded database and its lock; null = in memory. Ignored with a `url`. */
	dataDir: string | null;
	migrationsDir: string;
	/** Start the embedded database from an earlier `dump()` (tests). */
	loadDump?: Blob;
	/** Told of errors of idle connections, which nobody waits for (the server restarted). */
	onIdleError?: (message: string) => void;
};

export type Database = {
	client: Db;
	pool: pg.Pool;
	kind: 'embedded' | 'postgres';
	/**
	 * Run `work` in one transaction and return what it returns; on a serialisation failure it runs again (at most
	 * `ATTEMPTS` times), so it must do nothing but talk to the database. Errors come out translated.
	 * PGlite has a single connection: inside, use only the handle you get (the outer client would wait for itself
	 * until the time limit) and never wait for the network.
	 */
	transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
	/**
	 * Run statements in one transaction, past Prisma, which takes every value through JSON: for thousands of rows at
	 * once and for megabytes of bytes. Repeated and translated like `transaction`.
	 */
	bulk(statements: readonly Statement[]): Promise<void>;
	/** Throws AppError('database_unavailable') when the database does not answer. */
	ping(): Promise<void>;
	/** The whole data folder as a gzipped tar; embedded only. */
	dump?: () => Promise<Blob>;
	close(): Promise<void>;
};

/** SQL with `$1` … and its values: texts (JSON among them) or bytes. */
export type Statement = { text: string; values: (string | Uint8Array)[] };

const ATTEMPTS = 4;
/** The queue in front of PGlite's one connection is part of `maxWait`, hence the generous limits. */
const LIMITS = { maxWait: 20_000, timeout: 20_000 };

/**
 * Open (and create and migrate) the database. Throws AppError: `conflict` when the folder is in use or the
 * migrations do not fit, `database_unavailable` when the server cannot be reached.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
	return options.url === null ? openFolder(options) : openServer(options.url, options);
}

async function openFolder({ dataDir, migrationsDir, loadDump }: OpenDatabaseOptions): Promise<Database> {
	const lock = dataDir === null ? null : await lockFolder(dataDir);
	const opened = await openEmbedded(dataDir === null ? null : join(dataDir, 'database'), loadDump).catch(
		async (error) => {
			await lock?.release();
			throw error;
		},
	);
	const close = async () => {
		await opened.pool.end();
		await opened.lite.close();
		await lock?.release();
	};
	try {
		await migrate(opened.pool, migrationsDir);
	} catch (error) {
		await close();
		throw error;
	}
	return { ...assemble(opened.pool, close), kind: 'embedded', dump: () => opened.lite.dumpDataDir('gzip') };
}

async function openServer(url: string, { migrationsDir, onIdleError }: OpenDatabaseOptions): Promise<Database> {
	const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000 });
	// Without a listener a restart of the server would end this process.
	pool.on('error', (error) => onIdleError?.(messageOf(error)));
	try {
		await migrate(pool, migrationsDir);
	} catch (error) {
		await pool.end();
		throw notOpened(url, error);
	}
	return { ...assemble(pool, () => pool.end()), kind: 'postgres' };
}

/** Why the start ends here, with the server's own reason and without the password of the address. */
function notOpened(url: string, error: unknown): AppError {
	if (isAppError(error)) return error;
	const where = URL.canParse(url) ? ` at ${new URL(url).host || 'this machine'}` : '';
	const reason = messageOf(error) || (textAt(error, 'code') ?? 'no reason was given');
	return new AppError('database_unavailable', `The database${where} cannot be used: ${reason}`, {
		hint: 'Check DATABASE_URL and that the server runs; then start again.',
		cause: error,
	});
}

function assemble(pool: pg.Pool, closePool: () => Promise<void>): Omit<Database, 'kind'> {
	const client = createClient(pool);
	return {
		client,
		pool,
		transaction: (work) => repeated(() => client.$transaction(work)),
		bulk: (statements) => repeated(() => runStatements(pool, statements)),
		ping: async () => {
			await client.$queryRaw`SELECT 1`;
		},
		close: async () => {
			await client.$disconnect();
			await closePool();
		},
	};
}

/** Every query of every caller passes here, so errors are translated in one place. */
function createClient(pool: pg.Pool) {
	const client = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: LIMITS });
	return client.$extends(
		Prisma.defineExtension({
			query: {
				$allOperations: async ({ args, query }) => {
					try {
						return await query(args);
					} catch (error) {
						throw translateDatabaseError(error);
					}
				},
			},
		}),
	);
}

async function repeated<T>(work: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			if (attempt === ATTEMPTS || !isWriteConflict(error)) throw translateDatabaseError(error);
		}
	}
}

async function runStatements(pool: pg.Pool, statements: readonly Statement[]): Promise<void> {
	const connection = await pool.connect();
	let broken = false;
	try {
		await connection.query('BEGIN');
		for (const { text, values } of statements) await connection.query(text, values);
		await connection.query('COMMIT');
	} catch (error) {
		await connection.query('ROLLBACK').catch(() => {
			broken = true;
		});
		throw error;
	} finally {
		connection.release(broken);
	}
}
