import type { KeptSecret } from '@/lib/contracts/runner';
import { type InvalidParam, own } from '@/lib/core';
import {
	checkAnswers,
	checkTypes,
	containsCredential,
	type EnvVar,
	hasHiddenPart,
	isNarrower,
	isSecretVar,
	type Manifest,
	normaliseAnswer,
	resolveEnvironment,
} from '@/lib/manifest';
import type { Archive, EffectiveConfig, PlainAnswers, SecretEntry, SecretLedger } from './schema';

/** Pure: from what was asked and what was there before to the environment of the next revision. */

export type PreviousRevision = {
	number: number;
	manifest: Manifest;
	answers: PlainAnswers;
	secrets: SecretLedger;
	archived: Archive;
};

export type EnvironmentInput = {
	manifest: Manifest;
	release: string;
	/** Edits of plain answers. An empty text takes the answer back: the default (or nothing) counts again. */
	plain: Readonly<Record<string, string>>;
	/** Secret keys that get a value with this request. */
	secretKeys: readonly string[];
	previous: PreviousRevision | null;
	instanceValues: Readonly<Record<string, string>>;
	/** Confirmed renames, old key → new key. */
	renames: Readonly<Record<string, string>>;
	/** Keys whose kept or archived value is given up: removed keys, or secrets to be unset. */
	discard: readonly string[];
	/** Secrets of the previous revision that are gone from the cluster. */
	lost: readonly string[];
};

export type PreparedEnvironment = {
	answers: PlainAnswers;
	config: EffectiveConfig;
	/** Secret keys delivered by this request. */
	given: string[];
	/** Secrets the runner copies from an older revision. */
	keep: KeptSecret[];
	/** Plain values that become secrets because the contract says so now. Known to the portal, so not a secret yet. */
	promoted: Record<string, string>;
	/** Published defaults of secret keys nobody answered: delivered like a secret, known to everybody. */
	fallbacks: Record<string, string>;
	/** Values of keys the contract no longer has. */
	archived: Archive;
	/** Everything that must be put right first, one sentence per key. */
	invalid: InvalidParam[];
	/** How many values are carried over untouched. */
	carried: number;
};

/** Zero edits give zero changes: every answer and secret of the previous revision is carried over as it is. */
export function prepareEnvironment(input: EnvironmentInput): PreparedEnvironment {
	const { manifest } = input;
	const variables = new Map(manifest.contract.map((variable) => [variable.key, variable]));
	const at: Contract = {
		has: (key) => variables.has(key),
		isSecret: (key) => {
			const variable = variables.get(key);
			return variable !== undefined && isSecretVar(variable);
		},
		fits: (key, type) => {
			const variable = variables.get(key);
			return variable !== undefined && !isNarrower(variable.type, type);
		},
		isRequired: (key) => variables.get(key)?.required === true,
		takes: (key, text) => variables.has(key) && checkTypes(manifest.contract, { [key]: text }).length === 0,
	};
	const given = [...new Set(input.secretKeys)].sort();
	const kept = carryOver(input, at, new Set(given));
	const answers = { ...kept.answers };
	for (const [key, text] of Object.entries(input.plain)) {
		const value = normaliseAnswer(variables.get(key)?.type ?? 'string', text);
		if (value === '') delete answers[key];
		else answers[key] = value;
	}

	const staticEnv = manifest.backend?.env ?? {};
	const held = new Set([...kept.keep.map((secret) => secret.key), ...given, ...Object.keys(kept.promoted)]);
	const provided = new Set([...Object.keys(input.instanceValues), ...Object.keys(staticEnv)]);
	const stopping = [...misplaced(input, at), ...kept.lost, ...checkTypes(manifest.contract, kept.promoted)];
	const refused = new Set(stopping.map((param) => param.name));
	const usable = Object.fromEntries(Object.entries(answers).filter(([key]) => !refused.has(key)));
	const invalid = unique([...stopping, ...checkAnswers(manifest.contract, usable, { kept: held, provided })]);
	const resolved = resolveEnvironment({
		contract: manifest.contract,
		answers: usable,
		instanceValues: input.instanceValues,
		staticEnv,
	});
	const config: EffectiveConfig = {};
	for (const [key, value] of Object.entries(resolved.config)) {
		// A plain key that is kept secret by choice has one value, not a default beside it.
		if (!held.has(key)) config[key] = { value, origin: resolved.origins[key] ?? 'default' };
	}
	const fallbacks = Object.fromEntries(Object.entries(resolved.secretFallbacks).filter(([key]) => !held.has(key)));
	const wrong = new Set(invalid.map((param) => param.name));
	return {
		answers,
		config,
		given,
		keep: kept.keep,
		promoted: kept.promoted,
		fallbacks,
		archived: kept.archived,
		invalid,
		carried: [...Object.keys(kept.answers), ...kept.keep.map(({ key }) => key)].filter((key) => !wrong.has(key)).length,
	};
}

