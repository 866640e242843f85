import { contractBadge } from './badge';
import type { ContractChange, ContractDiff, Verdict } from './change';
import { changesOfKey, type Finding, type Holdings, holds, isUsable, type KeyCase, providerOf } from './diff-rules';
import { declared, indexed } from './indexed';
import { type Lineage, traceRenames } from './lineage';
import { type ContractStep, type KeyPair, type Path, tracePath } from './path';
import { compareWithNotes } from './release-notes';
import type { Rename } from './rename';
import { isSecretVar } from './secret-var';

export type { ContractStep } from './path';

export type DiffRequest = {
	/** Every version from the installed one to the wanted one, both included, in the order they are passed through. */
	steps: readonly ContractStep[];
	/** What the install holds *now*, not what the form has collected. Left out: asked without an install, worst case. */
	answers?: { plain: Readonly<Record<string, string>>; secretsSet: readonly string[] };
	/** Keys that the instance settings provide for every pack. */
	instanceKeys?: readonly string[];
	/** Confirmed renames (old → new) and denied ones (old keys). */
	renames?: Readonly<Record<string, string>>;
	separate?: readonly string[];
};

/**
 * What changes for an install between the first and the last step. Keys are compared end to end, so a key added and
 * dropped again in between is nothing; renames are followed through every step. Pure; the same input gives the same
 * changes in the same order. Throws `invalid_request` only for a confirmed rename that does not fit.
 */
export function diffContract(request: DiffRequest): ContractDiff {
	return diffAlong(traceSteps(request.steps), holdingsOf(request), request);
}

/** The part of a diff that is the same for every install, or why there is none. */
export type Traced =
	| { kind: 'nothing' }
	| { kind: 'gap'; installed: ContractStep; wanted: ContractStep; gaps: string[] }
	| { kind: 'path'; path: Path; gaps: string[] };

export function traceSteps(steps: readonly ContractStep[]): Traced {
	const installed = steps[0];
	const wanted = steps.at(-1);
	if (!installed || !wanted || steps.length === 1) return { kind: 'nothing' };
	const gaps = steps.slice(1, -1).flatMap((step) => (step.manifest ? [] : [step.version]));
	if (!installed.manifest || !wanted.manifest) return { kind: 'gap', installed, wanted, gaps };
	return { kind: 'path', path: tracePath(steps, installed.manifest, wanted.manifest), gaps };
}

/** The part that depends on what an install holds and on what its admin has decided. */
export function diffAlong(traced: Traced, holdings: Holdings, decisions: Decisions = {}): ContractDiff {
	if (traced.kind === 'nothing') return finish([], [], [], []);
	if (traced.kind === 'gap') return withoutComparison(traced.installed, traced.wanted, holdings, traced.gaps);
	const { path, gaps } = traced;
	const { changes, questions, carried } = compareKeys(path, lineageOf(path, decisions), holdings);
	const known = [...changes, ...path.packChanges];
	const claims = compareWithNotes(path.notes, known).map(path.place);
	return finish([...known, ...claims, ...path.versionChanges], questions, carried, gaps);
}

type Decisions = Pick<DiffRequest, 'renames' | 'separate'>;

function lineageOf(path: Path, { renames, separate }: Decisions): Lineage {
	if (!renames && !separate) return { confirmed: new Map(), suspected: path.suspected };
	return traceRenames(path.known, { renames: renames ?? {}, separate: new Set(separate) });
}

type Compared = { changes: ContractChange[]; questions: string[]; carried: string[] };

function compareKeys(path: Path, lineage: Lineage, holdings: Holdings): Compared {
	const changes: ContractChange[] = [];
	const questions: string[] = [];
	const carried: string[] = [];
	const settled = new Set(lineage.confirmed.keys());
	for (const rename of lineage.suspected) {
		// Nothing to move, nothing to ask: then it is an ordinary removal and an ordinary new key.
		if (holds(rename.from, holdings) === false) continue;
		changes.push(placedRename(rename, path, holdings));
		settled.add(rename.from).add(rename.to);
	}
	const oldNames = new Map([...lineage.confirmed].map(([from, to]) => [to, from]));
	for (const pair of path.changed) {
		if (settled.has(pair.key)) continue;
		const at = caseOf(pair, oldNames.get(pair.key), path, holdings);
		const earned = judge(pair, at, path);
		changes.push(...earned);
		if (at.newer.variable === null) continue;
		const usable = isUsable(at);
		if (earned.some(needsAnswer) || (!usable && isMissing(at))) questions.push(at.key);
		else if (usable) carried.push(at.key);
	}
	for (const { key, needed } of path.unchanged) {
		if (holdings.held.has(key)) carried.push(key);
		else if (needed && holdings.plain !== null && !holdings.instanceKeys.has(key)) questions.push(key);
	}
	return { changes, questions, carried };
}

/** The rules see little of an install: most installs share their verdicts, which makes a matrix of them cheap. */
function judge(pair: KeyPair, at: KeyCase, path: Path): readonly ContractChange[] {
	if (at.valueKey !== at.key) return [confirmedRename(at), ...changesOfKey(at)].map(path.place);
	const state = looksAtValue(at) ? null : stateOf(at);
	const known = state === null ? undefined : pair.judged.get(state);
	if (known) return known;
	const changes = changesOfKey(at).map(path.place);
	if (state !== null) pair.judged.set(state, changes);
	return changes;
}

