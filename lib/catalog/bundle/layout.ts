import { canonicalJson, sha256 } from '@/lib/digest';
import { type ArtifactContent, bundleAnnotation } from '@/lib/registry';
import type { TarFile } from './tar';

/**
 * An OCI image layout in the making (image-spec, image-layout.md): blobs by digest and an index over the manifests.
 * Pure and without a clock: the same content gives the same file.
 */
export type Layout = {
	/** Put a manifest and its blobs into the layout; `texts` become annotations of its entry, `name` what tools call it. */
	add(content: ArtifactContent, entry: { name: string; texts: Readonly<Record<string, string>> }): void;
	/** The files of the tar, the small ones that say what it is first. */
	files(): TarFile[];
};

export const IMAGE_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: new TextEncoder().encode('{}') };
/** What `oras` and `skopeo` call an entry by. */
const REF_NAME = 'org.opencontainers.image.ref.name';

export function createLayout(): Layout {
	const blobs = new Map<string, Uint8Array>();
	const entries = new Map<string, object>();
	return {
		add({ mediaType, digest, size, artifactType, bytes, blobs: named }, { name, texts }) {
			for (const blob of named) blobs.set(blob.digest, blob.bytes);
			blobs.set(digest, bytes);
			// One digest under two tags is two entries; one attachment that comes twice is one, under its later name.
			const key = `${texts[bundleAnnotation.reference] ?? ''}\n${digest}`;
			const type = artifactType === null ? {} : { artifactType };
			entries.set(key, { mediaType, digest, size, ...type, annotations: { ...texts, [REF_NAME]: name } });
		},
		files() {
			const manifests = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
			const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
			return [
				{ path: 'oci-layout', bytes: textBytes('{"imageLayoutVersion":"1.0.0"}') },
				{ path: 'index.json', bytes: textBytes(canonicalJson(index)) },
				...[...blobs]
					.sort(([a], [b]) => (a < b ? -1 : 1))
					.map(([digest, bytes]) => ({ path: `blobs/${digest.replace(':', '/')}`, bytes })),
			];
		},
	};
}

/** An artifact with one layer, attached to `subject` when given, as `oras push` and `oras attach` write it. */
export function artifactOf(artifact: {
	type: string;
	content: Uint8Array;
	/** File name, so that `oras pull` writes one. */
	title: string;
	annotations?: Readonly<Record<string, string>>;
	subject?: { mediaType: string; digest: string; size: number };
}): ArtifactContent {
	const { type, content, subject } = artifact;
	const config = { ...EMPTY, digest: sha256(EMPTY.bytes), size: EMPTY.bytes.length };
	const layer = { mediaType: type, digest: sha256(content), size: content.length };
	const bytes = textBytes(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: IMAGE_MANIFEST,
			artifactType: type,
			config: { mediaType: config.mediaType, digest: config.digest, size: config.size },
			layers: [{ ...layer, annotations: { 'org.opencontainers.image.title': artifact.title } }],
			...(subject === undefined
				? {}
				: { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
			...(artifact.annotations === undefined ? {} : { annotations: artifact.annotations }),
		}),
	);
	return {
		mediaType: IMAGE_MANIFEST,
		digest: sha256(bytes),
		size: bytes.length,
		artifactType: type,
		bytes,
		blobs: [config, { ...layer, bytes: content }],
	};
}

/** A tag-like name: tools accept letters, digits, `_`, `.` and `-`, at most 128 of them. */
export function refName(...parts: readonly string[]): string {
	return parts
		.join('-')
		.replace(/\+/g, '_')
		.replace(/[^A-Za-z0-9_.-]+/g, '-')
		.replace(/^[^A-Za-z0-9_]+/, '')
		.slice(0, 128);
}

function textBytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}
