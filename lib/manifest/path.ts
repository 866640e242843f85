import type { ContractChange, Verdict } from './change';
import type { Finding } from './diff-rules';
import { idOf, type KnownStep, spanOf } from './history';
import { type Declared, declared, type Indexed, indexed } from './indexed';
import { noDecisions, traceRenames } from './lineage';
import { changesOfPack, steppingStone, versionChange } from './manifest-rules';
import { type ReadNotes, readNotes } from './release-notes';
import type { Rename } from './rename';
import type { EnvVar, Manifest } from './schema';

/** One version on the way. `manifest` null = none was found; `notes` null = the author gave none, absent = not looked up. */
export type ContractStep = { version: string; manifest: Manifest | null; notes?: string | null };

/** A key that differs between the ends. `judged` keeps verdicts by what an install holds. */
export type KeyPair = {
	key: string;
	older: Declared;
	newer: Declared;
	judged: Map<number, readonly ContractChange[]>;
};

/** A question no rule has anything to say about; `needed` when nobody but the install can fill it. */
export type UnchangedKey = { key: string; needed: boolean };

/** Everything about a way between two versions that does not depend on an install: one path serves all of them. */
export type Path = {
	ends: { fromVersion: string; toVersion: string };
	known: readonly KnownStep[];
	older: Indexed;
	newer: Indexed;
	changed: readonly KeyPair[];
	unchanged: readonly UnchangedKey[];
	suspected: readonly Rename[];
	/** What changes about the pack as a whole, release notes aside. */
	packChanges: readonly ContractChange[];
	versionChanges: readonly ContractChange[];
	notes: readonly ReadNotes[];
	place: (finding: Finding) => ContractChange;
	/** Placed changes that many installs share, by what they were made of. */
	placed: Map<Rename, Map<Verdict, ContractChange>>;
};

/** Compare the ends of a path whose first and last manifest are known. `steps` has at least two entries. */
export function tracePath(steps: readonly ContractStep[], installed: Manifest, wanted: Manifest): Path {
	const known = steps.flatMap(({ version, manifest }): KnownStep[] =>
		manifest ? [{ version, index: indexed(manifest) }] : [],
	);
	const older = indexed(installed);
	const newer = indexed(wanted);
	const ends = { fromVersion: steps[0]?.version ?? '', toVersion: steps.at(-1)?.version ?? '' };
	const later = steps.slice(1);
	const stops = later.map(({ version, manifest }) => ({
		version,
		minUpgradeFrom: manifest?.minUpgradeFrom ?? null,
		readable: manifest !== null,
	}));
	const place = (finding: Finding): ContractChange => ({
		...finding,
		id: idOf(finding),
		...spanOf(finding, known, ends),
	});
	return {
		ends,
		known,
		older,
		newer,
		...pairsOf(older, newer),
		suspected: traceRenames(known, noDecisions).suspected,
		packChanges: [...changesOfPack(installed, wanted), ...steppingStone(ends.fromVersion, stops)].map(place),
		versionChanges: versionChange(ends.fromVersion, ends.toVersion).map(place),
		notes: readNotes(later),
		place,
		placed: new Map(),
	};
}

function pairsOf(older: Indexed, newer: Indexed): Pick<Path, 'changed' | 'unchanged'> {
	const changed: KeyPair[] = [];
	const unchanged: UnchangedKey[] = [];
	const seen = new Set<string>();
	for (const source of [newer.variables, newer.pack, older.variables, older.pack]) {
		for (const key of source.keys()) {
			if (seen.has(key)) continue;
			seen.add(key);
			const before = declared(older, key);
			const after = declared(newer, key);
			if (!isSame(before, after)) changed.push({ key, older: before, newer: after, judged: new Map() });
			else if (after.variable) unchanged.push({ key, needed: isNeeded(after.variable, after.pack) });
		}
	}
	return { changed, unchanged };
}

function isNeeded(variable: EnvVar, pack: string | null): boolean {
	return variable.required && variable.default === null && pack === null;
}

function isSame(a: Declared, b: Declared): boolean {
	if (a.pack !== b.pack) return false;
	if (a.variable === null || b.variable === null) return a.variable === b.variable;
	return (
		a.variable.required === b.variable.required &&
		a.variable.default === b.variable.default &&
		a.variable.type === b.variable.type &&
		a.variable.storage === b.variable.storage
	);
}
