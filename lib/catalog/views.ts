import type {
	CatalogHealth,
	PackDetail,
	PackList,
	PackSummary,
	VersionDetail,
	VersionSummary,
} from '@/lib/contracts/packs';
import type { Database } from '@/lib/db';
import { contractBadge, describePermission, diffContract, lintContract } from '@/lib/manifest';
import { deprecationsOf } from './deprecations';
import { newestFirst } from './order';
import { SYNCS_UNTIL_GONE } from './plan';
import { listSources } from './sources/store';
import { getPack, getVersion, listPacks, listVersions, type StoredPack, type StoredVersion } from './store';

/** A catalog older than this many planned syncs is shown as stale; the views only know the last outcome. */
export function createViews({ db, isSyncing }: { db: Database; isSyncing: () => boolean }) {
	async function health(sourceId?: string): Promise<CatalogHealth> {
		const rows = (await listSources(db.client)).filter((row) =>
			sourceId === undefined ? row.enabled : row.id === sourceId,
		);
		const failing = rows.find((row) => row.problem !== null);
		const good = rows.map((row) => row.lastGoodSyncAt).filter((at) => at !== null);
		const oldestGood = good.length === rows.length ? (good.sort()[0] ?? null) : null;
		const tried = rows.map((row) => row.lastTriedAt).filter((at) => at !== null);
		const state = isSyncing() ? 'syncing' : oldestGood === null ? 'never' : failing === undefined ? 'fresh' : 'stale';
		return {
			state,
			lastGoodSyncAt: oldestGood,
			lastTriedAt: tried.sort().at(-1) ?? null,
			problem: failing?.problem ?? null,
			hint: failing?.hint ?? null,
		};
	}

	/** Every pack, with what is installed of it; filtering is the screen's business (1,000 packs are one page). */
	async function list(installs: ReadonlyMap<string, PackSummary['installs']>): Promise<PackList> {
		const packs = (await listPacks(db.client)).filter(
			(pack) => installs.has(pack.id) || (pack.sourceEnabled && pack.missingSyncs < SYNCS_UNTIL_GONE),
		);
		return { packs: packs.map((pack) => toSummary(pack, installs.get(pack.id) ?? [])), health: await health() };
	}

	/** Throws AppError('not_found'). */
	async function detail(slug: string, installs: ReadonlyMap<string, PackSummary['installs']>): Promise<PackDetail> {
		const pack = await getPack(db.client, { slug });
		const versions = (await listVersions(db.client, pack.id)).sort(newestFirst);
		return {
			pack: toSummary(pack, installs.get(pack.id) ?? []),
			versions: versions.map((version, index) => toVersionSummary(version, versions[index + 1] ?? null)),
			health: await health(pack.sourceId),
		};
	}

	/** Throws AppError('not_found'). */
	async function versionDetail(slug: string, version: string, instanceKeys: readonly string[]): Promise<VersionDetail> {
		const pack = await getPack(db.client, { slug });
		const versions = (await listVersions(db.client, pack.id)).sort(newestFirst);
		const index = versions.findIndex((candidate) => candidate.version === version);
		const stored = versions[index] ?? (await getVersion(db.client, pack.id, version));
		return {
			packId: pack.id,
			packName: pack.name,
			slug: pack.slug,
			summary: toVersionSummary(stored, versions[index + 1] ?? null),
			manifest: stored.manifest,
			warnings: stored.warnings,
			blockers: stored.blockers,
			manifestOrigin: stored.manifestOrigin,
			manifestDigest: stored.manifestDigest,
			disagreements: stored.disagreements,
			chart: stored.chart,
			frontends: stored.frontends,
			notes: stored.notes,
			permissions: (stored.manifest?.permissions ?? []).map((permission) => describePermission(permission)),
			lint: stored.manifest === null ? [] : lintContract(stored.manifest),
			powers: [],
			instanceKeys: [...instanceKeys],
		};
	}

	return {
		list,
		detail,
		versionDetail,
		health,
		pack: (id: string): Promise<StoredPack> => getPack(db.client, { id }),
		version: (packId: string, version: string): Promise<StoredVersion> => getVersion(db.client, packId, version),
		/** Newest first. */
		versions: async (packId: string): Promise<StoredVersion[]> =>
			(await listVersions(db.client, packId)).sort(newestFirst),
	};
}

function toSummary(pack: StoredPack, installs: PackSummary['installs']): PackSummary {
	return {
		id: pack.id,
		slug: pack.slug,
		name: pack.name,
		description: pack.description,
		author: pack.author,
		shape: pack.shape,
		sourceId: pack.sourceId,
		sourceName: pack.sourceName,
		latestVersion: pack.latestVersion,
		versions: pack.versionCount,
		installable: pack.installable,
		reasons: pack.reasons,
		needsSecrets: pack.needsSecrets,
		updatedAt: pack.updatedAt,
		installs,
	};
}

function toVersionSummary(version: StoredVersion, older: StoredVersion | null): VersionSummary {
	return {
		version: version.version,
		prerelease: version.prerelease,
		publishedAt: version.publishedAt,
		installable: version.installable && !(version.vanished && version.chart === null),
		reasons: version.reasons,
		hasChart: version.chart !== null,
		hasFrontend: version.frontends.length > 0,
		badge: badgeBetween(older, version),
		vanished: version.vanished,
		tagMoved: version.movedToDigest !== null,
		deprecations: deprecationsOf(version.frontends),
	};
}

function badgeBetween(older: StoredVersion | null, newer: StoredVersion): VersionSummary['badge'] {
	if (older === null) return { tone: 'none', text: 'first version' };
	const steps = [older, newer].map(({ version, manifest, notes }) => ({ version, manifest, notes }));
	return contractBadge(diffContract({ steps }));
}
