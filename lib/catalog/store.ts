import { z } from 'zod';
import { ChartArtifact, FrontendArtifact, ManifestOrigin, PackShape } from '@/lib/contracts/packs';
import { AppError } from '@/lib/core';
import { type Db, Prisma, type Tx } from '@/lib/db';
import { Manifest, ManifestNote } from '@/lib/manifest';
import type { Outline } from './facts';
import type { KnownVersion, Standing } from './plan';

/** Rows of `pack` and `pack_version`. */

export type StoredPack = {
	id: string;
	sourceId: string;
	sourceName: string;
	sourceEnabled: boolean;
	key: string;
	slug: string;
	name: string;
	description: string;
	author: string;
	shape: PackShape;
	updatedAt: string | null;
	missingSyncs: number;
	latestVersion: string | null;
	versionCount: number;
	installable: boolean;
	reasons: string[];
	needsSecrets: boolean;
};

export type StoredVersion = {
	packId: string;
	version: string;
	prerelease: boolean;
	publishedAt: string | null;
	chart: ChartArtifact | null;
	frontends: FrontendArtifact[];
	manifest: Manifest | null;
	manifestRaw: string | null;
	manifestOrigin: ManifestOrigin | null;
	manifestDigest: string | null;
	warnings: ManifestNote[];
	blockers: ManifestNote[];
	disagreements: string[];
	installable: boolean;
	reasons: string[];
	notes: string | null;
	vanished: boolean;
	vanishedAt: string | null;
	movedToDigest: string | null;
	/** When the tag was first seen to point there; null = it did not move, or before that was written down. */
	movedAt: string | null;
	/** Given by an admin; counts while the publisher ships none that can be used. */
	attached: { raw: string; by: string } | null;
};

const packInclude = { source: { select: { name: true, enabled: true } } } as const satisfies Prisma.PackInclude;
type PackRow = Prisma.PackGetPayload<{ include: typeof packInclude }>;
type VersionRow = Prisma.PackVersionGetPayload<Record<never, never>>;

const Reasons = z.array(z.string()).catch([]);

// ---- packs

export async function listPacks(db: Db): Promise<StoredPack[]> {
	return (await db.pack.findMany({ orderBy: { name: 'asc' }, include: packInclude })).map(toPack);
}

/** What is stored about the packs of a source before it is read again, by key. */
export async function listStandings(
	db: Db,
	sourceId: string,
): Promise<Map<string, Standing & { id: string; missingSyncs: number }>> {
	const rows = await db.pack.findMany({
		where: { sourceId },
		select: {
			id: true,
			key: true,
			missingSyncs: true,
			fingerprint: true,
			lookedAt: true,
			installs: { where: { removedAt: null }, select: { id: true }, take: 1 },
		},
	});
	const unsettled = await packsHaving(db, sourceId, {
		OR: [
			{ missingLooks: { gt: 0 }, vanishedAt: null },
			{ frontends: { array_contains: [{ available: false }] } },
			// Listed, and could not be read (`unreadableVersion`): what kept it from that may be over.
			{ chart: { equals: Prisma.DbNull }, manifestDigest: null, vanishedAt: null },
			{ ...lacksItsChart, vanishedAt: null },
		],
	});
	const unexplained = await packsHaving(db, sourceId, { manifestDigest: null });
	return new Map(
		rows.map(({ key, installs, ...row }) => [
			key,
			{
				...row,
				unsettled: unsettled.has(row.id),
				unexplained: unexplained.has(row.id),
				installed: installs.length > 0,
			},
		]),
	);
}

/** Its manifest names a chart that was not found, or whose registry was not allowed: an admin may allow it at any time. */
const lacksItsChart = {
	chart: { equals: Prisma.DbNull },
	manifest: { path: ['backend', 'helmChart'], string_starts_with: 'oci://' },
} as const satisfies Prisma.PackVersionWhereInput;

async function packsHaving(db: Db, sourceId: string, where: Prisma.PackVersionWhereInput): Promise<Set<string>> {
	const rows = await db.packVersion.findMany({
		where: { ...where, pack: { sourceId } },
		select: { packId: true },
		distinct: ['packId'],
	});
	return new Set(rows.map((row) => row.packId));
}

