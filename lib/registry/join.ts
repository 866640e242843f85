import type { GithubPackage, GithubVersion } from './github/schema';
import { isDigest } from './oci/reference';
import { compareVersions, readVersionTag, versionTags } from './oci/tags';
import type { DiscoveredPack, DiscoveredVersion, ListedChart, NpmArtifact } from './source';

/** Pure joining of what registries list into packs and versions. */

/** `charts/pack-index` is the list of packs itself (docs/pack-index.md). */
const CHART = /^charts\/pack-(?!index$)([a-z0-9][a-z0-9._-]*)$/;
const FRONTEND = /^(?:@[^/]+\/)?pack-([a-z0-9][a-z0-9._-]*)$/;

/**
 * Packs by name, from the two listings of an owner. A frontend package `pack-<pack>-<app>` that GitHub links to the
 * repository of another listed pack is one of that pack's apps, not a pack.
 */
export function joinPacks(
	{ org, host }: { org: string; host: string },
	charts: readonly GithubPackage[],
	frontends: readonly GithubPackage[],
): DiscoveredPack[] {
	const owner = org.toLowerCase();
	const chartByName = byName(charts, CHART);
	const npmByName = byName(frontends, FRONTEND);
	const names = [...new Set([...chartByName.keys(), ...npmByName.keys()])].sort();
	const packs: DiscoveredPack[] = [];
	for (const name of names) {
		const chart = chartByName.get(name);
		const npm = npmByName.get(name);
		if (!chart && npm && belongsToAnother(name, npm, names)) continue;
		const listed = [chart, npm].filter((item) => item !== undefined);
		packs.push({
			name,
			chart: chart ? { host, repository: `${owner}/charts/pack-${name}` } : null,
			npm: npm ? { package: `@${owner}/pack-${name}` } : null,
			// GitHub hides the link to repositories the token may not read; by convention it has the pack's name.
			repository: listed.map(({ repository }) => repository?.full_name).find(Boolean) ?? `${org}/pack-${name}`,
			updatedAt: newest(listed.map(({ updated_at }) => updated_at ?? null)),
			fingerprint: [chart, npm].map((item) => `${item?.updated_at ?? '-'}/${item?.version_count ?? '-'}`).join(' '),
			listed: null,
		});
	}
	return packs;
}

/** One repository as a registry lists it, its name inside the registry. */
export type ListedRepository = { repository: string; updatedAt: string | null; fingerprint: string | null };

/**
 * Packs of chart repositories: `acme/charts/pack-files` is the pack `files`, with the frontend `<scope>/pack-files`
 * where an npm registry is configured. Of two repositories with one name the second is called after its whole path.
 */
export function packsOfRepositories(
	repositories: readonly ListedRepository[],
	{ host, scope }: { host: string; scope: string | null },
): DiscoveredPack[] {
	const packs = new Map<string, DiscoveredPack>();
	for (const { repository, updatedAt, fingerprint } of repositories) {
		const base = (repository.split('/').at(-1) ?? '').replace(/^pack-(?=.)/, '');
		const name = packs.has(base) ? repository.replaceAll('/', '-') : base;
		packs.set(name, {
			name,
			chart: { host, repository },
			npm: scope === null ? null : { package: `${scope}/pack-${base}` },
			repository: null,
			updatedAt,
			fingerprint,
			listed: null,
		});
	}
	return [...packs.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Among listed repositories, those that are charts of packs: called `pack-…`, and not the index itself. */
export function isPackRepository(repository: string): boolean {
	const base = repository.split('/').at(-1) ?? '';
	return base.startsWith('pack-') && base !== 'pack-' && base !== 'pack-index';
}

/** Packs of npm packages, named without scope and `pack-`. */
export function packsOfPackages(packages: readonly string[]): DiscoveredPack[] {
	return [...new Set(packages)].sort().map((name) => ({
		name: (name.split('/').at(-1) ?? name).replace(/^pack-(?=.)/, ''),
		chart: null,
		npm: { package: name },
		repository: null,
		updatedAt: null,
		fingerprint: null,
		listed: null,
	}));
}

/**
 * Versions newest first; a version exists as soon as one of the two artifacts does. What its publisher offers as `next`
 * and not yet as `latest` counts as a prerelease, whatever it is called.
 */
export function joinVersions(charts: readonly ListedChart[], frontends: readonly NpmArtifact[]): DiscoveredVersion[] {
	const joined = new Map<string, DiscoveredVersion>();
	for (const { version, chart, publishedAt } of charts) {
		joined.set(version, { version, prerelease: isPrerelease(version), chart, npm: null, publishedAt });
	}
	for (const npm of frontends) {
		const { version, publishedAt } = npm;
		const known = joined.get(version) ?? { version, prerelease: false, chart: null, npm: null, publishedAt };
		joined.set(version, { ...known, npm, prerelease: isPrerelease(version) || isOnlyNext(npm) });
	}
	return [...joined.values()].sort((a, b) => compareVersions(b.version, a.version));
}

function isOnlyNext({ distTags }: NpmArtifact): boolean {
	return distTags.includes('next') && !distTags.includes('latest');
}

/** Charts among the container versions GitHub lists: every tag that is a version, with the digest it points to. */
export function chartVersions(
	place: { host: string; repository: string },
	versions: readonly GithubVersion[],
): ListedChart[] {
	const byTag = new Map<string, GithubVersion>();
	for (const version of versions) {
		if (!isDigest(version.name)) continue;
		for (const tag of version.metadata?.container?.tags ?? []) byTag.set(tag, version);
	}
	return versionTags([...byTag.keys()]).map(({ version, tag }) => {
		const found = byTag.get(tag);
		return {
			version,
			chart: { ...place, tag, manifestDigest: found?.name ?? null },
			publishedAt: found?.created_at ?? null,
		};
	});
}

function byName(packages: readonly GithubPackage[], pattern: RegExp): Map<string, GithubPackage> {
	const found = new Map<string, GithubPackage>();
	for (const item of packages) {
		const name = pattern.exec(item.name)?.[1];
		if (name !== undefined) found.set(name, item);
	}
	return found;
}

function belongsToAnother(name: string, npm: GithubPackage, names: readonly string[]): boolean {
	const repository = npm.repository?.full_name.split('/')[1] ?? '';
	const owner = repository.replace(/^pack-/, '');
	return repository.startsWith('pack-') && owner !== name && names.includes(owner);
}

function isPrerelease(version: string): boolean {
	return readVersionTag(version)?.prerelease ?? false;
}

function newest(times: readonly (string | null)[]): string | null {
	const known = times.filter((time) => time !== null).sort();
	return known.at(-1) ?? null;
}