/** A value is looked at only to check it against a type that it was not checked against before. */
function looksAtValue({ older, newer, valueKey, holdings: { plain } }: KeyCase): boolean {
	if (newer.variable === null || plain === null || !Object.hasOwn(plain, valueKey)) return false;
	return older.variable === null || older.variable.type !== newer.variable.type;
}

/** All that the rules can ask about an install and one key, values aside. */
function stateOf({ valueKey, holdings: { plain, secretsSet, instanceKeys } }: KeyCase): number {
	const held = plain === null ? 0 : Object.hasOwn(plain, valueKey) ? 1 : 2;
	return held + (secretsSet.has(valueKey) ? 4 : 0) + (instanceKeys.has(valueKey) ? 8 : 0);
}

function caseOf({ key, older, newer }: KeyPair, oldName: string | undefined, path: Path, holdings: Holdings): KeyCase {
	if (oldName === undefined) return { key, valueKey: key, older, newer, holdings };
	return { key, valueKey: oldName, older: declared(path.older, oldName), newer, holdings };
}

function needsAnswer({ gate }: ContractChange): boolean {
	return gate === 'value-needed' || gate === 're-enter-and-type';
}

/** A required key nobody fills is asked for even when it did not change: the upgrade would start a broken pack. */
function isMissing(at: KeyCase): boolean {
	return at.holdings.plain !== null && at.newer.variable?.required === true && providerOf(at) === null;
}

/** It is one of two for all installs, and finding its place in the history is most of the work of a matrix. */
function placedRename(rename: Rename, path: Path, holdings: Holdings): ContractChange {
	const finding = suspectedRename(rename, path, holdings);
	const kept = path.placed.get(rename) ?? new Map<Verdict, ContractChange>();
	path.placed.set(rename, kept);
	const placed = kept.get(finding.verdict) ?? path.place(finding);
	kept.set(finding.verdict, placed);
	return placed;
}

function suspectedRename({ from, to, score }: Rename, { older, newer }: Path, holdings: Holdings): Finding {
	const at = { key: to, valueKey: to, older: declared(older, to), newer: declared(newer, to), holdings };
	const { variable } = at.newer;
	const required = variable?.required === true;
	return {
		kind: 'suspected-rename',
		key: from,
		to,
		secret: variable !== null && isSecretVar(variable),
		required,
		score: Math.round(score * 100) / 100,
		verdict: required && providerOf(at) === null ? 'breaking' : 'warning',
		gate: 'confirm-rename',
	};
}

function confirmedRename({ key, valueKey, newer }: KeyCase): Finding {
	const secret = newer.variable !== null && isSecretVar(newer.variable);
	return { kind: 'renamed', key: valueKey, to: key, secret, verdict: 'notice', gate: 'none' };
}

/** One end cannot be read: say so, and ask for what the wanted version requires as far as that is known. */
function withoutComparison(
	installed: ContractStep,
	wanted: ContractStep,
	holdings: Holdings,
	gaps: string[],
): ContractDiff {
	const side = wanted.manifest ? 'installed' : 'wanted';
	const ends = { fromVersion: installed.version, toVersion: wanted.version };
	const version = wanted.manifest ? installed.version : wanted.version;
	const finding = { kind: 'not-comparable', side, version, verdict: 'breaking', gate: 'acknowledge' } as const;
	const questions: string[] = [];
	const carried: string[] = [];
	const newer = wanted.manifest ? indexed(wanted.manifest) : null;
	for (const [key, variable] of newer?.variables ?? []) {
		const nothing = { variable: null, pack: null };
		const at = { key, valueKey: key, older: nothing, newer: newer ? declared(newer, key) : nothing, holdings };
		if (isUsable(at)) carried.push(key);
		else if (variable.required && providerOf(at) === null) questions.push(key);
	}
	return finish([{ ...finding, id: finding.kind, ...ends }], questions, carried, gaps);
}

/** Worst first; the sort is stable, so equals stay in the order in which the manifest declares them. */
function finish(changes: ContractChange[], questions: string[], carried: string[], gaps: string[]): ContractDiff {
	changes.sort((a, b) => severity[a.verdict] - severity[b.verdict]);
	const verdict = changes[0]?.verdict ?? 'none';
	return { changes, questions, carried, verdict, badge: contractBadge({ changes }), gaps };
}

const severity = { breaking: 0, warning: 1, notice: 2, none: 3 } as const satisfies Record<Verdict, number>;

export function holdingsOf(request: Pick<DiffRequest, 'answers' | 'instanceKeys'>): Holdings {
	const { answers, instanceKeys = [] } = request;
	const secretsSet = new Set(answers?.secretsSet);
	return {
		plain: answers ? answers.plain : null,
		secretsSet,
		instanceKeys: new Set(instanceKeys),
		held: new Set([...Object.keys(answers?.plain ?? {}), ...secretsSet]),
	};
}
