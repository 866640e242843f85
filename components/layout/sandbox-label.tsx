'use client';

import { useQuery } from '@tanstack/react-query';
import { Badge } from '@/components/ui/badge';
import { accountQueries } from '@/lib/api-client';

/** Quiet, but always there: what happens here happens to a pretend cluster. */
export function SandboxLabel() {
	const { data: me } = useQuery(accountQueries.me());
	if (!me?.sandbox) return null;
	return (
		<Badge title="Registries and cluster are simulated on this machine. Nothing outside is touched.">Sandbox</Badge>
	);
}
