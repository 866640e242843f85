import type { QueryClient } from '@tanstack/react-query';
import { queryOptions } from '@tanstack/react-query';
import type { Operation, OperationFilter, OperationLine, OperationView } from '@/lib/contracts/operations';
import { api } from '../client';
import { ApiError } from '../problem';

const WATCHING = 700;
/** GET /api/operations/{id} answers at most this many lines; a full page means there are more. */
const PAGE = 500;
/** A chatty operation must not eat the tab: older lines leave the page, never the server. */
const KEPT_LINES = 5000;

/** Keys and fetchers of operations. `view` polls while the operation is not finished and adds new lines to old ones. */
export const operationQueries = {
	all: ['operations'] as const,
	list: (filter: OperationFilter = {}) =>
		queryOptions({
			queryKey: [...operationQueries.all, 'list', filter],
			queryFn: ({ signal }) => api.operations.list(filter, { signal }),
			staleTime: 2000,
			refetchInterval: ({ state }) => (state.data?.operations.some(isUnfinished) ? 2000 : 15_000),
		}),
	view: (id: string) =>
		queryOptions({
			queryKey: [...operationQueries.all, 'view', id],
			queryFn: ({ client, signal }) => loadView(client, id, signal),
			staleTime: 0,
			// A restarting server is expected here: say so at once and keep asking, whatever the browser thinks of the network.
			retry: false,
			networkMode: 'always',
			refetchInterval: ({ state }) => pace(state.data, state.error),
		}),
};

/** True while somebody still has to do something: queued, running, or interrupted and about to be taken up again. */
export function isUnfinished(operation: Pick<Operation, 'state'>): boolean {
	return operation.state === 'queued' || operation.state === 'running' || operation.state === 'interrupted';
}

async function loadView(client: QueryClient, id: string, signal: AbortSignal): Promise<OperationView> {
	const known = client.getQueryData(operationQueries.view(id).queryKey);
	let lines: OperationLine[] = known?.lines ?? [];
	for (;;) {
		const view = await api.operations.view(id, lines.at(-1)?.id ?? 0, { signal });
		// Line ids only grow, so an answer that raced another one can be merged by dropping what is known.
		const last = lines.at(-1)?.id ?? 0;
		lines = [...lines, ...view.lines.filter((line) => line.id > last)].slice(-KEPT_LINES);
		if (view.lines.length < PAGE) return { operation: view.operation, lines };
	}
}

function pace(view: OperationView | undefined, error: Error | null): number | false {
	// No such operation, or not allowed to see it: asking again changes nothing.
	if (error instanceof ApiError && !error.transient) return false;
	return view && !isUnfinished(view.operation) && error === null ? false : WATCHING;
}
