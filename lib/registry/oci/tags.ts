import { compareBuild, parse } from 'semver';

/** A tag read as a version: `version` without leading `v` and with `+build`, `tag` exactly as the registry has it. */
export type VersionTag = { version: string; tag: string; prerelease: boolean };

/**
 * Read a tag loosely: `v1.2.0` counts as 1.2.0 and `_` as `+` (Helm writes it that way, helm/helm#10166). Null for
 * everything that is no version: `latest`, branches, `sha256-…`, `.sig`, `.att`.
 */
export function readVersionTag(tag: string): VersionTag | null {
	if (tag.length > 128) return null;
	const parsed = parse(tag.replaceAll('_', '+').replace(/^[vV](?=\d)/, ''));
	if (!parsed) return null;
	const build = parsed.build.length > 0 ? `+${parsed.build.join('.')}` : '';
	return { version: `${parsed.version}${build}`, tag, prerelease: parsed.prerelease.length > 0 };
}

/** The versions among `tags`, newest first. `1.2.0` wins over `v1.2.0` when both exist. */
export function versionTags(tags: readonly string[]): VersionTag[] {
	const byVersion = new Map<string, VersionTag>();
	for (const tag of tags) {
		const read = readVersionTag(tag);
		if (!read) continue;
		const known = byVersion.get(read.version);
		if (!known || /^v/i.test(known.tag)) byVersion.set(read.version, read);
	}
	return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version));
}

/** Semver order, build metadata as the tie-break so that the order is total. Both must be versions. */
export function compareVersions(a: string, b: string): number {
	return compareBuild(a, b);
}
