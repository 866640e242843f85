import type { Database, Db } from '@/lib/db';

/** Rows of `artifact` and `http_cache`: what was learnt by digest, and answers that may be asked for conditionally. */

/** Bytes by digest, or null when they were never stored. */
export async function findArtifact(db: Db, digest: string): Promise<Uint8Array | null> {
	const row = await db.artifact.findUnique({ where: { digest }, select: { bytes: true } });
	return row?.bytes ?? null;
}

export async function saveArtifact(
	db: Pick<Database, 'bulk'>,
	input: { digest: string; mediaType: string; bytes: Uint8Array },
): Promise<void> {
	await saveArtifacts(db, [input]);
}

/** The registry clients' store of everything known by digest. */
export type DigestStore = {
	get(digest: string): Promise<Uint8Array | null>;
	/** Collected and written in batches; `flush` before anything refers to them. */
	set(digest: string, mediaType: string, bytes: Uint8Array): Promise<void>;
	flush(): Promise<void>;
};

const BATCH_ITEMS = 512;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * One statement per batch instead of one per blob, and no question about digests that cannot be there: a first sync
 * stores thousands. Digests are learnt once; what another replica stores later is at worst fetched again.
 */
export function createDigestStore(db: Pick<Database, 'bulk' | 'client'>): DigestStore {
	const pending = new Map<string, { mediaType: string; bytes: Uint8Array }>();
	let pendingBytes = 0;
	let known: Promise<Set<string>> | null = null;
	let writing: Promise<void> = Promise.resolve();

	function digests(): Promise<Set<string>> {
		known ??= db.client.artifact
			.findMany({ select: { digest: true } })
			.then((rows) => new Set(rows.map(({ digest }) => digest)))
			.catch((error: unknown) => {
				known = null;
				throw error;
			});
		return known;
	}

	/** One after the other, so that nothing is written twice. */
	function flush(): Promise<void> {
		const next = writing.then(write, write);
		writing = next;
		return next;
	}

	async function write(): Promise<void> {
		if (pending.size === 0) return;
		const batch = [...pending].map(([digest, item]) => ({ digest, ...item }));
		await saveArtifacts(db, batch);
		const all = await digests();
		for (const { digest, bytes } of batch) {
			all.add(digest);
			if (pending.delete(digest)) pendingBytes -= bytes.byteLength;
		}
	}

	return {
		async get(digest) {
			const waiting = pending.get(digest);
			if (waiting !== undefined) return waiting.bytes;
			return (await digests()).has(digest) ? findArtifact(db.client, digest) : null;
		},
		async set(digest, mediaType, bytes) {
			if (pending.has(digest) || (await digests()).has(digest)) return;
			pending.set(digest, { mediaType, bytes });
			pendingBytes += bytes.byteLength;
			const share = Math.max(pending.size / BATCH_ITEMS, pendingBytes / BATCH_BYTES);
			// A failure is told to whoever needs the bytes stored, or to the one who waits for the next part.
			if (share >= 2) await flush();
			else if (share >= 1) flush().catch(() => undefined);
		},
		flush,
	};
}

/** The ETag cache of the registry clients. */
export function httpCache(db: Db): {
	get(key: string): Promise<{ etag: string; body: string } | null>;
	set(key: string, value: { etag: string; body: string }): Promise<void>;
} {
	return {
		get: (key) => db.httpCache.findUnique({ where: { key }, select: { etag: true, body: true } }),
		set: async (key, value) => {
			await db.httpCache.upsert({
				where: { key },
				create: { key, ...value },
				update: { ...value, storedAt: new Date() },
				select: { key: true },
			});
		},
	};
}

/**
 * One statement with two parameters however many artifacts: all bytes in a row, and where each one starts. A first sync
 * stores thousands, and building a VALUES list of them costs more than the insert.
 */
async function saveArtifacts(
	db: Pick<Database, 'bulk'>,
	items: readonly { digest: string; mediaType: string; bytes: Uint8Array }[],
): Promise<void> {
	let start = 1;
	const rows = items.map(({ digest, mediaType, bytes }) => {
		const row = { digest, media_type: mediaType, size: bytes.byteLength, start };
		start += bytes.byteLength;
		return row;
	});
	const all = Buffer.concat(items.map(({ bytes }) => bytes));
	await db.bulk([{ text: INSERT_ARTIFACTS, values: [JSON.stringify(rows), all] }]);
}

const INSERT_ARTIFACTS = `
	INSERT INTO artifact (digest, media_type, size, bytes)
	SELECT digest, media_type, size, substring($2::bytea FROM start FOR size)
	FROM jsonb_to_recordset($1::jsonb) AS item(digest text, media_type text, size integer, start integer)
	ON CONFLICT (digest) DO NOTHING`;
