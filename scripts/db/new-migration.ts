import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MIGRATIONS, missingSql } from './schema-engine';

/** `npm run db:new -- <name> [--empty]`: write the migration the schema still lacks, or an empty one to fill by hand. */
const { positionals, values } = parseArgs({ allowPositionals: true, options: { empty: { type: 'boolean' } } });
const [name] = positionals;
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
	throw new Error('Usage: npm run db:new -- <name in lower case, digits and _> [--empty]');
}

await mkdir(MIGRATIONS, { recursive: true });
const sql = values.empty ? '' : await missingSql();
if (sql === null) {
	console.log('The migrations already lead to the schema; use --empty for hand-written SQL.');
} else {
	const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
	const folder = join(MIGRATIONS, `${stamp}_${name}`);
	await mkdir(folder);
	await writeFile(join(folder, 'migration.sql'), sql);
	console.log(`Wrote ${folder}/migration.sql. Read it, then record it: npm run db:check -- --record`);
}
