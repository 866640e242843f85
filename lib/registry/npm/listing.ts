import type { NpmSourceConfig } from '@/lib/contracts/source-config';
import { AppError } from '@/lib/core';
import type { Connections } from '../connections';
import { packsOfPackages } from '../join';
import { counted, type Listing } from '../listing';

/** Packs of an npm registry: named packages, or a search where the registry has one. */
export function npmListing({ scope, discovery, url }: NpmSourceConfig, { npm }: Connections): Listing {
	if (discovery.by === 'names') {
		const packs = packsOfPackages(discovery.packages);
		return {
			how: `${counted(packs.length, 'package')} configured by name`,
			discover: async () => ({ packs, problems: [] }),
		};
	}
	if (npm === null) throw new AppError('internal', 'An npm source has no npm client.');
	return {
		how: `a search for ${scope}/pack-… at ${new URL(url).host}`,
		discover: async (signal) => ({ packs: packsOfPackages(await npm.search(`${scope}/pack-`, signal)), problems: [] }),
	};
}
