'use client';

import { useQuery } from '@tanstack/react-query';
import { Badge } from '@/components/ui/badge';
import { accountQueries } from '@/lib/api-client';
import type { Pretend } from '@/lib/contracts/people';

const words: Record<Pretend, { label: string; title: string }> = {
	everything: {
		label: 'Sandbox',
		title: 'Registries and cluster are simulated on this machine. Nothing outside is touched.',
	},
	packs: {
		label: 'Example packs',
		title: 'The packs are examples. The cluster is not: what you install is really installed there.',
	},
	cluster: {
		label: 'Sandbox cluster',
		title: 'The cluster is simulated on this machine. The packs come from real registries.',
	},
};

/** Quiet, but always there: what of all this is pretend. */
export function SandboxLabel() {
	const { data: me } = useQuery(accountQueries.me());
	if (!me?.sandbox) return null;
	const { label, title } = words[me.sandbox];
	return <Badge title={title}>{label}</Badge>;
}
