import { infiniteQueryOptions } from '@tanstack/react-query';
import type { AuditFilter } from '@/lib/contracts/audit';
import { api } from '../client';

const PAGE = 50;

/** Keys and fetchers of the audit trail, newest first, page by page. */
export const auditQueries = {
	all: ['audit'] as const,
	list: (filter: Pick<AuditFilter, 'subject'> = {}) =>
		infiniteQueryOptions({
			queryKey: [...auditQueries.all, 'list', filter],
			queryFn: ({ pageParam, signal }) =>
				api.audit.list({ ...filter, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) }, { signal }),
			initialPageParam: firstPage(),
			getNextPageParam: (page) => page.nextBefore,
			staleTime: 5000,
		}),
};

/** `null` = start at the newest; typed here because an object literal would narrow it to `null` alone. */
function firstPage(): number | null {
	return null;
}
