/**
 * The database: PGlite in a folder (default) or PostgreSQL behind one Prisma client, migrated before anyone sees it.
 * Prisma itself is imported only here and in `store.ts` files.
 */
export { violatedConstraint } from './errors';
export { Prisma } from './generated/client';
export { lockFolder } from './lock';
export { migrate } from './migrate';
export type { Database, Db, Statement, Tx } from './open';
export { openDatabase } from './open';
