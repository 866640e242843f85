import { type Catalog, compareVersions } from '@/lib/catalog';
import type { ChartArtifact, FrontendArtifact } from '@/lib/contracts/packs';
import { AppError } from '@/lib/core';
import type { ContractStep, Manifest } from '@/lib/manifest';
import type { StoredRevision } from './store';

/** What is to be delivered: a version of the catalog, or a revision that was there before. */
export type Delivery = {
	version: string;
	chart: ChartArtifact | null;
	frontends: FrontendArtifact[];
	manifest: Manifest;
	manifestDigest: string | null;
	/** Why it cannot be delivered at all. */
	reasons: string[];
	/** The source no longer lists this version; what is known of it is delivered. */
	vanished: boolean;
	/** The tag points to these other bytes now; the ones first read are delivered (DESIGN section 1, rule 6). */
	tagMovedTo: string | null;
};

/** A revision as it was: the reviewed bytes are ours, so nothing is asked of the catalog. */
export function revisionDelivery(revision: StoredRevision): Delivery {
	const { version, chart, frontends, manifest, manifestDigest } = revision;
	return { version, chart, frontends, manifest, manifestDigest, reasons: [], vanished: false, tagMovedTo: null };
}

/** The version that runs, with another chart than the one that runs: the bytes of a tag that moved were accepted. */
export function takesOtherBytes(
	active: Pick<StoredRevision, 'version' | 'chart'> | null,
	delivery: Pick<Delivery, 'version' | 'chart'> | null,
): boolean {
	if (active === null || delivery === null || active.version !== delivery.version) return false;
	return active.chart?.archiveDigest !== delivery.chart?.archiveDigest;
}

/** Throws AppError: `not_found` for an unknown version; `not_installable` for one without a usable manifest. */
export async function deliveryOf(
	catalog: Catalog,
	packId: string,
	version: string,
	active: StoredRevision | null = null,
): Promise<Delivery> {
	if (active !== null && active.version === version) return revisionDelivery(active);
	const stored = await catalog.version(packId, version);
	if (stored.manifest === null) {
		throw new AppError(
			'not_installable',
			`${version} cannot be installed. ${stored.reasons[0] ?? 'It has no manifest.'}`,
			{
				hint: 'Choose another version, or attach a manifest.',
			},
		);
	}
	const { chart, frontends, manifest, manifestDigest, vanished, movedToDigest } = stored;
	const reasons = stored.installable ? [] : stored.reasons;
	return { version, chart, frontends, manifest, manifestDigest, reasons, vanished, tagMovedTo: movedToDigest };
}

/**
 * The way from what runs to the wanted version, both included, in the order it is walked (backwards for a downgrade).
 * Pre-releases on the way are nobody's path.
 */
export async function stepsBetween(
	catalog: Catalog,
	packId: string,
	from: Pick<StoredRevision, 'version' | 'manifest'>,
	wanted: Pick<Delivery, 'version' | 'manifest'>,
): Promise<ContractStep[]> {
	const first = { version: from.version, manifest: from.manifest };
	const last = { version: wanted.version, manifest: wanted.manifest };
	if (from.version === wanted.version) return [first, last];
	const known = await catalog.versions(packId);
	const forward = compareVersions(wanted.version, from.version) > 0;
	const [older, newer] = forward ? [from.version, wanted.version] : [wanted.version, from.version];
	const between = known.filter(({ version, prerelease }) => !prerelease && isBetween(version, older, newer));
	// No author announces what going back breaks, so notes neither claim nor conceal anything then.
	if (!forward) return [first, ...between.map(({ version, manifest }) => ({ version, manifest })), last];
	const own = known.find(({ version }) => version === wanted.version);
	return [
		first,
		...between.map(({ version, manifest, notes }) => ({ version, manifest, notes })).reverse(),
		{ ...last, ...(own === undefined ? {} : { notes: own.notes }) },
	];
}

/**
 * Notes of every version on the way, newest first; for a first install those of the version itself. Backwards those of
 * the version that is left belong to it: they say what goes.
 */
export async function notesBetween(
	catalog: Catalog,
	packId: string,
	from: string | null,
	to: string,
): Promise<{ version: string; text: string | null }[]> {
	const versions = await catalog.versions(packId);
	const back = from !== null && compareVersions(to, from) < 0;
	const wanted = versions.filter(({ version, prerelease }) => {
		if (version === to || (back && version === from)) return true;
		if (from === null || prerelease) return false;
		return back ? isBetween(version, to, from) : isBetween(version, from, to);
	});
	return wanted.map(({ version, notes }) => ({ version, text: notes }));
}

function isBetween(version: string, older: string, newer: string): boolean {
	return compareVersions(version, older) > 0 && compareVersions(version, newer) < 0;
}
