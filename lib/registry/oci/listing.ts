import type { OciSourceConfig } from '@/lib/contracts/source-config';
import type { Connections } from '../connections';
import { createHarborClient } from '../harbor/client';
import { isPackRepository, type ListedRepository, packsOfRepositories } from '../join';
import { counted, type Discovery, type Listing } from '../listing';
import { readPackIndex } from '../pack-index';

/** Packs of an OCI registry, found the way its admin chose; the spec itself has no list (facts section 3.3). */
export function ociListing(config: OciSourceConfig, connections: Connections): Listing {
	const { discovery, hostAliases } = config;
	const { host } = config.registry;
	const client = () => connections.oci(host);
	const toPacks = (repositories: readonly ListedRepository[]): Discovery => ({
		packs: packsOfRepositories(repositories, { host, scope: config.npm?.scope ?? null }),
		problems: [],
	});
	if (discovery.by === 'names') {
		const repositories = [...new Set(discovery.repositories)].map(named);
		return {
			how: `${counted(repositories.length, 'repository')} configured by name`,
			discover: async () => toPacks(repositories),
		};
	}
	if (discovery.by === 'index') {
		return {
			how: `the index artifact ${discovery.reference}`,
			discover: (signal) => readPackIndex(client(), discovery.reference, { hostAliases, signal }),
		};
	}
	if (discovery.by === 'catalog') {
		return {
			how: `the registry's catalog, names starting with "${discovery.prefix}"`,
			async discover(signal) {
				const found = await client().catalog(discovery.prefix, signal);
				return toPacks(found.filter(isPackRepository).sort().map(named));
			},
		};
	}
	const harbor = createHarborClient(connections, host);
	const { project, prefix } = discovery;
	return {
		how: `Harbor's list of the project ${project}`,
		async discover(signal) {
			const found = await harbor.repositories(project, signal);
			const wanted = found.filter(
				({ repository }) => repository.startsWith(`${project}/${prefix}`) && isPackRepository(repository),
			);
			return toPacks(wanted);
		},
		charts: (place, signal) => harbor.charts(project, place, signal),
	};
}

function named(repository: string): ListedRepository {
	return { repository, updatedAt: null, fingerprint: null };
}
