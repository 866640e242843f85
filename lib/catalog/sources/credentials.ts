import type { SourceConfig } from '@/lib/contracts/source-config';
import type { Secret } from '@/lib/core';
import { canonicalJson } from '@/lib/digest';
import type { CredentialName, Sealed, StoredSource } from './store';

/** Encrypts credentials at rest; `lib/keys` brings the real one. */
export type Vault = {
	readonly keyId: string;
	seal(secret: Secret, place: string): Uint8Array;
	open(sealed: Sealed, place: string): Secret | null;
};

export type OpenedCredential = { secret: Secret | null; state: 'set' | 'not-set' | 'needs-re-entry' };

export function sealCredential(vault: Vault, sourceId: string, name: CredentialName, secret: Secret): Sealed {
	return { bytes: vault.seal(secret, placeOf(sourceId, name)), keyId: vault.keyId };
}

/** Never throws: a credential whose key is gone is one that has to be entered again. */
export function openCredential(vault: Vault, row: StoredSource, name: CredentialName): OpenedCredential {
	const sealed = row[name];
	if (sealed === null) return { secret: null, state: 'not-set' };
	const secret = vault.open(sealed, placeOf(row.id, name));
	return secret === null ? { secret: null, state: 'needs-re-entry' } : { secret, state: 'set' };
}

/** What is sealed with an earlier key and can be sealed with the current one; empty when there is nothing to do. */
export function resealed(vault: Vault, row: StoredSource): Partial<Record<CredentialName, Sealed>> {
	const fresh: Partial<Record<CredentialName, Sealed>> = {};
	for (const name of ['credential', 'npmCredential'] as const) {
		if (row[name] === null || row[name].keyId === vault.keyId) continue;
		const { secret } = openCredential(vault, row, name);
		if (secret !== null) fresh[name] = sealCredential(vault, row.id, name, secret);
	}
	return fresh;
}

/**
 * Everything that decides who gets to see a stored credential, as text. When it changes the credential has to be entered
 * again: otherwise whoever may edit a source could have it sent to a server of their own and read it there. Allowed
 * hosts are not part of it: redirects never carry it, and a token endpoint has to be named by the registry itself.
 */
export function audienceOf(config: SourceConfig, name: CredentialName): string {
	if (config.kind === 'bundle') return 'nobody';
	const way = { ca: config.ca, proxy: config.proxy };
	if (config.kind === 'github') {
		const { apiUrl, npmUrl, registry } = config;
		return canonicalJson({ ...way, apiUrl, npmUrl, registry });
	}
	if (config.kind === 'npm') return canonicalJson({ ...way, url: config.url });
	if (name === 'credential') return canonicalJson({ ...way, registry: config.registry });
	return canonicalJson({ ...way, url: config.npm?.url ?? null });
}

function placeOf(sourceId: string, name: CredentialName): string {
	return `source:${sourceId}:${name}`;
}
