'use client';

import { useQuery } from '@tanstack/react-query';
import { accountQueries } from '@/lib/api-client';

export type SourceRights = {
	maySync: boolean;
	mayWrite: boolean;
	/** What the role may not do, in one sentence for the whole page; null when it may do everything. */
	reason: string | null;
};

/** What the signed-in person may do with sources. The server decides again at every request. */
export function useSourceRights(): SourceRights {
	const { data: me } = useQuery(accountQueries.me());
	// Until the answer is there nothing is refused, so that an admin never sees a refusal flash by.
	if (!me) return { maySync: true, mayWrite: true, reason: null };
	const maySync = me.permissions.includes('sources:sync');
	const mayWrite = me.permissions.includes('sources:write');
	if (mayWrite) return { maySync, mayWrite, reason: null };
	const limits = maySync
		? 'sync and check sources, but not add, change or delete them'
		: 'look at sources, but not sync or change them';
	return { maySync, mayWrite, reason: `Your role (${me.role}) may ${limits}. Ask a platform owner.` };
}
