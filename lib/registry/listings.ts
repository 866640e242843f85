import type { Connections } from './connections';
import type { RemoteSourceConfig } from './endpoints';
import { githubListing } from './github/listing';
import type { Listing } from './listing';
import { npmListing } from './npm/listing';
import { ociListing } from './oci/listing';

/** The listing that a configuration asks for. */
export function listingOf(config: RemoteSourceConfig, connections: Connections): Listing {
	if (config.kind === 'github') return githubListing(config, connections);
	if (config.kind === 'oci') return ociListing(config, connections);
	return npmListing(config, connections);
}