/** Versions of a pack that live installs run or are on their way to: their tags are watched. */
export async function listInstalledVersions(db: Db, packId: string): Promise<Set<string>> {
	const installs = await db.install.findMany({
		where: { packId, removedAt: null },
		select: { activeRevision: true, desiredRevision: true, revisions: { select: { number: true, version: true } } },
	});
	return new Set(
		installs.flatMap(({ activeRevision, desiredRevision, revisions }) =>
			revisions
				.filter(({ number }) => number === activeRevision || number === desiredRevision)
				.map(({ version }) => version),
		),
	);
}

/** By slug or id. Throws AppError('not_found'). */
export async function getPack(db: Db, by: { slug: string } | { id: string }): Promise<StoredPack> {
	const row = await db.pack.findUnique({ where: by, include: packInclude });
	if (row === null)
		throw new AppError('not_found', 'There is no such pack.', {
			hint: 'It may have another name now; look through the list of packs.',
		});
	return toPack(row);
}

export async function updatePack(
	db: Db,
	id: string,
	change: Partial<Omit<StoredPack, 'id' | 'sourceId' | 'sourceName' | 'sourceEnabled' | 'key' | 'slug'>> & {
		fingerprint?: string;
		lookedAt?: Date;
	},
): Promise<void> {
	const { reasons, updatedAt, ...rest } = change;
	await db.pack.update({
		where: { id },
		data: { ...rest, ...(reasons === undefined ? {} : { reasons }), ...(updatedAt === undefined ? {} : { updatedAt }) },
		select: { id: true },
	});
}

// ---- versions

/** What a reading of a version tells; how it stands in the listing and what an admin attached is kept elsewhere. */
export type ReadVersion = Omit<StoredVersion, 'vanished' | 'vanishedAt' | 'movedToDigest' | 'movedAt' | 'attached'>;

/** A version as it was read again, in place of what was stored of it. */
export async function replaceVersion(db: Db | Tx, version: ReadVersion): Promise<void> {
	await db.packVersion.update({
		where: { packId_version: { packId: version.packId, version: version.version } },
		data: columnsOf(version),
		select: { id: true },
	});
}

function columnsOf(version: ReadVersion) {
	return {
		prerelease: version.prerelease,
		publishedAt: version.publishedAt,
		chart: version.chart === null ? Prisma.DbNull : asJson(version.chart),
		frontends: asJson(version.frontends),
		manifest: version.manifest === null ? Prisma.DbNull : asJson(version.manifest),
		manifestRaw: version.manifestRaw,
		manifestOrigin: version.manifestOrigin,
		manifestDigest: version.manifestDigest,
		warnings: asJson(version.warnings),
		blockers: asJson(version.blockers),
		disagreements: version.disagreements,
		installable: version.installable,
		reasons: version.reasons,
		notes: version.notes,
	};
}

/** A manifest given by an admin, beside whatever the publisher ships. */
export async function saveAttachment(
	tx: Tx,
	key: { packId: string; version: string },
	attached: { raw: string; by: string; at: Date },
): Promise<void> {
	await tx.packVersion.update({
		where: { packId_version: key },
		data: { attachedRaw: attached.raw, attachedBy: attached.by, attachedAt: attached.at },
		select: { id: true },
	});
}

export async function saveNotes(db: Db, key: { packId: string; version: string }, notes: string): Promise<void> {
	await db.packVersion.update({ where: { packId_version: key }, data: { notes }, select: { id: true } });
}

export async function listVersions(db: Db, packId: string): Promise<StoredVersion[]> {
	return (await db.packVersion.findMany({ where: { packId } })).map(toVersion);
}

/** What lists show of a pack is made of these. */
export async function listOutlines(db: Db, packId: string): Promise<Outline[]> {
	const rows = await db.packVersion.findMany({
		where: { packId },
		select: { version: true, prerelease: true, installable: true, vanishedAt: true, manifestDigest: true },
	});
	return rows.map((row) => ({
		version: row.version,
		prerelease: row.prerelease,
		offered: row.installable && row.vanishedAt === null,
		described: row.manifestDigest !== null,
	}));
}

