import type { KeptSecret } from '@/lib/contracts/runner';
import { own } from '@/lib/core';
import { isSecretVar } from '@/lib/manifest';
import type { StoredRevision } from './store';

/** Pure: what becomes of a secret compared with what runs, told from fingerprints and never from values. */

type Known = Pick<StoredRevision, 'archived' | 'config' | 'manifest' | 'secrets'>;
type SecretState = 'added' | 'changed' | 'unchanged';

/** A secret copied unread from `base`, as seen from `before`: an older state has an older one, which is not the same. */
export function keptState(
	{ before, base }: { before: Known | null; base: Known | null },
	{ key, fromKey }: Pick<KeptSecret, 'key' | 'fromKey'>,
): SecretState {
	if (before === null) return 'added';
	const was = own(before.secrets, key);
	const becomes = own(base?.secrets, fromKey) ?? archivedIn(base, fromKey);
	if (was !== undefined) return becomes?.fingerprint === was.fingerprint ? 'unchanged' : 'changed';
	if (own(before.config, key) !== undefined) return 'changed';
	// In no ledger: a published default, which both manifests name.
	if (becomes === undefined) return publishedState(before, { key, value: publishedBy(base, fromKey) });
	return publishedBy(before, key) === null ? 'added' : 'changed';
}

/** A published text that is delivered because nobody answered a secret key. */
export function publishedState(
	before: Known | null,
	{ key, value }: { key: string; value: string | null },
): SecretState {
	if (before === null) return 'added';
	if (own(before.secrets, key) !== undefined || own(before.config, key) !== undefined) return 'changed';
	const was = publishedBy(before, key);
	if (was === null) return 'added';
	return was === value ? 'unchanged' : 'changed';
}

function publishedBy(revision: Known | null, key: string): string | null {
	const variable = revision?.manifest.contract.find((one) => one.key === key && isSecretVar(one));
	return variable?.default ?? null;
}

function archivedIn(revision: Known | null, key: string) {
	const value = own(revision?.archived, key);
	return typeof value === 'object' ? value : undefined;
}
