import type { Answers, ConfigEntry } from '@/lib/contracts/installs';
import type { ActorRef } from '@/lib/contracts/names';
import { own } from '@/lib/core';
import { type EnvVar, isSecretVar, normaliseAnswer } from '@/lib/manifest';

/** What is known about a stored secret; there is no value to know. */
export type SecretFact = { state: 'set' | 'needs-re-entry'; setBy: ActorRef | null; setAt: string | null };

/** What an install already has and what the platform supplies. Empty for a first install. */
export type KnownAnswers = {
	/** Plain answers given earlier. */
	plain: Readonly<Record<string, string>>;
	/** Plain answers that carry a credential: as they may be shown, which is not what they are. */
	hidden: Readonly<Record<string, string>>;
	secrets: Readonly<Record<string, SecretFact>>;
	/** Keys with a value set for all packs; the value is not shown here. */
	instanceKeys: readonly string[];
	/** The pack's own values (`manifest.backend.env`). */
	packValues: Readonly<Record<string, string>>;
};

export const nothingKnown: KnownAnswers = { plain: {}, hidden: {}, secrets: {}, instanceKeys: [], packValues: {} };

/** What the person wants to happen with a value that is stored already and cannot be shown. */
export type SecretChoice = 'keep' | 'replace' | 'remove';

/** What a valid form hands over. */
export type EnvFormResult = {
	/**
	 * Edits only: a plain value equal to the known one and a kept secret are left out; an empty plain text takes an
	 * earlier answer back.
	 */
	answers: Answers;
	/** Stored secrets that shall be unset. */
	discard: string[];
};

/** The configuration page's entries as the form needs them. */
export function knownFrom(
	configuration: readonly ConfigEntry[],
	platform: Pick<KnownAnswers, 'instanceKeys' | 'packValues'>,
): KnownAnswers {
	const plain: Record<string, string> = {};
	const hidden: Record<string, string> = {};
	const secrets: Record<string, SecretFact> = {};
	for (const entry of configuration) {
		if (entry.kind === 'plain') {
			if (entry.origin !== 'answer') continue;
			if (entry.hidden) hidden[entry.key] = entry.value;
			else plain[entry.key] = entry.value;
		} else if (entry.state !== 'not-set') {
			secrets[entry.key] = { state: entry.state, setBy: entry.setBy, setAt: entry.setAt };
		}
	}
	return { ...platform, plain, hidden, secrets };
}

/**
 * What is known, seen from another version of the contract: a plain answer to a key that is a secret now counts as a
 * stored one. Keys in `reask` have to be answered anew, whatever is stored.
 */
export function knownFor(contract: readonly EnvVar[], known: KnownAnswers, reask?: ReadonlySet<string>): KnownAnswers {
	const secrets = { ...known.secrets };
	const moved = { state: 'set', setBy: null, setAt: null } as const;
	for (const variable of contract) {
		const { key } = variable;
		const inClear = Object.hasOwn(known.plain, key) || Object.hasOwn(known.hidden, key);
		if (isSecretVar(variable) && inClear && reask?.has(key) !== true) secrets[key] = moved;
	}
	const hidden = Object.fromEntries(Object.entries(known.hidden).filter(([key]) => reask?.has(key) !== true));
	return { ...known, hidden, secrets };
}

/** A plain key that somebody chose to store as a secret is asked for like one: its value cannot be shown any more. */
export function asStored(variable: EnvVar, known: KnownAnswers): EnvVar {
	return Object.hasOwn(known.secrets, variable.key) ? { ...variable, storage: 'vault' } : variable;
}

/**
 * Values that stay as they are without being shown: secrets that the cluster can read, and plain answers that carry a
 * credential, neither replaced nor removed. A stored secret the contract now declares as plain is not among them: its
 * value must never become readable, so it is asked for again.
 */
export function keptUnseen(
	contract: readonly EnvVar[],
	known: KnownAnswers,
	choices: Readonly<Record<string, SecretChoice>>,
): Set<string> {
	const kept = contract.filter((variable) => {
		const { key } = variable;
		const stored = isSecretVar(variable) ? own(known.secrets, key)?.state === 'set' : Object.hasOwn(known.hidden, key);
		return stored && (own(choices, key) ?? 'keep') === 'keep';
	});
	return new Set(kept.map(({ key }) => key));
}

/**
 * Split what was typed into plain answers and secrets. `vaulted` are plain keys the person chose to store as secrets.
 * A secret that is kept or removed is never among the answers, whatever its hidden input still holds.
 */
export function collectAnswers(input: {
	contract: readonly EnvVar[];
	typed: Readonly<Record<string, string>>;
	known: KnownAnswers;
	choices: Readonly<Record<string, SecretChoice>>;
	vaulted: ReadonlySet<string>;
}): EnvFormResult {
	const { contract, typed, known, choices, vaulted } = input;
	const kept = keptUnseen(contract, known, choices);
	const answers: Answers = { plain: {}, secrets: {} };
	const discard: string[] = [];
	for (const variable of contract) {
		const { key } = variable;
		const text = normaliseAnswer(variable.type, own(typed, key) ?? '');
		const secret = isSecretVar(variable);
		if (kept.has(key)) continue;
		if (secret && own(choices, key) === 'remove') discard.push(key);
		// An empty text takes an earlier answer back.
		else if (!secret && own(choices, key) === 'remove') answers.plain[key] = '';
		// Left empty by somebody who was told that the stored value is of no use: then it goes without one.
		else if (text === '' && own(known.secrets, key)?.state === 'needs-re-entry') discard.push(key);
		else if (text !== '' && (secret || vaulted.has(key))) answers.secrets[key] = text;
		else if (!secret && text !== (own(known.plain, key) ?? '')) answers.plain[key] = text;
	}
	return { answers, discard };
}

/** The text the schema checks: nothing for secrets that are kept or removed. */
export function checkedAnswers(
	typed: Readonly<Record<string, string>>,
	kept: ReadonlySet<string>,
	choices: Readonly<Record<string, SecretChoice>>,
): Record<string, string> {
	return Object.fromEntries(Object.entries(typed).filter(([key]) => !kept.has(key) && own(choices, key) !== 'remove'));
}

// react-hook-form reads dots and brackets in names as paths, and `constructor` as what every object has.
const PREFIX = 'env_';

export function nameOf(key: string): string {
	return PREFIX + key;
}

export function byKey(values: Readonly<Record<string, unknown>>): Record<string, string> {
	const texts: Record<string, string> = {};
	for (const [name, value] of Object.entries(values)) {
		// A group of radios nobody touched has no value.
		if (name.startsWith(PREFIX)) texts[name.slice(PREFIX.length)] = typeof value === 'string' ? value : '';
	}
	return texts;
}
