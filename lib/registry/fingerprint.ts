import { digestOf } from '@/lib/digest';
import type { FrontendNews } from './frontend-news';
import type { DiscoveredPack, NpmArtifact } from './source';

/** Where the parts of a fingerprint come from; each may cost a request. */
export type FingerprintQuestions = {
	/** All tags of the pack's chart; null when there is no such repository. */
	tags: () => Promise<readonly string[] | null>;
	/** The packument, asked for conditionally; null when there is no such package. */
	frontends: () => Promise<readonly NpmArtifact[] | null>;
	news: FrontendNews;
	/** The listing of the pack tells of its frontends, too (GitHub lists both). */
	isWhole: boolean;
};

/**
 * A text that stays the same while nothing new is listed of a pack. One request per pack at most: what the listing
 * said, else the tags of the chart; and for the frontend the packument where the chart cost nothing, else what one
 * search told of all of them. Where nothing tells of the frontend, it is seen with the next look at the versions.
 */
export async function fingerprintOf(
	pack: DiscoveredPack,
	{ tags, frontends, news, isWhole }: FingerprintQuestions,
	signal?: AbortSignal,
): Promise<string> {
	const { listed, npm } = pack;
	if (listed !== null && listed.frontends !== null) return digestOf(listed);
	if (pack.fingerprint !== null && (isWhole || npm === null)) return pack.fingerprint;
	const told = pack.fingerprint ?? (listed !== null && pack.chart !== null ? listed.charts : null);
	if (told !== null) return npm === null ? digestOf(told) : digestOf([told, await frontends()]);
	const found = pack.chart === null ? null : await tags();
	if (found === null) return digestOf((await frontends()) ?? []);
	const latest = npm === null ? null : await news.of(npm.package, signal);
	return latest === null ? digestOf(found) : digestOf([found, latest]);
}