/** The environment of an older revision, exactly: plain values as they were, every secret copied unread. */
export function restoreEnvironment(
	target: PreviousRevision & { config: EffectiveConfig },
	context: {
		release: string;
		active: PreviousRevision | null;
		lost: readonly string[];
		/** Keys that the Secret of the target holds: published defaults of secrets are in no ledger. */
		present: readonly string[];
	},
): PreparedEnvironment {
	const { active, lost, present, release } = context;
	const keys = [...new Set([...Object.keys(target.secrets), ...present])].filter((key) => !lost.includes(key)).sort();
	const contract = new Set(target.manifest.contract.map(({ key }) => key));
	const gone = active === null ? {} : { ...active.archived, ...valuesAsArchive(active) };
	return {
		answers: target.answers,
		config: target.config,
		given: [],
		keep: keys.map((key) => keptOf(target, release, key)),
		promoted: {},
		fallbacks: {},
		// What the state returned to has no place for is kept for the next upgrade instead of being dropped.
		archived: {
			...target.archived,
			...Object.fromEntries(Object.entries(gone).filter(([key]) => !contract.has(key))),
		},
		invalid: lost.map(lostParam),
		carried: Object.keys(target.answers).length + keys.length,
	};
}

/** Every key that is delivered by the Secret, wherever its value comes from. */
export function secretKeysIn({ fallbacks, given, keep, promoted }: PreparedEnvironment): string[] {
	return [...keep.map(({ key }) => key), ...given, ...Object.keys(promoted), ...Object.keys(fallbacks)];
}

/** The secret keys a revision is expected to have in its Secret. */
export function secretKeysOf(revision: { secrets: SecretLedger }): string[] {
	return Object.keys(revision.secrets).sort();
}

type Contract = {
	has(key: string): boolean;
	isSecret(key: string): boolean;
	isRequired(key: string): boolean;
	/** Would every text of that type do? A secret is not read to find out whether this one does. */
	fits(key: string, type: EnvVar['type'] | null): boolean;
	/** Is this text a value of that key? */
	takes(key: string, text: string): boolean;
};
type Carried = Pick<PreparedEnvironment, 'answers' | 'keep' | 'promoted' | 'archived'> & { lost: InvalidParam[] };

/** What goes along without anybody doing anything, and what the new contract has no place for. */
function carryOver(input: EnvironmentInput, contract: Contract, given: ReadonlySet<string>): Carried {
	const { previous, release } = input;
	const carried: Carried = { answers: {}, keep: [], promoted: {}, archived: {}, lost: [] };
	if (previous === null) return carried;
	const renamed = (key: string) => own(input.renames, key) ?? key;
	const discard = new Set(input.discard);
	const edited = new Set(Object.keys(input.plain));
	const wasSecret = new Set(previous.manifest.contract.filter(isSecretVar).map(({ key }) => key));
	const types = typesOf(previous.manifest);

	for (const [key, value] of Object.entries(previous.answers)) {
		const next = renamed(key);
		if (!contract.has(next)) {
			if (!discard.has(key)) carried.archived[key] = value;
		} else if (contract.isSecret(next)) {
			if (!given.has(next) && !discard.has(key)) carried.promoted[next] = value;
		} else if (!edited.has(next) && !given.has(next)) carried.answers[next] = value;
	}
	for (const key of Object.keys(previous.secrets).sort()) {
		const next = renamed(key);
		if (discard.has(key) || given.has(next)) continue;
		const isLost = input.lost.includes(key);
		if (!contract.has(next)) {
			const entry = own(previous.secrets, key);
			if (!isLost && entry !== undefined) carried.archived[key] = asArchived(entry, previous.number, types.get(key));
		}
		// A key that stopped being a secret is never carried: its value would become readable (DESIGN section 4). A plain
		// key the admin chose to store as a secret (an address with a password in it) stays one.
		else if (!contract.isSecret(next) && (wasSecret.has(key) || edited.has(next))) {
			// Nor does a default slip into its place: what was answered is answered anew, or given up in so many words.
			if (!edited.has(next) && contract.isRequired(next)) carried.lost.push(exposedParam(next));
		} else if (isLost) carried.lost.push(lostParam(next));
		else if (!contract.fits(next, types.get(key) ?? null)) carried.lost.push(uncheckedParam(next));
		else carried.keep.push(keptOf(previous, release, key, next));
	}
	unarchive(input, contract, carried, given);
	return carried;
}

