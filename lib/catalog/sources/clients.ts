import { SourceConfig } from '@/lib/contracts/source-config';
import { AppError, type Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import { digestOf, sha256 } from '@/lib/digest';
import { type ConnectionOptions, createPackSource, type PackSource } from '@/lib/registry';
import { type OpenedCredential, openCredential, type Vault } from './credentials';
import { type CredentialName, getSource, listSources, type StoredSource } from './store';

export type OpenSource = { source: PackSource; config: SourceConfig; row: StoredSource };

/** The clients of all sources, each made once for as long as its settings stay the same, here or on another replica. */
export type SourceClients = {
	/** Throws AppError `not_found`, or `upstream_forbidden` when the stored credential cannot be decrypted any more. */
	open(id: string): Promise<OpenSource>;
	/** A credential of a source as far as it can be read; of a managed source it is the settings' own. */
	credential(row: StoredSource, name: CredentialName): OpenedCredential;
	/** The open client of a source, if there is one, for what it noticed so far. */
	peek(id: string): PackSource | null;
	/** The first enabled source besides `except` that reads charts of a registry host. */
	serving(host: string, except: string): Promise<OpenSource | null>;
	close(): Promise<void>;
};

type Options = {
	db: Database;
	vault: Vault;
	/** Credentials of managed sources, which are never stored. */
	managed: ReadonlyMap<string, Secret | null>;
	transport: Pick<ConnectionOptions, 'cache' | 'artifacts' | 'retries' | 'proxies'>;
};

/** A client that was replaced may still be in the middle of a sync. */
const GRACE_MS = 10 * 60_000;

export function createSourceClients({ db, vault, managed, transport }: Options): SourceClients {
	const opened = new Map<string, OpenSource & { key: string }>();

	function credential(row: StoredSource, name: CredentialName): OpenedCredential {
		if (!managed.has(row.id)) return openCredential(vault, row, name);
		const secret = name === 'credential' ? (managed.get(row.id) ?? null) : null;
		return { secret, state: secret === null ? 'not-set' : 'set' };
	}

	async function open(id: string): Promise<OpenSource> {
		const row = await getSource(db.client, id);
		const key = keyOf(row);
		const known = opened.get(id);
		if (known?.key === key) return { ...known, row };
		const main = credential(row, 'credential');
		const npm = credential(row, 'npmCredential');
		if (main.state === 'needs-re-entry' || npm.state === 'needs-re-entry') throw unreadable(row);
		const config = SourceConfig.parse(row.config);
		const source = createPackSource(config, { ...transport, credential: main.secret, npmCredential: npm.secret });
		opened.set(id, { source, config, row, key });
		if (known !== undefined) setTimeout(() => void known.source.close(), GRACE_MS).unref();
		return { source, config, row };
	}

	return {
		open,
		credential,
		peek: (id) => opened.get(id)?.source ?? null,
		async serving(host, except) {
			for (const row of await listSources(db.client)) {
				if (row.id === except || !row.enabled) continue;
				const other = await open(row.id).catch(() => null);
				if (other !== null && (await other.source.servesRegistry(host))) return other;
			}
			return null;
		},
		close: async () => {
			await Promise.all([...opened.values()].map(({ source }) => source.close()));
		},
	};
}

/** Changes when the settings or a stored credential do; says nothing about the credential. */
function keyOf(row: StoredSource): string {
	const sealed = [row.credential, row.npmCredential].map((item) => (item === null ? null : sha256(item.bytes)));
	return digestOf({ config: row.config, sealed });
}

function unreadable(row: StoredSource): AppError {
	return new AppError('upstream_forbidden', `The stored credential of ${row.name} cannot be decrypted any more.`, {
		hint: 'Enter it again in Settings. It was encrypted with another PACKYARD_SECRET; the earlier one may be named in PACKYARD_SECRET_PREVIOUS.',
		details: { sourceId: row.id, retriable: false, credential: 'needs-re-entry' },
	});
}
