import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';

/** Who is signed in, and whether the portal still waits for its first owner. */
export const accountQueries = {
	all: ['account'] as const,
	me: () =>
		queryOptions({
			queryKey: [...accountQueries.all, 'me'],
			queryFn: ({ signal }) => api.me({ signal }),
			staleTime: 60_000,
		}),
	setup: () =>
		queryOptions({
			queryKey: [...accountQueries.all, 'setup'],
			queryFn: ({ signal }) => api.setup.state({ signal }),
			staleTime: 0,
		}),
};
