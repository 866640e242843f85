import { z } from 'zod';
import { Manifest, ManifestNote, Verdict } from '@/lib/manifest';
import { Digest, Id, Timestamp } from './names';
import { Power } from './runner';

/** How an artifact of a version is known. A digest is what will be installed, whatever the tag says later. */
export const ChartArtifact = z.object({
	reference: z.string(),
	tag: z.string(),
	manifestDigest: z.string(),
	archiveDigest: z.string(),
	size: z.int(),
});
export type ChartArtifact = z.infer<typeof ChartArtifact>;

export const FrontendArtifact = z.object({
	appId: z.string(),
	package: z.string(),
	version: z.string(),
	integrity: z.string().nullable(),
	/** False while the chart of this version exists and the npm package does not. */
	available: z.boolean(),
	/** Why the publisher advises against it, in their words; null = not deprecated. */
	deprecated: z.string().nullable().default(null),
});
export type FrontendArtifact = z.infer<typeof FrontendArtifact>;

/** Where the manifest of a version was found (DESIGN section 4). */
export const ManifestOrigin = z.enum([
	'chart-file',
	'chart-annotation',
	'oci-referrer',
	'npm-tarball',
	'repository',
	'attached',
]);
export type ManifestOrigin = z.infer<typeof ManifestOrigin>;

/** What the change of the environment contract means to this install; `tone` decides colour and order. */
export const ContractBadge = z.object({
	tone: z.enum(['none', 'notice', 'warning', 'breaking', 'unknown']),
	text: z.string(),
});
export type ContractBadge = z.infer<typeof ContractBadge>;

export const VersionSummary = z.object({
	version: z.string(),
	prerelease: z.boolean(),
	publishedAt: Timestamp.nullable(),
	installable: z.boolean(),
	/** Why it cannot be installed, one sentence each. */
	reasons: z.array(z.string()),
	hasChart: z.boolean(),
	hasFrontend: z.boolean(),
	/** Change against the version before it in this list. */
	badge: ContractBadge,
	/** The registry no longer lists it; what is known is kept. */
	vanished: z.boolean(),
	/** The tag points to other bytes than first seen. */
	tagMoved: z.boolean(),
	/** What the publisher says against it, one sentence per frontend; empty = nothing. */
	deprecations: z.array(z.string()),
});
export type VersionSummary = z.infer<typeof VersionSummary>;

export const PackShape = z.enum([
	'full-stack',
	'backend',
	'frontend',
	'bundle',
	'services',
	'manifest-only',
	'unknown',
]);
export type PackShape = z.infer<typeof PackShape>;

export const PackSummary = z.object({
	id: Id,
	slug: z.string(),
	name: z.string(),
	description: z.string(),
	author: z.string(),
	shape: PackShape,
	sourceId: Id,
	sourceName: z.string(),
	/** Newest stable version, or the newest of all when there is no stable one. */
	latestVersion: z.string().nullable(),
	versions: z.int(),
	installable: z.boolean(),
	reasons: z.array(z.string()),
	needsSecrets: z.boolean(),
	updatedAt: Timestamp.nullable(),
	installs: z.array(z.object({ id: Id, version: z.string(), namespace: z.string() })),
});
export type PackSummary = z.infer<typeof PackSummary>;

/** Health of the sources behind a list, so that an old list never looks like a fresh one. */
export const CatalogHealth = z.object({
	state: z.enum(['fresh', 'stale', 'never', 'syncing']),
	lastGoodSyncAt: Timestamp.nullable(),
	lastTriedAt: Timestamp.nullable(),
	problem: z.string().nullable(),
	hint: z.string().nullable(),
});
export type CatalogHealth = z.infer<typeof CatalogHealth>;

export const PackList = z.object({ packs: z.array(PackSummary), health: CatalogHealth });
export type PackList = z.infer<typeof PackList>;

/** GET /api/packs query. */
export const PackFilter = z.object({
	q: z.string().max(200).optional(),
	shape: PackShape.optional(),
	state: z.enum(['all', 'installable', 'installed', 'blocked']).optional(),
});
export type PackFilter = z.infer<typeof PackFilter>;

export const PackDetail = z.object({ pack: PackSummary, versions: z.array(VersionSummary), health: CatalogHealth });
export type PackDetail = z.infer<typeof PackDetail>;

/** GET /api/packs/{id}/versions/{version} */
export const VersionDetail = z.object({
	packId: Id,
	packName: z.string(),
	slug: z.string(),
	summary: VersionSummary,
	manifest: Manifest.nullable(),
	warnings: z.array(ManifestNote),
	blockers: z.array(ManifestNote),
	manifestOrigin: ManifestOrigin.nullable(),
	manifestDigest: z.string().nullable(),
	disagreements: z.array(z.string()),
	chart: ChartArtifact.nullable(),
	frontends: z.array(FrontendArtifact),
	/** Markdown as the publisher wrote it; render it sanitised. Null = the author gave no notes. */
	notes: z.string().nullable(),
	permissions: z.array(z.object({ permission: z.string(), sentence: z.string(), known: z.boolean() })),
	lint: z.array(z.object({ code: z.string(), key: z.string().nullable(), message: z.string() })),
	powers: z.array(Power),
	/** Values the platform fills in for every pack (DESIGN section 4, precedence). */
	instanceKeys: z.array(z.string()),
});
export type VersionDetail = z.infer<typeof VersionDetail>;

/** POST /api/packs/{slug}/versions/{version}/manifest: a `khal-app.json` for a version that was published without one. */
export const AttachManifest = z.strictObject({
	/** The text as the publisher gave it; parsed and validated by the server. */
	manifest: z.string().min(2).max(1_000_000),
	reason: z.string().trim().max(500).optional(),
});
export type AttachManifest = z.infer<typeof AttachManifest>;

const ChartDigests = ChartArtifact.pick({ manifestDigest: true, archiveDigest: true });

/** GET /api/packs/{slug}/versions/{version}/moved: what differs between the bytes first read and those of the tag now. */
export const MovedTag = z.object({
	version: z.string(),
	/** When the tag was first seen to point elsewhere; null = not written down. */
	since: Timestamp.nullable(),
	first: ChartDigests.nullable(),
	now: ChartDigests.nullable(),
	/** The chart itself is byte for byte the same; only what is wrapped around it differs. */
	sameChart: z.boolean(),
	/** Files of the chart that differ, at most 200. */
	files: z.array(z.object({ path: z.string(), change: z.enum(['added', 'changed', 'removed']) })),
	/** What changes in the configuration contract. */
	changes: z.array(z.object({ verdict: Verdict, sentence: z.string() })),
	/** Why the new bytes cannot be installed; empty = they can. */
	reasons: z.array(z.string()),
});
export type MovedTag = z.infer<typeof MovedTag>;

/** POST on the same address: from now on the version stands for the bytes with this digest. */
export const AdoptBytes = z.strictObject({ digest: Digest, reason: z.string().trim().max(500).nullable() });
export type AdoptBytes = z.infer<typeof AdoptBytes>;
