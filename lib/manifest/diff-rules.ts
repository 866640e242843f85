import { answerProblem } from './answers';
import type { ContractChange, Gate, Verdict } from './change';
import type { Declared } from './indexed';
import type { EnvVar } from './schema';
import { isSecretVar } from './secret-var';

/**
 * The rule table for one key (facts/peers.md 5.A.1 and issue 3), one function per row group. A rule looks at the two
 * ends and at what the install holds, and returns a change or null. Table tests: diff-rules.test.ts
 * and, for values nobody answered, provided-rules.test.ts.
 */

/** What the install holds. `plain` null = asked without an install, then the cautious answer counts. */
export type Holdings = {
	plain: Readonly<Record<string, string>> | null;
	secretsSet: ReadonlySet<string>;
	instanceKeys: ReadonlySet<string>;
	/** Every key with a value of its own, plain or secret. */
	held: ReadonlySet<string>;
};

/** One key at both ends. `valueKey` is the name its current value is stored under (another one after a rename). */
export type KeyCase = { key: string; valueKey: string; older: Declared; newer: Declared; holdings: Holdings };

/** A change before its place in the history is known. */
export type Finding = {
	[K in ContractChange['kind']]: Omit<Extract<ContractChange, { kind: K }>, Placed>;
}[ContractChange['kind']];
type Placed = 'id' | 'fromVersion' | 'toVersion';

type Rule = (at: KeyCase) => Finding | null;

/** Every change of one key between the two ends; a key may earn several. */
export function changesOfKey(at: KeyCase): Finding[] {
	return rules.map((rule) => rule(at)).filter((finding) => finding !== null);
}

/** Who gives the wanted version a value for this key without asking anybody: answer, instance, pack, default. */
export function providerOf(at: KeyCase): 'answer' | 'instance' | 'pack' | 'default' | null {
	const { key, newer, holdings } = at;
	if (isUsable(at)) return 'answer';
	if (holdings.instanceKeys.has(key)) return 'instance';
	if (newer.pack !== null) return 'pack';
	return (newer.variable?.default ?? null) === null ? null : 'default';
}

/** Does the install hold a value of its own; null = asked without an install. */
export function holds(key: string, { plain, held }: Holdings): boolean | null {
	return plain === null ? null : held.has(key);
}

/**
 * Does what the install holds go along? A plain value fills everything. A stored secret fills a secret key, and a plain
 * key that the admin chose to keep secret; never a key that only now stops being a secret.
 */
export function isUsable({ valueKey, older, newer, holdings: { plain, secretsSet } }: KeyCase): boolean {
	if (plain === null || !newer.variable) return false;
	// What an earlier version archived was checked against the type of that version; a changed type has a rule of its own.
	if (Object.hasOwn(plain, valueKey))
		return older.variable !== null || answerProblem(newer.variable.type, plain[valueKey] ?? '') === null;
	const chosenSecret = older.variable !== null && !isSecretVar(older.variable);
	return secretsSet.has(valueKey) && (isSecretVar(newer.variable) || chosenSecret);
}

/** New question, or the pack hands over to the admin a value it used to set. */
function addedRule(at: KeyCase): Finding | null {
	const { key, older, newer } = at;
	const { variable } = newer;
	if (!variable) return null;
	const handedOver = older.pack !== null && newer.pack === null;
	if (older.variable && !handedOver) return null;
	const provider = providerOf(at);
	const facts = { key, secret: isSecretVar(variable), required: variable.required, provider };
	if (!handedOver) return { kind: 'added', ...facts, default: shownDefault(variable), ...asked(variable, provider) };
	const lost: Judged = { verdict: 'warning', gate: 'none' };
	const judged = !variable.required && provider === null ? lost : asked(variable, provider);
	return { kind: 'becomes-question', ...facts, ...judged };
}

function removedRule({ key, valueKey, older, newer, holdings }: KeyCase): Finding | null {
	if (!older.variable || newer.variable) return null;
	const hasValue = holds(valueKey, holdings);
	const judged: Judged =
		hasValue === false ? { verdict: 'notice', gate: 'none' } : { verdict: 'warning', gate: 'choose-archive-or-delete' };
	const kind = newer.pack === null ? 'removed' : 'pack-provided';
	return { kind, key, secret: isSecretVar(older.variable), hasValue, ...judged };
}

/** Secret to plain: the stored value is never carried. Plain to secret: it moves, but the past has seen it. */
function secrecyRule({ key, valueKey, older, newer, holdings }: KeyCase): Finding | null {
	if (!older.variable || !newer.variable) return null;
	const was = isSecretVar(older.variable);
	const becomes = isSecretVar(newer.variable);
	if (was === becomes) return null;
	const hasValue = holds(valueKey, holdings);
	const harmless: Judged = { verdict: 'notice', gate: 'none' };
	if (was) {
		const judged: Judged = hasValue === false ? harmless : { verdict: 'breaking', gate: 're-enter-and-type' };
		return { kind: 'exposed', key, secret: false, hasValue, ...judged };
	}
	// Nothing to regret when the admin had kept it secret all along.
	const inClear = holdings.plain === null || Object.hasOwn(holdings.plain, valueKey);
	const judged: Judged = inClear ? { verdict: 'warning', gate: 'acknowledge' } : harmless;
	return { kind: 'now-secret', key, secret: true, hasValue: hasValue === null ? null : inClear, ...judged };
}

