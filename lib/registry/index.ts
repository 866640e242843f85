/**
 * Read-only clients for the places packs come from: GitHub's REST API, OCI registries and npm registries. Everything
 * received is bounded in size and time and verified by digest; credentials go to their own origin only.
 */
export { readArchive } from './archive';
export { artifactTypes } from './artifact-types';
export { bundleAnnotation, readLayout } from './bundle/layout';
export type { ConnectionOptions } from './connections';
export { createPackSource } from './create-pack-source';
export { runDoctor } from './doctor';
export type {
	ArtifactContent,
	ChartInfo,
	ChartRef,
	DiscoveredPack,
	DiscoveredVersion,
	FetchedArtifact,
	ManifestLookup,
	PackSource,
} from './source';
