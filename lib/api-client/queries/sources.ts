import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';

/** Keys and fetchers of sources; a syncing source is watched closely for its progress line. */
export const sourceQueries = {
	all: ['sources'] as const,
	list: () =>
		queryOptions({
			queryKey: [...sourceQueries.all, 'list'],
			queryFn: ({ signal }) => api.sources.list({ signal }),
			staleTime: 2000,
			refetchInterval: ({ state }) =>
				state.data?.sources.some((source) => source.health === 'syncing') ? 1000 : 15_000,
		}),
	detail: (id: string) =>
		queryOptions({
			queryKey: [...sourceQueries.all, 'detail', id],
			queryFn: ({ signal }) => api.sources.get(id, { signal }),
			staleTime: 2000,
			refetchInterval: ({ state }) => (state.data?.health === 'syncing' ? 1000 : 15_000),
		}),
};
