import { isAppError } from '@/lib/core';
import type { NpmClient } from './npm/client';

/**
 * What one search tells of all packages of a scope: its newest version and time. A frontend that is published alone
 * then shows at the next look at a source, without a request per pack.
 */
export type FrontendNews = {
	/** Stays the same while no newer version is there; null where the registry does not say. */
	of(name: string, signal?: AbortSignal): Promise<string | null>;
	/** The next question is a new search. */
	forget(): void;
};

/** A registry that refuses to be searched is not asked again; one that fails is, at the next look. */
export function createFrontendNews(npm: Pick<NpmClient, 'newest'> | null): FrontendNews {
	const searches = new Map<string, Promise<ReadonlyMap<string, string>>>();
	let isRefused = false;

	async function search(prefix: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
		if (npm === null || isRefused) return new Map();
		return npm.newest(prefix, signal).catch((error: unknown) => {
			if (!isAppError(error) || error.code === 'cancelled') throw error;
			isRefused = REFUSALS.includes(error.code);
			return new Map();
		});
	}

	return {
		async of(name, signal) {
			const [scope, base] = name.split('/');
			if (scope === undefined || base === undefined) return null;
			const prefix = `${scope}/pack-`;
			const asked = searches.get(prefix) ?? search(prefix, signal);
			searches.set(prefix, asked);
			return (await asked).get(name) ?? null;
		},
		forget: () => searches.clear(),
	};
}

const REFUSALS: readonly string[] = ['upstream_invalid', 'upstream_forbidden', 'not_found'];
