import 'server-only';
import { SourceConfig, type SourceConfigInput } from '@/lib/contracts/source-config';
import type { Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { ConnectionOptions } from '@/lib/registry';
import { createDigestStore, httpCache } from './artifacts/store';
import { createAttachments } from './attach';
import { type BundleSelection, exportBundle } from './bundle/export';
import { importBundle } from './bundle/import';
import { createBytes } from './bytes';
import { createMovedTags } from './moved';
import { createSourceClients } from './sources/clients';
import type { Vault } from './sources/credentials';
import { createPoller, type PollerLog } from './sources/poller';
import { type By, createSources, resealAll } from './sources/service';
import { retireManagedSources, saveManagedSource } from './sources/store';
import { createViews } from './views';

/** A source described by the settings (or the sandbox) instead of by an admin. */
export type ManagedSource = { name: string; managedBy: string; config: SourceConfigInput; credential: Secret | null };

export type CatalogOptions = {
	db: Database;
	/** Encrypts the credentials of sources. */
	vault: Vault;
	/** Null = whatever was described before stays as it is. */
	managed: readonly ManagedSource[] | null;
	/** The server's own proxies; none when absent. */
	proxies?: ConnectionOptions['proxies'];
	syncMinutes: number;
	log: PollerLog;
};

export type Catalog = Awaited<ReturnType<typeof createCatalog>>;

/**
 * The catalog of packs: keeps the last good state of every source and the last error beside it. `start` reads the
 * sources at once and then every `syncMinutes`, with jitter; one reader per source, across replicas.
 */
export async function createCatalog({ db, vault, managed, proxies, syncMinutes, log }: CatalogOptions) {
	const credentials = await describeManaged(db, managed);
	const count = await resealAll(db, vault);
	if (count > 0) log.info({ count }, 'credentials of sources were encrypted with the new key');
	const artifacts = createDigestStore(db);
	const network = proxies === undefined ? {} : { proxies };
	const transport = { cache: httpCache(db.client), artifacts, ...network };
	const clients = createSourceClients({ db, vault, managed: credentials, transport });
	const now = () => new Date();
	const poller = createPoller({ db, clients, artifacts, syncMinutes, log, now });

	const bytes = createBytes({ db, clients, artifacts });
	const sources = createSources({ db, vault, clients, poller, network, now });

	return {
		...bytes,
		...createViews({ db, isSyncing: poller.isBusy }),
		...createAttachments({ db, clients, now }),
		...createMovedTags({ db, clients, bytes, now }),
		sources,
		/** Chosen versions as one OCI layout (a tar), for a portal that no registry reaches. */
		exportBundle: (selection: BundleSelection, signal?: AbortSignal) => exportBundle(db, bytes, selection, signal),
		/** Make such a file a source of its own, with the same digests, and read it. */
		importBundle: async (file: { name: string; stream: AsyncIterable<Uint8Array> }, by: By) => {
			const id = await importBundle({ db, artifacts, now }, file, by);
			await (await poller.sync(id)).finished;
			return sources.get(id);
		},
		/** Start reading a source; `started` is false when it is being read already. Throws AppError('not_found'). */
		sync: async (id: string) => ({ started: (await poller.sync(id)).started }),
		/** Stop reading a source, here or on another replica. Throws AppError('not_found'). */
		cancelSync: async (id: string) => ({ cancelled: await poller.cancel(id) }),
		syncAll: poller.syncAll,
		start: poller.start,
		/** Stop reading and close connections; what was read so far is kept, the next start goes on there. */
		close: async () => {
			await poller.stop();
			await artifacts.flush();
			await clients.close();
		},
	};
}

/** Write down what the settings describe; their credentials stay in memory. */
async function describeManaged(
	db: Database,
	managed: readonly ManagedSource[] | null,
): Promise<ReadonlyMap<string, Secret | null>> {
	const credentials = new Map<string, Secret | null>();
	if (managed === null) return credentials;
	for (const { name, managedBy, credential, ...source } of managed) {
		const config = SourceConfig.parse(source.config);
		credentials.set(await saveManagedSource(db.client, { name, managedBy, config }), credential);
	}
	await retireManagedSources(
		db.client,
		managed.map(({ managedBy }) => managedBy),
	);
	return credentials;
}