/** Text accepts everything; every other type is narrower and is checked against the current value. */
function typeRule({ key, valueKey, older, newer, holdings }: KeyCase): Finding | null {
	if (!older.variable || !newer.variable) return null;
	const { type: from } = older.variable;
	const { type: to } = newer.variable;
	const secret = isSecretVar(newer.variable);
	// `secret` says how a value is kept, not what it looks like; and an exposed value is entered anew anyway.
	const exposed = isSecretVar(older.variable) && !secret;
	if (from === to || to === 'secret' || exposed || (from === 'secret' && to === 'string')) return null;
	const finding = { kind: 'retyped', key, secret, from, to } as const;
	if (to === 'string') return { ...finding, state: 'widened', verdict: 'none', gate: 'none' };
	if (isSecretVar(older.variable) || holdings.secretsSet.has(valueKey)) {
		if (holds(valueKey, holdings) === false) return { ...finding, state: 'unset', verdict: 'notice', gate: 'none' };
		// Nobody may read it to check it, and what does not fit would only show in a crashing container.
		return { ...finding, state: 'unreadable', verdict: 'breaking', gate: 'value-needed' };
	}
	if (holdings.plain === null) return { ...finding, state: 'unknown', verdict: 'breaking', gate: 'value-needed' };
	if (!Object.hasOwn(holdings.plain, valueKey)) return { ...finding, state: 'unset', verdict: 'notice', gate: 'none' };
	const fits = answerProblem(to, holdings.plain[valueKey] ?? '') === null;
	if (fits) return { ...finding, state: 'valid', verdict: 'notice', gate: 'none' };
	return { ...finding, state: 'invalid', verdict: 'breaking', gate: 'value-needed' };
}

function requiredRule(at: KeyCase): Finding | null {
	const { key, older, newer } = at;
	if (!older.variable || !newer.variable || older.variable.required === newer.variable.required) return null;
	const secret = isSecretVar(newer.variable);
	if (!newer.variable.required) return { kind: 'now-optional', key, secret, verdict: 'none', gate: 'none' };
	const provider = providerOf(at);
	return { kind: 'now-required', key, secret, provider, ...asked(newer.variable, provider) };
}

/** A default matters to those who rely on it; they may pin the old one. */
function defaultRule(at: KeyCase): Finding | null {
	const { key, valueKey, older, newer, holdings } = at;
	if (!older.variable || !newer.variable || older.variable.default === newer.variable.default) return null;
	const { required } = newer.variable;
	const provider = providerOf(at);
	const lost = newer.variable.default === null && required && provider === null;
	// Then the key is asked for anyway, by the rule that made it required.
	if (lost && !older.variable.required) return null;
	const overridden = provider === 'instance' || provider === 'pack' || holds(valueKey, holdings) === true;
	const relies = overridden ? false : holdings.plain === null ? null : true;
	const hidden = isSecretVar(newer.variable);
	const secret = hidden || isSecretVar(older.variable);
	const shown = secret ? { from: null, to: null } : { from: older.variable.default, to: newer.variable.default };
	const finding = { kind: 'default-changed', key, secret, ...shown, relies } as const;
	if (relies === false) return { ...finding, verdict: 'none', gate: 'none' };
	if (lost) return { ...finding, verdict: 'breaking', gate: 'value-needed' };
	// The published text of a secret is not repeated, but it can be kept all the same: as a secret of the install.
	const kept = hidden ? older.variable.default : shown.from;
	return { ...finding, verdict: 'warning', gate: kept === null ? 'none' : 'offer-old-default' };
}

/** Values the pack sets itself, where no question comes or goes with them. */
function packRule({ key, valueKey, older, newer, holdings }: KeyCase): Finding | null {
	if (older.pack === newer.pack) return null;
	const comesOrGoes = (older.variable === null) !== (newer.variable === null);
	const handedOver = older.pack !== null && newer.pack === null && newer.variable !== null;
	if (comesOrGoes || handedOver) return null;
	const action = older.pack === null ? 'added' : newer.pack === null ? 'removed' : 'changed';
	// A value of a key that is no question is archived, and archived values are not delivered.
	const held = newer.variable !== null && holds(valueKey, holdings) === true;
	const overridden = held || holdings.instanceKeys.has(key);
	const secret = newer.variable !== null && isSecretVar(newer.variable);
	const verdict = overridden ? 'none' : action === 'removed' ? 'warning' : 'notice';
	return { kind: 'pack-value-changed', key, secret, action, overridden, verdict, gate: 'none' };
}

const rules: readonly Rule[] = [addedRule, removedRule, secrecyRule, typeRule, requiredRule, defaultRule, packRule];

type Judged = { verdict: Verdict; gate: Gate };

/** A required question without any value stops the upgrade; everything else is good to know. */
function asked(variable: EnvVar, provider: ReturnType<typeof providerOf>): Judged {
	const needed = variable.required && provider === null;
	return needed ? { verdict: 'breaking', gate: 'value-needed' } : { verdict: 'notice', gate: 'none' };
}

function shownDefault(variable: EnvVar): string | null {
	return isSecretVar(variable) ? null : variable.default;
}
