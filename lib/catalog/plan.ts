import type { DiscoveredVersion } from '@/lib/registry';

/** Pure: what a sync of one pack has to do, given what the registry says and what is stored. */

export type KnownVersion = {
	version: string;
	prerelease: boolean;
	/** Digest of the OCI manifest when first seen; null = no chart. */
	chartDigest: string | null;
	/** Integrity of the npm package when first seen; null = none. */
	frontendIntegrity: string | null;
	/** What the publisher said about its npm packages at the last look. */
	frontends: readonly { package: string; deprecated: string | null }[];
	/** A part was missing or unreadable at the last look, so it is worth another. */
	incomplete: boolean;
	vanished: boolean;
	/** Listings in a row that did not have it. */
	missingLooks: number;
	/** Where its tag was last seen to point instead; null = where it always did. */
	movedTo: string | null;
};

export type SyncPlan = {
	/** Read these: new, incomplete, or never read. Newest first. */
	read: DiscoveredVersion[];
	/** The tag points to other bytes than first seen: an alarm, the first digest stays. */
	moved: { version: string; to: string }[];
	/** The tag points to the bytes first seen again. */
	restored: string[];
	/** Not listed, but not often enough to believe it. */
	missing: string[];
	/** Not listed for the third time in a row; what is known is kept. */
	vanished: string[];
	/** Listed again after it was missing. */
	returned: string[];
	/** The publisher says something else about this npm package than before; null = nothing any more. */
	deprecated: { version: string; package: string; text: string | null }[];
	/** What was offered as `next` is `latest` now, or the other way round. */
	rechannelled: { version: string; prerelease: boolean }[];
};

/** One listing without something may be a hiccup of the registry; it is gone after this many in a row. */
export const SYNCS_UNTIL_GONE = 3;

/** Everything learnt by digest is kept for ever: an unchanged version is never read again. */
export function planSync(listed: readonly DiscoveredVersion[], stored: readonly KnownVersion[]): SyncPlan {
	const known = new Map(stored.map((version) => [version.version, version]));
	const plan: SyncPlan = {
		read: [],
		moved: [],
		restored: [],
		missing: [],
		vanished: [],
		returned: [],
		deprecated: [],
		rechannelled: [],
	};
	for (const version of listed) {
		const old = known.get(version.version);
		known.delete(version.version);
		if (old === undefined) {
			plan.read.push(version);
			continue;
		}
		if (old.vanished || old.missingLooks > 0) plan.returned.push(version.version);
		const { prerelease } = version;
		if (prerelease !== old.prerelease) plan.rechannelled.push({ version: old.version, prerelease });
		const grew =
			(old.chartDigest === null && version.chart !== null) || (old.frontendIntegrity === null && version.npm !== null);
		if (old.incomplete || grew) plan.read.push(version);
		const frontend = old.frontends.find((one) => one.package === version.npm?.package);
		if (version.npm !== null && frontend !== undefined && frontend.deprecated !== version.npm.deprecated)
			plan.deprecated.push({ version: old.version, package: frontend.package, text: version.npm.deprecated });
		const digest = version.chart?.manifestDigest ?? null;
		if (digest !== null) compareTag(plan, old, digest);
	}
	for (const old of known.values()) {
		if (old.vanished) continue;
		(old.missingLooks + 1 >= SYNCS_UNTIL_GONE ? plan.vanished : plan.missing).push(old.version);
	}
	return plan;
}

/** Note in `plan` what it means that the tag of a known version points to `digest` now. */
export function compareTag(
	plan: Pick<SyncPlan, 'moved' | 'restored'>,
	old: Pick<KnownVersion, 'version' | 'chartDigest' | 'movedTo'>,
	digest: string,
): void {
	if (old.chartDigest === null) return;
	if (digest === old.chartDigest) {
		if (old.movedTo !== null) plan.restored.push(old.version);
	} else if (digest !== old.movedTo) plan.moved.push({ version: old.version, to: digest });
}

/** What is stored about a pack that decides whether its versions have to be listed at all. */
export type Standing = {
	fingerprint: string | null;
	/** The last thorough look. */
	lookedAt: Date | null;
	/** Waits for a frontend or a chart, or a version could not be read, or is missing but not yet believed to be gone. */
	unsettled: boolean;
	/** Has a version without a manifest, which its publisher may still add without a new tag. */
	unexplained: boolean;
	/** Somebody runs it: a tag that moved is an alarm. */
	installed: boolean;
};

const HOUR = 3_600_000;
/** A listing that reports no change is not believed for longer than this. */
const LONGEST_TRUST = 24 * HOUR;

/**
 * How closely to look at a pack whose listing says `fingerprint`: not at all, at its list of versions, or also at where
 * every tag points. `spread` (0 to 1, fixed per pack) keeps the daily thorough looks at hundreds of packs from falling
 * into one sync.
 */
export function planLook(
	standing: Standing | null,
	fingerprint: string,
	{ now, spread }: { now: Date; spread: number },
): 'none' | 'look' | 'thorough' {
	if (standing === null || standing.lookedAt === null) return 'look';
	const age = now.getTime() - standing.lookedAt.getTime();
	if (age > (standing.unexplained ? HOUR : LONGEST_TRUST * (0.75 + spread / 4))) return 'thorough';
	return standing.fingerprint !== fingerprint || standing.unsettled || standing.installed ? 'look' : 'none';
}
