'use client';

import { useQuery } from '@tanstack/react-query';
import type { DisabledReason } from '@/components/ui/button';
import { accountQueries } from '@/lib/api-client';
import type { Permission } from '@/lib/contracts/permissions';

/** Why the signed-in person may not do this, for a button's `disabledReason`; null = may. The server decides again. */
export function usePermission(permission: Permission, verb: string): DisabledReason | null {
	const { data: me } = useQuery(accountQueries.me());
	if (!me || me.permissions.includes(permission)) return null;
	const holder = ownersOnly.includes(permission) ? 'the platform owner' : 'a platform admin';
	return { text: `Your role (${me.role}) may look, but not ${verb}. Ask ${holder}.` };
}

/** What no admin may do either (`lib/auth/permissions.ts` decides; this is only for the words). */
const ownersOnly: readonly Permission[] = ['sources:write', 'settings:write', 'people:write'];
