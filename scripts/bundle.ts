import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '@/lib/config';
import { isAppError, messageOf } from '@/lib/core';
import { startRuntime } from '@/lib/runtime';

/**
 * `npm run bundle -- export <file.tar> <pack>[@<version>]…` and `npm run bundle -- import <file.tar> <name>`: chosen
 * versions as one OCI layout, for a portal that no registry reaches (docs/bundle.md). Works on the database and
 * registries that the settings name; with the embedded database the portal has to be stopped meanwhile.
 */
const USAGE = 'Usage: bundle export <file.tar> <pack>[@<version>]…   or   bundle import <file.tar> <name>';
const { positionals } = parseArgs({ allowPositionals: true });
const [command, file, ...rest] = positionals;

try {
	if (file === undefined || rest.length === 0) throw new Error(USAGE);
	const runtime = await startRuntime({ ...readConfig(), logLevel: 'error' }, { idle: true });
	try {
		if (command === 'export') await exportTo(runtime.catalog, file, rest);
		else if (command === 'import') await importFrom(runtime.catalog, file, rest.join(' '));
		else throw new Error(USAGE);
	} finally {
		await runtime.close();
	}
} catch (error) {
	console.error(messageOf(error));
	if (isAppError(error) && error.hint !== undefined) console.error(error.hint);
	process.exitCode = 1;
}

type Catalog = Awaited<ReturnType<typeof startRuntime>>['catalog'];

async function exportTo(catalog: Catalog, file: string, wanted: readonly string[]): Promise<void> {
	const selection = wanted.map((text) => {
		const [slug = '', version] = text.split('@');
		return version === undefined ? { slug } : { slug, version };
	});
	const { tar, lines } = await catalog.exportBundle(selection);
	await pipeline(Readable.from(tar), createWriteStream(file, { mode: 0o644 }));
	for (const line of lines) console.log(line);
	console.log(`Wrote ${file}`);
}

async function importFrom(catalog: Catalog, file: string, name: string): Promise<void> {
	const source = await catalog.importBundle(
		{ name, stream: createReadStream(file) },
		{ id: null, name: 'bundle import', via: 'cli' },
	);
	console.log(
		`${source.name}: ${source.packs === 1 ? '1 pack' : `${source.packs} packs`}. ${source.problem ?? 'Everything was read.'}`,
	);
}
