import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';

/** Key and fetcher of the policy with its exceptions. */
export const policyQueries = {
	all: ['policy'] as const,
	get: () =>
		queryOptions({
			queryKey: [...policyQueries.all, 'get'],
			queryFn: ({ signal }) => api.policy.get({ signal }),
			staleTime: 2000,
		}),
};
