import type { Tone } from '@/components/ui/tone';
import type { UpgradeMatrix } from '@/lib/contracts/matrix';
import type { ContractBadge, ManifestOrigin, VersionDetail, VersionSummary } from '@/lib/contracts/packs';

export const badgeTones = {
	none: 'neutral',
	notice: 'info',
	warning: 'warning',
	breaking: 'danger',
	unknown: 'neutral',
} satisfies Record<ContractBadge['tone'], Tone>;

export const originWords = {
	'chart-file': 'A file in the chart',
	'chart-annotation': 'An annotation of the chart',
	'oci-referrer': 'An artifact attached to the chart in the registry',
	'npm-tarball': 'A file in the npm package',
	repository: 'The source repository, at the tag of this version',
	attached: 'Attached by hand in this portal',
} satisfies Record<ManifestOrigin, string>;

/** The version a pack page opens with: the one asked for, else the latest, whether it can be installed or not. */
export function chooseVersion(
	versions: readonly VersionSummary[],
	asked: string | null,
	latest: string | null,
): VersionSummary | null {
	return (
		versions.find(({ version }) => version === asked) ??
		versions.find(({ version }) => version === latest) ??
		versions[0] ??
		null
	);
}

/** The newest stable version that can be installed; a prerelease only when there is no stable one. */
export function newestInstallable(versions: readonly VersionSummary[]): VersionSummary | null {
	const installable = versions.filter((version) => version.installable);
	return installable.find(({ prerelease }) => !prerelease) ?? installable[0] ?? null;
}

/** Newest first, prereleases only when wanted; the chosen one is always there. */
export function listedVersions(
	versions: readonly VersionSummary[],
	{ prereleases, chosen }: { prereleases: boolean; chosen: string | null },
): VersionSummary[] {
	// A pack with nothing but prereleases would look empty.
	const all = prereleases || versions.every(({ prerelease }) => prerelease);
	return versions.filter(({ version, prerelease }) => all || !prerelease || version === chosen);
}

export type OwnBadge = { from: string; badge: ContractBadge; installs: readonly string[] };

/**
 * What a version changes against what is installed of the pack: one entry per running version and verdict, because
 * installs with other answers may be asked other things.
 */
export function ownBadges({ rows }: UpgradeMatrix, packId: string, version: string): OwnBadge[] {
	const found = new Map<string, OwnBadge>();
	for (const row of rows) {
		const badge = row.packId === packId ? row.cells.find((cell) => cell.version === version)?.badge : undefined;
		if (badge === undefined) continue;
		const known = found.get(`${row.version} ${badge.text}`);
		const installs = [...(known?.installs ?? []), `${row.namespace}/${row.release}`];
		found.set(`${row.version} ${badge.text}`, { from: row.version, badge, installs });
	}
	return [...found.values()];
}

/** `1.4 MB`; decimal, as registries count. */
export function bytes(size: number): string {
	if (size < 1000) return `${size} B`;
	if (size < 1_000_000) return `${Math.round(size / 1000)} kB`;
	return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** How many things the quality tab lists. */
export function qualityCount(version: VersionDetail): number {
	return version.lint.length + version.warnings.length + version.blockers.length;
}
