import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { PackFilter, PackList } from '@/lib/contracts/packs';
import { api } from '../client';

/** Keys and fetchers of the catalog. While a source syncs, the list asks again often enough to see packs arrive. */
export const packQueries = {
	all: ['packs'] as const,
	list: (filter: PackFilter = {}) =>
		queryOptions({
			queryKey: [...packQueries.all, 'list', filter],
			queryFn: ({ signal }) => api.packs.list(filter, { signal }),
			placeholderData: keepPreviousData,
			staleTime: 30_000,
			refetchInterval: ({ state }) => syncPace(state.data),
		}),
	detail: (slug: string) =>
		queryOptions({
			queryKey: [...packQueries.all, 'detail', slug],
			queryFn: ({ signal }) => api.packs.get(slug, { signal }),
			staleTime: 30_000,
		}),
	version: (slug: string, version: string) =>
		queryOptions({
			queryKey: [...packQueries.all, 'version', slug, version],
			queryFn: ({ signal }) => api.packs.version(slug, version, { signal }),
			// A published version does not change; only what is known about its registry does.
			staleTime: 5 * 60_000,
		}),
	/** Asks the registry, so only on request. */
	moved: (slug: string, version: string) =>
		queryOptions({
			queryKey: [...packQueries.all, 'moved', slug, version],
			queryFn: ({ signal }) => api.packs.moved(slug, version, { signal }),
			retry: false,
		}),
};

function syncPace(list: PackList | undefined): number | false {
	return list?.health.state === 'syncing' || list?.health.state === 'never' ? 2000 : false;
}
