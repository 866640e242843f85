import { writeSync } from 'node:fs';
import { openDatabase } from '@/lib/db';

/** Child process of the kill -9 test: says `committed` after each transaction, for ever. */
const [, , dataDir = '', migrationsDir = ''] = process.argv;
const database = await openDatabase({ url: null, dataDir, migrationsDir });
for (let row = 0; ; row++) {
	await database.transaction(async (tx) => {
		await tx.instanceValue.create({
			data: { key: `${process.pid}-${row}`, value: 'x'.repeat(row * 100), updatedBy: 'writer' },
		});
	});
	// Synchronous: what the reader saw was committed before.
	writeSync(1, 'committed\n');
}
