import type { ChartArtifact } from './chart';
import { descriptor, OCI_MANIFEST } from './chart';

const IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';
const IMAGE_LAYER = 'application/vnd.oci.image.layer.v1.tar';

/**
 * A service image as far as registries show it: a config and one tiny layer. Nothing ever runs it; it is there
 * because a real organisation's package list is full of images between the charts.
 */
export function imageArtifact(reference: string, tag: string, source: string, created: Date): ChartArtifact {
	const layer = encode(`${reference}:${tag}\n`);
	const config = encode(
		JSON.stringify({
			created: created.toISOString(),
			architecture: 'amd64',
			os: 'linux',
			config: { Labels: { 'org.opencontainers.image.source': `https://github.com/${source}` } },
			rootfs: { type: 'layers', diff_ids: [descriptor(IMAGE_LAYER, layer).digest] },
		}),
	);
	const manifest = encode(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: OCI_MANIFEST,
			config: descriptor(IMAGE_CONFIG, config),
			layers: [descriptor(IMAGE_LAYER, layer)],
		}),
	);
	return { manifest, blobs: [config, layer] };
}

function encode(text: string): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(text);
}
