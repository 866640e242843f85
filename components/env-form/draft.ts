import { isRecord, own } from '@/lib/core';
import { containsCredential, type EnvVar, isSecretVar } from '@/lib/manifest';

/**
 * A draft lives in this tab only (sessionStorage) and never holds a secret, nor a plain value that carries a
 * credential or that the person wants stored as a secret (`vaulted`).
 */
export function saveDraft(
	draftKey: string,
	contract: readonly EnvVar[],
	typed: Readonly<Record<string, string>>,
	vaulted: ReadonlySet<string>,
): void {
	const kept = contract
		.filter((variable) => !isSecretVar(variable) && !vaulted.has(variable.key))
		.map(({ key }) => [key, own(typed, key) ?? ''] as const)
		.filter(([, value]) => value !== '' && !containsCredential(value));
	try {
		if (kept.length === 0) sessionStorage.removeItem(PREFIX + draftKey);
		else sessionStorage.setItem(PREFIX + draftKey, JSON.stringify(Object.fromEntries(kept)));
	} catch {
		// Storage is off or full: the form works without a draft.
	}
}

/** The plain values of a draft that the contract still asks for; null when there is none. */
export function loadDraft(draftKey: string, contract: readonly EnvVar[]): Record<string, string> | null {
	const asked = new Set(contract.filter((variable) => !isSecretVar(variable)).map((variable) => variable.key));
	const found = Object.entries(readStored(draftKey)).flatMap(([key, value]): [string, string][] =>
		asked.has(key) && typeof value === 'string' ? [[key, value]] : [],
	);
	return found.length === 0 ? null : Object.fromEntries(found);
}

export function dropDraft(draftKey: string): void {
	try {
		sessionStorage.removeItem(PREFIX + draftKey);
	} catch {
		// Nothing was stored then.
	}
}

const PREFIX = 'packyard-draft:';

function readStored(draftKey: string): Record<string, unknown> {
	try {
		const parsed: unknown = JSON.parse(sessionStorage.getItem(PREFIX + draftKey) ?? '{}');
		return isRecord(parsed) ? parsed : {};
	} catch {
		return {};
	}
}
