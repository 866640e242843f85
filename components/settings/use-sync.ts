'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, packQueries, sourceQueries } from '@/lib/api-client';

/** Start and cancel the reading of one source; `word` tells what an answer meant when nothing was to be done. */
export function useSync(id: string) {
	const client = useQueryClient();
	const onSettled = () =>
		Promise.all([
			client.invalidateQueries({ queryKey: sourceQueries.all }),
			client.invalidateQueries({ queryKey: packQueries.all }),
		]);
	const start = useMutation({ mutationFn: () => api.sources.sync(id), onSettled });
	const cancel = useMutation({ mutationFn: () => api.sources.cancel(id), onSettled });
	return {
		start: () => {
			cancel.reset();
			start.mutate();
		},
		cancel: () => {
			start.reset();
			cancel.mutate();
		},
		starting: start.isPending,
		cancelling: cancel.isPending,
		startError: start.error,
		cancelError: cancel.error,
		word: wordOf(start.data?.started, cancel.data?.cancelled),
	};
}

export type Sync = ReturnType<typeof useSync>;

function wordOf(started: boolean | undefined, cancelled: boolean | undefined): string | null {
	if (started === false) return 'A sync was already running.';
	if (cancelled === false) return 'No sync was running any more.';
	return null;
}
