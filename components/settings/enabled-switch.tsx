'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { api, packQueries, sourceQueries } from '@/lib/api-client';
import type { SourceSummary } from '@/lib/contracts/sources';
import { GuardedButton } from './guarded-button';

/** Switching off asks once, because packs stop being kept up to date; switching on needs no question. */
export function EnabledSwitch({ source, refusedBy }: { source: SourceSummary; refusedBy: string | null }) {
	const [asking, setAsking] = useState(false);
	const client = useQueryClient();
	const change = useMutation({
		mutationFn: (enabled: boolean) => api.sources.patch(source.id, { enabled }),
		onSuccess: async (detail) => {
			setAsking(false);
			client.setQueryData(sourceQueries.detail(source.id).queryKey, detail);
			await client.invalidateQueries({ queryKey: sourceQueries.all });
			await client.invalidateQueries({ queryKey: packQueries.all });
		},
	});
	const problem = change.error ? (
		<ProblemNote title={`The source was not switched ${source.enabled ? 'off' : 'on'}.`} error={change.error} />
	) : null;
	return (
		<>
			<GuardedButton
				size="small"
				className="min-w-24"
				busy={change.isPending ? 'Saving…' : null}
				refusedBy={refusedBy}
				onClick={() => (source.enabled ? setAsking(true) : change.mutate(true))}
			>
				{source.enabled ? 'Switch off…' : 'Switch on'}
			</GuardedButton>
			{source.enabled ? null : problem}
			<Dialog
				open={asking}
				onClose={() => setAsking(false)}
				title={`Switch off ${source.name}?`}
				description="It is no longer read: new versions of its packs do not appear until you switch it on again. Its packs stay listed, and what is installed keeps running."
				actions={
					<>
						<Button onClick={() => setAsking(false)}>Leave it on</Button>
						<Button
							variant="primary"
							busy={change.isPending ? 'Switching off…' : null}
							onClick={() => change.mutate(false)}
						>
							Switch off
						</Button>
					</>
				}
			>
				{source.enabled ? problem : null}
			</Dialog>
		</>
	);
}
