import { z } from 'zod';
import { isDigest } from './reference';

/** Manifests as registries send them: only what is read here, everything else is left alone. */

export const MANIFEST_TYPES = [
	'application/vnd.oci.image.manifest.v1+json',
	'application/vnd.oci.image.index.v1+json',
	'application/vnd.docker.distribution.manifest.v2+json',
	'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

export const INDEX_TYPES: readonly string[] = [MANIFEST_TYPES[1], MANIFEST_TYPES[3]];

const Annotations = z.record(z.string(), z.unknown()).transform(textsOnly).nullish();

export const OciDescriptor = z.object({
	mediaType: z.string(),
	digest: z.string().refine(isDigest, 'is not a sha256 digest'),
	size: z.int().min(0),
	artifactType: z.string().nullish(),
	annotations: Annotations,
});
export type OciDescriptor = z.infer<typeof OciDescriptor>;

/** An image manifest or an index; which one is told by what it holds (Helm writes no `mediaType`). */
export const OciManifest = z.object({
	schemaVersion: z.literal(2),
	mediaType: z.string().nullish(),
	artifactType: z.string().nullish(),
	config: OciDescriptor.nullish(),
	layers: z.array(OciDescriptor).max(1000).nullish(),
	manifests: z.array(OciDescriptor).max(10_000).nullish(),
	subject: OciDescriptor.nullish(),
	annotations: Annotations,
});
export type OciManifest = z.infer<typeof OciManifest>;

/** `tags` is null on an empty repository of some registries. */
export const TagList = z.object({ tags: z.array(z.string()).nullish() });
export const Catalog = z.object({ repositories: z.array(z.string()).nullish() });

/** Answer of a token endpoint; `expires_in` is 60 seconds when missing (distribution docs, spec/auth/token). */
export const TokenAnswer = z.object({
	token: z.string().nullish(),
	access_token: z.string().nullish(),
	expires_in: z.coerce.number().nullish().catch(null),
});

const Text = z.string().nullish().catch(null);

/** Chart.yaml as the config blob of a chart carries it. Wrong types are dropped, not fatal. */
export const ChartConfig = z.object({
	name: z.string(),
	version: z.string(),
	appVersion: z.union([z.string(), z.number()]).transform(String).nullish().catch(null),
	description: Text,
	type: Text,
	kubeVersion: Text,
	deprecated: z.boolean().catch(false).default(false),
	sources: z
		.array(z.unknown())
		.transform((list) => list.filter((item) => typeof item === 'string'))
		.nullish()
		.catch(null),
	annotations: Annotations.catch(null),
});

function textsOnly(record: Record<string, unknown>): Record<string, string> {
	const result: Record<string, string> = {};
	for (const [key, value] of Object.entries(record)) if (typeof value === 'string') result[key] = value;
	return result;
}
