import { deprecationsOf, type StoredVersion } from '@/lib/catalog';
import type { Alarm } from '@/lib/contracts/installs';
import { sha256 } from '@/lib/digest';

/** What an install runs: the version, and the chart by digest. A pack without a chart has none. */
export type Running = { version: string; chart: { manifestDigest: string; archiveDigest: string } | null };

type Published = Pick<
	StoredVersion,
	'version' | 'chart' | 'frontends' | 'vanished' | 'vanishedAt' | 'movedToDigest' | 'movedAt'
>;

/**
 * Pure: what a person has to know about where this version came from (DESIGN section 1, rule 6), most urgent first.
 * The id of an alarm names the bytes it is about: settled for one digest, it is raised again for another.
 */
export function alarmsOf(running: Running, published: Published | null): Alarm[] {
	if (published === null) return [];
	const all = [otherBytes(running, published), deprecated(running, published), vanished(running, published)];
	return all.filter((alarm) => alarm !== null);
}

/** What waits for a decision in the inbox; the rest is only worth knowing. */
export function isUrgent({ kind }: Pick<Alarm, 'kind'>): boolean {
	return kind === 'tag-moved' || kind === 'replaced';
}

/** Compared with what runs, not with what the catalog holds: an admin may have accepted other bytes since. */
function otherBytes(running: Running, { chart, movedToDigest, movedAt, vanished: isGone }: Published): Alarm | null {
	const { version } = running;
	const mine = running.chart;
	if (mine === null || chart === null) return null;
	if (movedToDigest !== null) {
		// A tag that is not listed any more points nowhere.
		if (isGone) return null;
		if (movedToDigest === mine.manifestDigest) return null;
		return {
			id: `tag-moved:${version}:${movedToDigest}`,
			kind: 'tag-moved',
			version,
			since: movedAt,
			sentence: `The tag ${version} points to other bytes now than the ones that run here.`,
			digests: { running: mine.manifestDigest, published: movedToDigest },
		};
	}
	// The same archive in another wrapping installs the same thing.
	if (chart.archiveDigest === mine.archiveDigest) return null;
	return {
		id: `replaced:${version}:${chart.manifestDigest}`,
		kind: 'replaced',
		version,
		since: null,
		sentence: `${version} was published again and its new bytes were accepted; the earlier ones run here.`,
		digests: { running: mine.manifestDigest, published: chart.manifestDigest },
	};
}

/** Another text is another notice. */
function deprecated({ version }: Running, { frontends }: Published): Alarm | null {
	const sentences = deprecationsOf(frontends);
	if (sentences.length === 0) return null;
	const sentence = sentences.join(' ');
	return {
		id: `deprecated:${version}:${sha256(sentence)}`,
		kind: 'deprecated',
		version,
		since: null,
		sentence,
		digests: null,
	};
}

function vanished({ version }: Running, published: Published): Alarm | null {
	if (!published.vanished) return null;
	const since = published.vanishedAt;
	return {
		id: `vanished:${version}:${since ?? ''}`,
		kind: 'vanished',
		version,
		since,
		sentence: `${version} is no longer published by its source.`,
		digests: null,
	};
}
