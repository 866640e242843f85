import { AppError } from '@/lib/core';
import type { KnownStep } from './history';
import type { Indexed } from './indexed';
import { missingFrom, type Rename, stepRenames, suspectRenames } from './rename';
import { isSecretVar } from './secret-var';

/** What the admin has said about suspected renames so far. */
export type RenameDecisions = {
	/** Confirmed: old key → new key. */
	renames: Readonly<Record<string, string>>;
	/** Denied: old keys that are simply gone. */
	separate: ReadonlySet<string>;
};

export const noDecisions: RenameDecisions = { renames: {}, separate: new Set() };

export type Lineage = { confirmed: ReadonlyMap<string, string>; suspected: readonly Rename[] };

/**
 * Which keys of the installed version live on under another name in the wanted one. Renames are followed step by step
 * (renamed twice is one rename, renamed and back is none), then whatever is left is compared end to end. Throws
 * `invalid_request` when a confirmed rename does not fit the two versions.
 */
export function traceRenames(steps: readonly KnownStep[], decisions: RenameDecisions): Lineage {
	const first = steps[0]?.index;
	const last = steps.at(-1)?.index;
	if (!first || !last) return { confirmed: new Map(), suspected: [] };
	const confirmed = checkConfirmed(first, last, decisions.renames);
	const takenTo = new Set(confirmed.values());
	const isOpen = (key: string) => !confirmed.has(key) && !decisions.separate.has(key);
	const removed = missingFrom(first, last).filter(({ key }) => isOpen(key));
	const added = missingFrom(last, first).filter(({ key }) => !takenTo.has(key));
	if (removed.length === 0 || added.length === 0) return { confirmed, suspected: [] };
	const chained = followSteps(steps).filter(
		({ from, to }) => removed.some(({ key }) => key === from) && added.some(({ key }) => key === to),
	);
	const usedFrom = new Set(chained.map(({ from }) => from));
	const usedTo = new Set(chained.map(({ to }) => to));
	const rest = suspectRenames(
		removed.filter(({ key }) => !usedFrom.has(key)),
		added.filter(({ key }) => !usedTo.has(key)),
	);
	return { confirmed, suspected: [...chained, ...rest] };
}

/** Walk the path and keep, for every current name, the installed key it came from. */
function followSteps(steps: readonly KnownStep[]): Rename[] {
	const first = steps[0]?.index;
	const last = steps.at(-1)?.index;
	if (!first || !last) return [];
	let origins = new Map<string, Rename>();
	for (const [position, { index }] of steps.entries()) {
		const before = steps[position - 1]?.index;
		if (!before) continue;
		const renames = stepRenames(before, index);
		if (renames.length === 0) continue;
		const moved = new Map(origins);
		for (const { from } of renames) moved.delete(from);
		for (const { from, to, score } of renames) {
			const origin = origins.get(from) ?? (first.variables.has(from) ? { from, to: from, score: 1 } : undefined);
			if (origin) moved.set(to, { from: origin.from, to, score: Math.min(origin.score, score) });
		}
		origins = moved;
	}
	const takenFrom = new Set<string>();
	return [...origins.values()].filter(({ from, to }) => {
		const old = first.variables.get(from);
		const current = last.variables.get(to);
		// A chain may pass through a version with other secrecy; what counts is what would be copied where.
		const fits = old && current && isSecretVar(old) === isSecretVar(current) && !takenFrom.has(from);
		if (fits) takenFrom.add(from);
		return fits === true;
	});
}

/** A decision may be old, or made up: check it against the versions it is applied to. */
function checkConfirmed(first: Indexed, last: Indexed, renames: RenameDecisions['renames']): Map<string, string> {
	const confirmed = new Map(Object.entries(renames));
	for (const [from, to] of confirmed) {
		const old = first.variables.get(from);
		const current = last.variables.get(to);
		if (!old || !current || last.variables.has(from) || first.variables.has(to)) {
			throw new AppError('invalid_request', `${from} cannot be renamed to ${to} between these versions.`, {
				hint: 'Load the upgrade page again: the versions or their keys have changed.',
			});
		}
		if (isSecretVar(old) && !isSecretVar(current)) {
			throw new AppError('invalid_request', `${from} is a secret and ${to} is not: its value is never carried over.`, {
				hint: `Answer ${to} anew with a value that may be seen.`,
			});
		}
	}
	if (new Set(confirmed.values()).size !== confirmed.size) {
		throw new AppError('invalid_request', 'Two keys cannot be renamed to the same key.', {
			hint: 'Confirm one of them.',
		});
	}
	return confirmed;
}