/** Throws AppError('not_found'). */
export async function getVersion(db: Db, packId: string, version: string): Promise<StoredVersion> {
	const row = await db.packVersion.findUnique({ where: { packId_version: { packId, version } } });
	if (row === null) throw new AppError('not_found', `There is no version ${version} of this pack.`);
	return toVersion(row);
}

/** What `planSync` compares with, and what a second reading of a version starts from. */
export async function listKnownVersions(
	db: Db,
	packId: string,
): Promise<(KnownVersion & { chart: ChartArtifact | null; hasNotes: boolean; attached: string | null })[]> {
	const rows = await db.packVersion.findMany({
		where: { packId },
		select: {
			version: true,
			prerelease: true,
			chart: true,
			frontends: true,
			manifestDigest: true,
			vanishedAt: true,
			missingLooks: true,
			movedToDigest: true,
			notes: true,
			attachedRaw: true,
		},
	});
	const lacking = await db.packVersion.findMany({ where: { packId, ...lacksItsChart }, select: { version: true } });
	const withoutChart = new Set(lacking.map(({ version }) => version));
	return rows.map((row) => {
		const chart = ChartArtifact.nullable().parse(row.chart);
		const frontends = z.array(FrontendArtifact).parse(row.frontends);
		return {
			version: row.version,
			prerelease: row.prerelease,
			chartDigest: chart?.manifestDigest ?? null,
			frontendIntegrity: frontends.find((frontend) => frontend.available)?.integrity ?? null,
			frontends,
			// A version without a manifest, or waiting for its frontend or chart, may be completed at any time.
			incomplete:
				row.manifestDigest === null ||
				withoutChart.has(row.version) ||
				frontends.some((frontend) => !frontend.available),
			vanished: row.vanishedAt !== null,
			missingLooks: row.missingLooks,
			movedTo: row.movedToDigest,
			chart,
			hasNotes: row.notes !== null,
			attached: row.attachedRaw,
		};
	});
}

function toPack(row: PackRow): StoredPack {
	return {
		id: row.id,
		sourceId: row.sourceId,
		sourceName: row.source.name,
		sourceEnabled: row.source.enabled,
		key: row.key,
		slug: row.slug,
		name: row.name,
		description: row.description,
		author: row.author,
		shape: PackShape.catch('unknown').parse(row.shape),
		updatedAt: row.updatedAt?.toISOString() ?? null,
		missingSyncs: row.missingSyncs,
		latestVersion: row.latestVersion,
		versionCount: row.versionCount,
		installable: row.installable,
		reasons: Reasons.parse(row.reasons),
		needsSecrets: row.needsSecrets,
	};
}

function toVersion(row: VersionRow): StoredVersion {
	return {
		packId: row.packId,
		version: row.version,
		prerelease: row.prerelease,
		publishedAt: row.publishedAt?.toISOString() ?? null,
		chart: ChartArtifact.nullable().parse(row.chart),
		frontends: z.array(FrontendArtifact).parse(row.frontends),
		manifest: Manifest.nullable().parse(row.manifest),
		manifestRaw: row.manifestRaw,
		manifestOrigin: ManifestOrigin.nullable().catch(null).parse(row.manifestOrigin),
		manifestDigest: row.manifestDigest,
		warnings: z.array(ManifestNote).catch([]).parse(row.warnings),
		blockers: z.array(ManifestNote).catch([]).parse(row.blockers),
		disagreements: Reasons.parse(row.disagreements),
		installable: row.installable,
		reasons: Reasons.parse(row.reasons),
		notes: row.notes,
		vanished: row.vanishedAt !== null,
		vanishedAt: row.vanishedAt?.toISOString() ?? null,
		movedToDigest: row.movedToDigest,
		movedAt: row.movedAt?.toISOString() ?? null,
		attached: row.attachedRaw === null ? null : { raw: row.attachedRaw, by: row.attachedBy ?? '' },
	};
}

function asJson(value: object): Prisma.InputJsonObject {
	return JSON.parse(JSON.stringify(value));
}
