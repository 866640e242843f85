import { at, textAt } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { descriptor, OCI_MANIFEST } from './chart';
import { isoSeconds } from './iso-seconds';
import type { OciRepository } from './state';

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const PACK_MANIFEST = 'application/vnd.khal.pack-manifest.v1+json';
const EMPTY_CONFIG = 'application/vnd.oci.empty.v1+json';

export type ReferrerEntry = {
	mediaType: string;
	digest: string;
	size: number;
	artifactType?: string;
	annotations?: unknown;
};

/** Manifests of the repository whose `subject` is the digest, as a referrers list names them. */
export function referrersOf(repository: OciRepository, subject: string): ReferrerEntry[] {
	const entries: ReferrerEntry[] = [];
	for (const { bytes, mediaType, digest } of repository.manifests.values()) {
		const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
		if (textAt(json, 'subject', 'digest') !== subject) continue;
		const artifactType = textAt(json, 'artifactType') ?? textAt(json, 'config', 'mediaType');
		const annotations = at(json, 'annotations');
		entries.push({
			mediaType,
			digest,
			size: bytes.length,
			...(artifactType === undefined ? {} : { artifactType }),
			...(annotations === undefined ? {} : { annotations }),
		});
	}
	return entries;
}

/** The tag under which registries without a referrers API keep the list (distribution spec 1.1.1). */
export function fallbackTagOf(subject: string): string {
	return subject.replace(':', '-');
}

/**
 * A khal-app.json attached to a chart as `oras attach` writes it: an artifact manifest with an empty config and the
 * subject, plus the index that goes under the fallback tag.
 */
export function attachManifest(
	subject: Uint8Array,
	khalApp: string,
	created: Date,
): {
	manifest: Uint8Array<ArrayBuffer>;
	blobs: readonly Uint8Array<ArrayBuffer>[];
	index: Uint8Array<ArrayBuffer>;
	fallbackTag: string;
} {
	const payload = encode(khalApp);
	const empty = encode('{}');
	const annotations = { 'org.opencontainers.image.created': isoSeconds(created) };
	const manifest = encode(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: OCI_MANIFEST,
			artifactType: PACK_MANIFEST,
			config: { ...descriptor(EMPTY_CONFIG, empty), data: 'e30=' },
			layers: [
				{
					...descriptor(PACK_MANIFEST, payload),
					annotations: { 'org.opencontainers.image.title': 'khal-app.json' },
				},
			],
			subject: descriptor(OCI_MANIFEST, subject),
			annotations,
		}),
	);
	const index = encode(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: OCI_INDEX,
			manifests: [{ ...descriptor(OCI_MANIFEST, manifest), annotations, artifactType: PACK_MANIFEST }],
		}),
	);
	return { manifest, blobs: [empty, payload], index, fallbackTag: fallbackTagOf(sha256(subject)) };
}

function encode(text: string): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(text);
}
