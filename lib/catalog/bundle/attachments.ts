import type { FetchedArtifact } from '@/lib/registry';

/** A text the catalog knows of a version: its manifest or notes, wherever they came from. */
export type KnownText = { type: string; text: string; title: string; name: string };

type Attached = FetchedArtifact['attached'][number];

/**
 * Pure: what is attached to a chart in a bundle, so that whoever imports it finds the very texts the catalog has. What
 * the registry has attached stays as it is, under the name of a text where it is that text; where it says something
 * else, as when somebody has attached a newer one since, it makes room for ours.
 */
export function settleAttachments(
	attached: readonly Attached[],
	known: readonly KnownText[],
): { kept: { content: Attached; name: string | null }[]; missing: KnownText[] } {
	const same = new Map(known.map((text) => [text, attached.find((one) => one.isNewest && holds(one, text)) ?? null]));
	const missing = known.filter((text) => same.get(text) === null);
	const kept = attached.filter(({ artifactType }) => missing.every(({ type }) => type !== artifactType));
	return {
		kept: kept.map((content) => ({
			content,
			name: known.find((text) => same.get(text) === content)?.name ?? null,
		})),
		missing,
	};
}

function holds({ artifactType, blobs }: Attached, { type, text }: KnownText): boolean {
	if (artifactType !== type) return false;
	const wanted = Buffer.from(text);
	return blobs.some(({ mediaType, bytes }) => mediaType === type && wanted.equals(bytes));
}
