import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';

export type Embedded = { lite: PGlite; pool: pg.Pool };

/** PGlite in `folder` (null = in memory) behind an ordinary node-postgres pool; `dump` starts it from a dumped folder. */
export async function openEmbedded(folder: string | null, dump?: Blob): Promise<Embedded> {
	const lite = await PGlite.create({
		...(folder === null ? {} : { dataDir: folder }),
		...(dump === undefined ? {} : { loadDataDir: dump }),
	});
	return { lite, pool: poolOver(lite) };
}

/**
 * PGlite is one session. A second pooled connection would share its transaction, so there is exactly one, and it is
 * never dropped for being idle.
 */
function poolOver(lite: PGlite): pg.Pool {
	class LiteClient extends pg.Client {
		constructor() {
			// Protocol state must be fresh per client: a shared one stays broken after the first failed query.
			const { connection } = createPgConfig(lite);
			const parse = connection.parse.bind(connection);
			// adapter-pg puts type *parsers* into `types`; PGlite expects OIDs there and would call forEach on them.
			connection.parse = (query: object) => parse({ ...query, types: undefined });
			const options = { user: 'postgres', database: 'postgres', password: 'unused', connection };
			super(options);
		}
	}
	return new pg.Pool({
		Client: LiteClient,
		max: 1,
		idleTimeoutMillis: 0,
		// A server ends the transaction of a client that died; here the next client inherits it.
		onConnect: (client) => (lite.isInTransaction() ? client.query('ROLLBACK') : undefined),
	});
}
