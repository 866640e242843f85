import type { PackShape } from '@/lib/contracts/packs';
import type { Manifest } from '@/lib/manifest';

/** Pure: what a list shows of a pack, from its versions. */

/** A version without its manifest. */
export type Outline = {
	version: string;
	prerelease: boolean;
	/** Installable, and its registry still lists it. */
	offered: boolean;
	described: boolean;
};

export type PackFacts = {
	name: string;
	description: string;
	author: string;
	shape: PackShape;
	updatedAt: string | null;
	latestVersion: string | null;
	versionCount: number;
	installable: boolean;
	reasons: string[];
	needsSecrets: boolean;
};

/** A version that was just read and is listed. */
export function outlineOf(version: {
	version: string;
	prerelease: boolean;
	installable: boolean;
	manifestDigest: string | null;
}): Outline {
	return {
		version: version.version,
		prerelease: version.prerelease,
		offered: version.installable,
		described: version.manifestDigest !== null,
	};
}

type Latest = { version: string; publishedAt: string | null; reasons: string[]; manifest: Manifest | null };

/** The version a list speaks of: the newest stable one, or the newest of all when none is stable. Newest come first. */
export function latestOf<T extends { prerelease: boolean }>(sorted: readonly T[]): T | undefined {
	return sorted.find((version) => !version.prerelease) ?? sorted[0];
}

/** `named`: the newest manifest with a name, for packs whose `latest` has none. */
export function packFacts(
	pack: { name: string; updatedAt: string | null },
	versions: readonly Outline[],
	{ latest, named }: { latest: Latest | undefined; named: Manifest | null },
): PackFacts {
	const manifest = latest?.manifest ?? named;
	return {
		name: manifest?.name ?? pack.name,
		description: manifest?.description ?? '',
		author: manifest?.author ?? '',
		shape: manifest?.shape ?? 'unknown',
		updatedAt: latest?.publishedAt ?? pack.updatedAt,
		latestVersion: latest?.version ?? null,
		versionCount: versions.length,
		installable: versions.some(({ offered }) => offered),
		reasons: latest === undefined ? ['The registry lists no version of this pack.'] : latest.reasons,
		needsSecrets: manifest?.contract.some((variable) => variable.storage === 'vault' && variable.required) ?? false,
	};
}
