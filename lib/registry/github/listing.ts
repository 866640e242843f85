import type { GithubSourceConfig } from '@/lib/contracts/source-config';
import { AppError } from '@/lib/core';
import type { Connections } from '../connections';
import { chartVersions, joinPacks } from '../join';
import { counted, type Listing } from '../listing';
import { readPackIndex } from '../pack-index';
import type { DiscoveredPack } from '../source';
import type { GithubClient } from './client';

/** Packs of an organisation or user: by REST, from an index artifact, or by explicit name. */
export function githubListing(config: GithubSourceConfig, connections: Connections): Listing {
	const { endpoints, github } = connections;
	const hasCredential = (endpoints.github?.credential ?? null) !== null;
	if (config.packs.length > 0) {
		const packs = namedPacks(config, hasCredential);
		return {
			how: `${counted(packs.length, 'pack')} configured by name`,
			isGuess: true,
			discover: async () => ({ packs, problems: [] }),
		};
	}
	if (config.index !== null) {
		const { index } = config;
		return {
			how: `the index artifact ${index}`,
			async discover(signal) {
				const client = connections.oci(config.registry.host);
				const { packs, problems } = await readPackIndex(client, index, { hostAliases: config.hostAliases, signal });
				const named = packs.map((pack) => ({
					...pack,
					repository: pack.repository ?? `${config.org}/pack-${pack.name}`,
				}));
				return { packs: hasNpm(config, hasCredential) ? named : named.map(withoutFrontends), problems };
			},
		};
	}
	if (github === null) throw new AppError('internal', 'A GitHub source has no GitHub client.');
	return {
		how: `GitHub's list of packages of ${config.org}`,
		tellsFrontends: true,
		discover: async (signal) => ({ packs: await listPacks(config, github, signal), problems: [] }),
		// One request gives all tags with digests and dates; where GitHub may not be asked, the registry gives the tags.
		charts(place, signal) {
			if (!hasCredential) return undefined;
			const name = place.repository.slice(config.org.length + 1);
			const owner = { name: config.org, account: config.account };
			return github
				.listVersions(owner, { type: 'container', name }, signal)
				.then((versions) => chartVersions(place, versions));
		},
	};
}

async function listPacks(
	config: GithubSourceConfig,
	github: GithubClient,
	signal?: AbortSignal,
): Promise<DiscoveredPack[]> {
	const owner = { name: config.org, account: config.account };
	// GitHub asks for serial requests (docs, REST best practices).
	const charts = await github.listPackages(owner, 'container', signal);
	const frontends = await github.listPackages(owner, 'npm', signal);
	return joinPacks({ org: config.org, host: config.registry.host }, charts, frontends);
}

/** Without a credential GitHub's npm registry answers nobody, not even for public packages. */
function hasNpm({ npmUrl }: GithubSourceConfig, hasCredential: boolean): boolean {
	return hasCredential || new URL(npmUrl).host !== 'npm.pkg.github.com';
}

/** The chart of a pack alone. A manifest that names a frontend still says so, with what is missing to read it. */
function withoutFrontends(pack: DiscoveredPack): DiscoveredPack {
	if (pack.chart === null) return pack;
	return { ...pack, npm: null, listed: pack.listed && { ...pack.listed, frontends: [] } };
}

/** Nothing is listed. */
function namedPacks(config: GithubSourceConfig, hasCredential: boolean): DiscoveredPack[] {
	const { org, registry, packs } = config;
	const owner = org.toLowerCase();
	return [...new Set(packs)].map((name) => ({
		name,
		chart: { host: registry.host, repository: `${owner}/charts/pack-${name}` },
		npm: hasNpm(config, hasCredential) ? { package: `@${owner}/pack-${name}` } : null,
		repository: `${org}/pack-${name}`,
		updatedAt: null,
		fingerprint: null,
		listed: null,
	}));
}
