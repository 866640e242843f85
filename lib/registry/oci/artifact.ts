import type { ArtifactContent, Descriptor } from '../source';
import type { FetchedManifest, OciClient } from './client';

/** Blobs of things attached to charts: signatures, bills of material, notes. */
const LARGEST_BLOB = 64 * 1024 * 1024;

/** Everything a manifest names, in its order, each blob once. */
export async function artifactContent(
	client: OciClient,
	repository: string,
	{ digest, mediaType, bytes, json }: FetchedManifest,
	signal?: AbortSignal,
): Promise<ArtifactContent> {
	const descriptors = new Map<string, Descriptor>();
	for (const named of [json.config, ...(json.layers ?? [])]) {
		if (named) descriptors.set(named.digest, { mediaType: named.mediaType, digest: named.digest, size: named.size });
	}
	const blobs = [];
	for (const descriptor of descriptors.values()) {
		const options = { maxBytes: LARGEST_BLOB, signal };
		blobs.push({ ...descriptor, bytes: await client.blob(repository, descriptor, options) });
	}
	const artifactType = json.artifactType ?? json.config?.mediaType ?? null;
	return { mediaType, digest, size: bytes.length, artifactType, bytes, blobs };
}
