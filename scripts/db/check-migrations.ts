import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MIGRATIONS, migrationNames, missingSql, readMigration } from './schema-engine';

/**
 * `npm run db:check`: fails when the schema and the migrations disagree, or when a recorded migration was edited or
 * removed (databases that applied it would refuse to start). `--record` adds new ones to the record.
 */
const { values } = parseArgs({ options: { record: { type: 'boolean' } } });
/** In the format of sha256sum, so `sha256sum -c` reads it too. */
const RECORD = join(MIGRATIONS, 'SHA256SUMS');

const problems: string[] = [];
const recorded = parseRecord(await readFile(RECORD, 'utf8').catch(() => ''));
const names = await migrationNames();
for (const name of names) {
	const sum = createHash('sha256')
		.update(await readMigration(name))
		.digest('hex');
	const known = recorded.get(name);
	if (known === undefined && values.record) recorded.set(name, sum);
	else if (known === undefined) problems.push(`${name} is not recorded: npm run db:check -- --record`);
	else if (known !== sum) problems.push(`${name} was edited after it was recorded: restore it and add a new migration`);
}
for (const name of recorded.keys()) if (!names.includes(name)) problems.push(`${name} is recorded but gone`);

const missing = await missingSql();
if (missing !== null) problems.push(`the schema needs a migration (npm run db:new -- <name>):\n${missing}`);

if (problems.length === 0 && values.record) {
	const lines = [...recorded].sort().map(([name, sum]) => `${sum}  ${name}/migration.sql\n`);
	await writeFile(RECORD, lines.join(''));
}
for (const problem of problems) console.error(`- ${problem}`);
if (problems.length === 0) console.log(`${names.length} migrations lead to the schema; none was edited.`);
process.exitCode = problems.length === 0 ? 0 : 1;

function parseRecord(text: string): Map<string, string> {
	const lines = text.split('\n').filter((line) => line !== '');
	return new Map(lines.map((line) => [line.slice(66).replace(/\/migration\.sql$/, ''), line.slice(0, 64)]));
}
