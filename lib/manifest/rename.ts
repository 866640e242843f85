import type { Indexed } from './indexed';
import type { EnvVar } from './schema';
import { isSecretVar } from './secret-var';

/** A key that seems to live on under another name. `score` runs from 0 to 1. */
export type Rename = { from: string; to: string; score: number };

/** Below this, two keys are two keys. Tuned on the table in rename.test.ts: a wrong guess costs more than a missed one. */
const SUSPICIOUS = 0.6;

/** Above this many pairs (a hostile or rewritten contract) only telling words bring keys together. */
const MOST_PAIRS = 2_500;
const LARGEST_GROUP = 40;

/** Words that many keys share say little about which key it is. */
const COMMON = new Set('api key secret token url uri host port id name password user auth env app service'.split(' '));
const ALIASES = new Map(
	Object.entries({
		db: 'database',
		pwd: 'password',
		pass: 'password',
		passwd: 'password',
		uri: 'url',
		endpoint: 'url',
		msg: 'message',
	}),
);

/**
 * Pairs of a removed and an added key that look like one key renamed: same type, same secrecy, alike in name or
 * description. One partner each, best first. A secret is never paired with a plain key: the pairing alone would
 * suggest to copy it into the open.
 */
export function suspectRenames(removed: readonly EnvVar[], added: readonly EnvVar[]): Rename[] {
	if (removed.length === 0 || added.length === 0) return [];
	const candidates: Rename[] = [];
	const crowded = removed.length * added.length > MOST_PAIRS;
	const byWord = groupByWord(added.map(describe), crowded);
	for (const old of removed.map(describe)) {
		for (const candidate of partners(old, byWord)) {
			const score = similarity(old, candidate);
			if (score >= SUSPICIOUS) candidates.push({ from: old.variable.key, to: candidate.variable.key, score });
		}
	}
	return matchBest(candidates);
}

/** The renames of one step between neighbouring versions; kept, because every longer path walks over the same steps. */
export function stepRenames(older: Indexed, newer: Indexed): readonly Rename[] {
	const inner = steps.get(older) ?? new WeakMap<Indexed, readonly Rename[]>();
	steps.set(older, inner);
	const found = inner.get(newer);
	if (found) return found;
	const renames = suspectRenames(missingFrom(older, newer), missingFrom(newer, older));
	inner.set(newer, renames);
	return renames;
}

/** The keys of `one` that `other` neither asks for nor sets. */
export function missingFrom(one: Indexed, other: Indexed): EnvVar[] {
	const others = other.manifest.contract;
	return one.manifest.contract.filter(({ key }, position) => {
		// Neighbouring versions list most keys in the same place: that is cheaper to see than to look up.
		if (others[position]?.key === key) return false;
		return !other.variables.has(key) && !other.pack.has(key);
	});
}

const steps = new WeakMap<Indexed, WeakMap<Indexed, readonly Rename[]>>();

type Described = { variable: EnvVar; words: ReadonlySet<string>; saying: ReadonlySet<string> };

function describe(variable: EnvVar): Described {
	return { variable, words: wordsOf(variable.key), saying: wordsOf(variable.description) };
}

/** `STRIPE_apiKey` and "Stripe API key" both become stripe, api, key. */
function wordsOf(text: string): ReadonlySet<string> {
	const words = text
		.slice(0, 400)
		.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== '');
	return new Set(words.map((word) => ALIASES.get(word) ?? word));
}

/**
 * Only keys that share a word of the name, or the whole description, can reach the threshold: nobody else is scored,
 * because a full table would grow with the square of the contract.
 */
function groupByWord(list: readonly Described[], crowded: boolean): Map<string, Described[]> {
	const groups = new Map<string, Described[]>();
	for (const described of list) {
		for (const handle of handlesOf(described)) {
			if (crowded && COMMON.has(handle)) continue;
			const group = groups.get(handle);
			if (!group) groups.set(handle, [described]);
			else if (!crowded || group.length < LARGEST_GROUP) group.push(described);
		}
	}
	return groups;
}

function partners(old: Described, groups: ReadonlyMap<string, readonly Described[]>): Set<Described> {
	const found = new Set<Described>();
	for (const handle of handlesOf(old)) {
		for (const candidate of groups.get(handle) ?? []) {
			const sameKind =
				candidate.variable.type === old.variable.type && isSecretVar(candidate.variable) === isSecretVar(old.variable);
			if (sameKind) found.add(candidate);
		}
	}
	return found;
}

/** A description as a whole is one handle; the space keeps it apart from words. */
function handlesOf({ words, saying }: Described): string[] {
	return saying.size === 0 ? [...words] : [...words, ` ${[...saying].sort().join(' ')}`];
}

/** A rewritten description must not hide a clear rename, and an equal one must not make one out of nothing. */
function similarity(a: Described, b: Described): number {
	const name = nameSimilarity(a.words, b.words);
	if (a.saying.size === 0 || b.saying.size === 0) return name * 0.9;
	const saying = overlap(a.saying, b.saying);
	const telling = saying === 1 && a.saying.size >= 3 ? 0.7 : 0;
	return Math.max(name * 0.6 + saying * 0.4, name * 0.8, telling);
}

/** Shared words by weight (Dice); a name wholly inside the other counts as close: API_KEY in SERVICE_API_KEY. */
function nameSimilarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	if (a.size === 0 || b.size === 0) return 0;
	let shared = 0;
	for (const word of a) if (b.has(word)) shared += weight(word);
	const smaller = Math.min(total(a), total(b));
	const dice = (2 * shared) / (total(a) + total(b));
	return shared >= smaller && a.size !== b.size ? Math.max(dice, 0.85) : dice;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	let shared = 0;
	for (const word of a) if (b.has(word)) shared += 1;
	return shared / (a.size + b.size - shared);
}

function total(words: ReadonlySet<string>): number {
	let sum = 0;
	for (const word of words) sum += weight(word);
	return sum;
}

function weight(word: string): number {
	return COMMON.has(word) ? 0.3 : 1;
}

/** Greedy by score; ties by name, so that the same input always gives the same pairs. */
function matchBest(candidates: Rename[]): Rename[] {
	candidates.sort((a, b) => b.score - a.score || compare(a.from, b.from) || compare(a.to, b.to));
	const takenFrom = new Set<string>();
	const takenTo = new Set<string>();
	const chosen: Rename[] = [];
	for (const candidate of candidates) {
		if (takenFrom.has(candidate.from) || takenTo.has(candidate.to)) continue;
		takenFrom.add(candidate.from);
		takenTo.add(candidate.to);
		chosen.push(candidate);
	}
	return chosen;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
