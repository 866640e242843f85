'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { api, installQueries } from '@/lib/api-client';
import type { InstallDetail, PatchInstall } from '@/lib/contracts/installs';

/** The update that waits, and the two ways not to take it: skip this one, or stay where we are. */
export function UpdateCard({ detail }: { detail: InstallDetail }) {
	const { install, skippedVersions, pinnedVersion } = detail;
	const client = useQueryClient();
	const denied = usePermission('installs:write', 'change installs');
	const patch = useMutation({
		mutationFn: (body: PatchInstall) => api.installs.patch(install.id, body),
		onSuccess: () => client.invalidateQueries({ queryKey: installQueries.all }),
	});
	const update = install.updateAvailable;
	const running = install.status.runningVersion;
	const problem = patch.error ? <ProblemNote title="The choice could not be saved." error={patch.error} /> : null;
	const busy = patch.isPending ? 'Saving…' : null;
	if (install.status.state === 'removed-data-kept') return null;
	if (pinnedVersion !== null) {
		return (
			<Note
				title={`Pinned to ${pinnedVersion}. Updates are not offered.`}
				actions={
					<Button size="small" busy={busy} disabledReason={denied} onClick={() => patch.mutate({ pin: null })}>
						Offer updates again
					</Button>
				}
			>
				{problem}
			</Note>
		);
	}
	if (update === null || running === null) {
		const [skipped] = skippedVersions.slice(-1);
		if (skipped === undefined) return null;
		return (
			<Note
				title={`${skipped} was skipped.`}
				actions={
					<Button
						size="small"
						busy={busy}
						disabledReason={denied}
						onClick={() => patch.mutate({ unskipVersion: skipped })}
					>
						Offer {skipped} again
					</Button>
				}
			>
				{problem}
			</Note>
		);
	}
	return (
		<Note
			title={`${update} is available.`}
			actions={
				denied ? null : (
					<>
						<Button size="small" variant="quiet" busy={busy} onClick={() => patch.mutate({ skipVersion: update })}>
							Skip this version
						</Button>
						<Button size="small" variant="quiet" busy={busy} onClick={() => patch.mutate({ pin: running })}>
							Stay on {running}
						</Button>
					</>
				)
			}
		>
			{problem ?? `${running} runs now. Nothing changes before you have seen the plan and approved it.`}
		</Note>
	);
}
