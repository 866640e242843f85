import type { EnvVar, Manifest } from './schema';

/** What one version says about one key: its question, and the value the pack sets itself. */
export type Declared = { variable: EnvVar | null; pack: string | null };

/** A manifest with its keys at hand. */
export type Indexed = { manifest: Manifest; variables: ReadonlyMap<string, EnvVar>; pack: ReadonlyMap<string, string> };

/** Manifests are never changed after reading, so the index of one can be kept as long as it lives. */
const known = new WeakMap<Manifest, Indexed>();

export function indexed(manifest: Manifest): Indexed {
	const found = known.get(manifest);
	if (found) return found;
	const made: Indexed = {
		manifest,
		variables: new Map(manifest.contract.map((variable) => [variable.key, variable])),
		pack: new Map(Object.entries(manifest.backend?.env ?? {})),
	};
	known.set(manifest, made);
	return made;
}

export function declared(index: Indexed, key: string): Declared {
	return { variable: index.variables.get(key) ?? null, pack: index.pack.get(key) ?? null };
}
