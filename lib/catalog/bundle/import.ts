import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '@/lib/audit';
import { BundleSourceConfig } from '@/lib/contracts/source-config';
import { AppError, at, listAt, textAt } from '@/lib/core';
import type { Database } from '@/lib/db';
import { sha256 } from '@/lib/digest';
import { bundleAnnotation, readLayout } from '@/lib/registry';
import type { DigestStore } from '../artifacts/store';
import type { By } from '../sources/service';
import { createSource, listSources } from '../sources/store';
import { readTar } from './tar';

const LIMITS = { files: 100_000, fileBytes: 64 * 1024 * 1024, totalBytes: 4 * 1024 * 1024 * 1024 };
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;
const OCTETS = 'application/octet-stream';

/**
 * Read an OCI layout into the store and make it a source: the same digests, and nothing is ever asked for again. Every
 * blob is checked against its name before it is kept. A file that was imported before gives the source it made then.
 * Throws `invalid_request` for anything that is not a whole layout of packs, `conflict` for a name that is taken.
 */
export async function importBundle(
	{ db, artifacts, now }: { db: Database; artifacts: DigestStore; now: () => Date },
	file: { name: string; stream: AsyncIterable<Uint8Array> },
	by: By,
): Promise<string> {
	const seen: { index: Uint8Array | null; version: string | undefined } = { index: null, version: undefined };
	await readTar(file.stream, {
		limits: LIMITS,
		wanted: (path) => path === 'oci-layout' || path === 'index.json' || BLOB.test(path),
		async take({ path, bytes }) {
			const hex = BLOB.exec(path)?.[1];
			if (path === 'index.json') seen.index = bytes;
			else if (hex === undefined) seen.version = textAt(parse(bytes), 'imageLayoutVersion');
			else if (sha256(bytes) !== `sha256:${hex}`)
				throw refused(`The blob ${hex.slice(0, 12)}… is not what its name says.`);
			else await artifacts.set(`sha256:${hex}`, OCTETS, bytes);
		},
	});
	const { index, version } = seen;
	if (version !== '1.0.0' || index === null) throw refused('It is not an OCI image layout of version 1.0.0.');
	const packs = await checkWhole(index, artifacts);
	const config = BundleSourceConfig.parse({ kind: 'bundle', index: sha256(index) });
	await artifacts.set(config.index, 'application/vnd.oci.image.index.v1+json', index);
	await artifacts.flush();
	const known = (await listSources(db.client)).find((row) => textAt(row.config, 'index') === config.index);
	if (known !== undefined) return known.id;
	const id = randomUUID();
	await db.transaction(async (tx) => {
		const { name } = file;
		await createSource(tx, { id, name, config, enabled: true, credential: null, npmCredential: null });
		await appendAudit(tx, {
			kind: 'source.created',
			actor: { id: by.id, name: by.name },
			via: by.via,
			subject: `source:${id}`,
			summary: `Imported the bundle ${name} (${config.index}) with ${packs} packs`,
			at: now(),
			data: { sourceId: id, name, kind: config.kind, credentialSet: false },
		});
	});
	return id;
}

const Named = z.object({ digest: z.string() });

/** Everything the index names, and everything that names, is in the file. Returns how many packs it holds. */
async function checkWhole(index: Uint8Array, artifacts: DigestStore): Promise<number> {
	const packs = new Set<string>();
	for (const entry of readLayout(index)) {
		const manifest = await artifacts.get(entry.digest);
		if (manifest === null) throw refused(`The manifest ${entry.digest} is missing.`);
		const json = parse(manifest);
		const named = Named.array().safeParse([at(json, 'config'), ...listAt(json, 'layers')]);
		if (!named.success) throw refused(`What ${entry.digest} names is not a manifest of an artifact.`);
		for (const { digest } of named.data) {
			if ((await artifacts.get(digest)) === null) throw refused(`The blob ${digest} is missing.`);
		}
		const pack = entry.texts[bundleAnnotation.pack];
		if (pack !== undefined) packs.add(pack);
	}
	if (packs.size === 0) throw refused('It names no pack.');
	return packs.size;
}

function parse(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return undefined;
	}
}

function refused(why: string): AppError {
	return new AppError('invalid_request', `The file cannot be imported. ${why}`, {
		hint: 'Use a file made by packyard bundle export, and copy it whole.',
	});
}
