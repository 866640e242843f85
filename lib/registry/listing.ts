import type { DiscoveredPack, ListedChart } from './source';

/** What makes one kind of source different from another: how packs are found, and what the list knows of charts. */
export type Listing = {
	/** How packs are found, for the doctor: `the index artifact acme/pack-index`. */
	readonly how: string;
	discover(signal?: AbortSignal): Promise<Discovery>;
	/**
	 * Charts are only guessed from names. GHCR answers 401, 403 and 404 alike for what is missing and what is hidden
	 * (facts section 3.2), so a refusal then means that there is none.
	 */
	readonly isGuess?: boolean;
	/** Fingerprints of this listing move when a frontend is published alone, too. */
	readonly tellsFrontends?: boolean;
	/**
	 * The charts of a repository, where the registry has a better answer than its tags. Undefined = ask for the tags.
	 * Null in the answer: the registry has no such repository.
	 */
	charts?: (
		place: { host: string; repository: string },
		signal?: AbortSignal,
	) => Promise<ListedChart[] | null> | undefined;
};

export type Discovery = {
	packs: DiscoveredPack[];
	/** Sentences about entries that were left out. */
	problems: string[];
};

/** `1 pack`, `2 packs`. */
export function counted(count: number, what: string): string {
	return count === 1 ? `1 ${what}` : `${count} ${what.replace(/y$/, 'ie')}s`;
}
