import { queryOptions } from '@tanstack/react-query';
import type { Home } from '@/lib/contracts/home';
import type { InstallDetail, InstallList, InstallSummary } from '@/lib/contracts/installs';
import type { RequestPlan } from '@/lib/contracts/plans';
import { api } from '../client';

// Fast while something moves, slow otherwise: the cluster is also looked at by others.
const MOVING = 2000;
const RESTING = 15_000;

/** Keys and fetchers of installs, of the home page derived from them, and of plans on them. */
export const installQueries = {
	all: ['installs'] as const,
	home: () =>
		queryOptions({
			queryKey: [...installQueries.all, 'home'],
			queryFn: ({ signal }) => api.home({ signal }),
			staleTime: 2000,
			refetchInterval: ({ state }) => homePace(state.data),
		}),
	list: () =>
		queryOptions({
			queryKey: [...installQueries.all, 'list'],
			queryFn: ({ signal }) => api.installs.list({ signal }),
			staleTime: 2000,
			refetchInterval: ({ state }) => listPace(state.data),
		}),
	detail: (id: string) =>
		queryOptions({
			queryKey: [...installQueries.all, 'detail', id],
			queryFn: ({ signal }) => api.installs.get(id, { signal }),
			staleTime: 2000,
			refetchInterval: ({ state }) => detailPace(state.data),
		}),
	revisions: (id: string) =>
		queryOptions({
			queryKey: [...installQueries.all, 'revisions', id],
			queryFn: ({ signal }) => api.installs.revisions(id, { signal }),
			staleTime: 2000,
		}),
	/** Every install against every newer version; it changes with a sync or an operation, both of which take their time. */
	matrix: () =>
		queryOptions({
			queryKey: [...installQueries.all, 'matrix'],
			queryFn: ({ signal }) => api.matrix({ signal }),
			staleTime: 5000,
		}),
	/** A plan is a question with a body; it is never reused, because what it looked at may have moved. */
	plan: (request: RequestPlan) =>
		queryOptions({
			queryKey: [...installQueries.all, 'plan', request],
			queryFn: ({ signal }) => api.plans.create(request, { signal }),
			staleTime: 0,
			gcTime: 0,
			refetchOnWindowFocus: false,
			refetchOnReconnect: false,
			retry: false,
		}),
};

function isMoving(install: InstallSummary): boolean {
	return install.activeOperation !== null;
}

function listPace(list: InstallList | undefined): number {
	return list?.installs.some(isMoving) ? MOVING : RESTING;
}

function detailPace(detail: InstallDetail | undefined): number {
	return detail && isMoving(detail.install) ? MOVING : RESTING;
}

function homePace(home: Home | undefined): number {
	const syncing = home?.health.state === 'syncing' || home?.health.state === 'never';
	return syncing || (home?.active.length ?? 0) > 0 ? MOVING : RESTING;
}
