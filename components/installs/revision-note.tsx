'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { StickyNote } from 'lucide-react';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { api, installQueries } from '@/lib/api-client';
import type { Revision } from '@/lib/contracts/installs';

/** A remark on a state, for the person who will one day wonder whether to return to it. */
export function RevisionNote({ installId, revision }: { installId: string; revision: Revision }) {
	const [draft, setDraft] = useState<string | null>(null);
	const client = useQueryClient();
	const denied = usePermission('installs:write', 'write notes');
	const save = useMutation({
		mutationFn: (note: string) => api.installs.patch(installId, { revisionNote: { revision: revision.number, note } }),
		onSuccess: async () => {
			await client.invalidateQueries({ queryKey: installQueries.revisions(installId).queryKey });
			setDraft(null);
		},
	});
	return (
		<div className="flex flex-wrap items-baseline gap-x-2 text-[13px]">
			{revision.note ? (
				<p className="min-w-0 break-words whitespace-pre-wrap">
					<StickyNote aria-hidden className="mr-1.5 inline size-3.5 text-muted" />
					{revision.note}
				</p>
			) : null}
			{denied ? null : (
				<button
					type="button"
					className="rounded text-muted underline decoration-dotted underline-offset-4 hover:text-ink"
					onClick={() => setDraft(revision.note ?? '')}
				>
					{revision.note ? 'Change note' : 'Add a note'}
				</button>
			)}
			<Dialog
				open={draft !== null}
				onClose={() => setDraft(null)}
				title={`Note on ${revision.version} (revision ${revision.number})`}
				actions={
					<>
						<Button onClick={() => setDraft(null)}>Close</Button>
						<Button
							variant="primary"
							busy={save.isPending ? 'Saving…' : null}
							onClick={() => save.mutate((draft ?? '').trim())}
						>
							Save note
						</Button>
					</>
				}
			>
				<Field label="Note" description="Everybody who may see this install can read it.">
					{(control) => (
						<Textarea
							{...control}
							maxLength={2000}
							value={draft ?? ''}
							onChange={(event) => setDraft(event.target.value)}
						/>
					)}
				</Field>
				{save.error ? <ProblemNote title="The note could not be saved." error={save.error} /> : null}
			</Dialog>
		</div>
	);
}