/** A key that comes back finds its archived value again, unless somebody says otherwise. */
function unarchive(input: EnvironmentInput, contract: Contract, carried: Carried, given: ReadonlySet<string>): void {
	const taken = new Set([
		...Object.keys(input.plain),
		...given,
		...Object.keys(carried.answers),
		...Object.keys(carried.promoted),
		...carried.keep.map(({ key }) => key),
	]);
	for (const [key, value] of Object.entries(input.previous?.archived ?? {})) {
		if (input.discard.includes(key) || taken.has(key)) continue;
		const isPlain = typeof value === 'string';
		// What does not fit the key that came back waits for one that it fits.
		const usable = isPlain
			? contract.takes(key, value)
			: contract.isSecret(key) && contract.fits(key, value.type ?? null);
		if (!contract.has(key) || !usable) {
			if (!Object.hasOwn(carried.archived, key)) carried.archived[key] = value;
		} else if (!isPlain) carried.keep.push(keptFrom(input.release, value.revision, key));
		else if (contract.isSecret(key)) carried.promoted[key] = value;
		else carried.answers[key] = value;
	}
}

function valuesAsArchive({ answers, manifest, secrets, number }: PreviousRevision): Archive {
	const types = typesOf(manifest);
	const hidden = Object.entries(secrets).map(
		([key, entry]) => [key, asArchived(entry, number, types.get(key))] as const,
	);
	return { ...answers, ...Object.fromEntries(hidden) };
}

function asArchived(entry: SecretEntry, revision: number, type: EnvVar['type'] | undefined): Archive[string] {
	return { ...entry, revision, ...(type === undefined ? {} : { type }) };
}

function typesOf({ contract }: Manifest): Map<string, EnvVar['type']> {
	return new Map(contract.map(({ key, type }) => [key, type]));
}

/** Where the secret of a revision lies: in its own Secret, or in the one it was moved to when it became a secret. */
function keptOf(
	{ number, secrets }: Pick<PreviousRevision, 'number' | 'secrets'>,
	release: string,
	fromKey: string,
	key = fromKey,
): KeptSecret {
	const heldIn = own(secrets, fromKey)?.heldIn;
	return heldIn === undefined ? keptFrom(release, number, fromKey, key) : { key, fromSecret: heldIn, fromKey };
}

function keptFrom(release: string, number: number, fromKey: string, key = fromKey): KeptSecret {
	return { key, fromSecret: `${release}-env-r${number}`, fromKey };
}

function lostParam(key: string): InvalidParam {
	return { name: key, reason: `${key} was set, but its value is no longer in the cluster. Enter it again.` };
}

function uncheckedParam(key: string): InvalidParam {
	const reason = `${key} has another type in this version. The stored secret cannot be read to check it, so enter it again.`;
	return { name: key, reason };
}

function exposedParam(key: string): InvalidParam {
	const reason = `${key} is no longer a secret, so what was stored is not carried over. Enter a value that may be seen.`;
	return { name: key, reason };
}

function misplaced(input: EnvironmentInput, contract: Contract): InvalidParam[] {
	const problems: InvalidParam[] = [];
	for (const key of [...Object.keys(input.plain), ...input.secretKeys]) {
		if (!contract.has(key)) problems.push({ name: key, reason: `${key} is not part of this version. Remove it.` });
	}
	for (const key of Object.keys(input.plain)) {
		if (contract.isSecret(key)) problems.push({ name: key, reason: `${key} is a secret and must be entered as one.` });
	}
	const held = new Map(Object.entries(input.previous?.answers ?? {}));
	for (const [key, text] of Object.entries(input.plain)) {
		if (hasHiddenPart(text) && containsCredential(held.get(key) ?? ''))
			problems.push({ name: key, reason: `A part of ${key} is [hidden], as on the screen. Enter the whole value.` });
	}
	for (const [from, to] of Object.entries(input.renames)) {
		if (!contract.has(to))
			problems.push({ name: from, reason: `${to} is not part of this version, so ${from} cannot be renamed to it.` });
	}
	return problems;
}

function unique(params: readonly InvalidParam[]): InvalidParam[] {
	const seen = new Map<string, InvalidParam>();
	for (const param of params) if (!seen.has(param.name)) seen.set(param.name, param);
	return [...seen.values()];
}
