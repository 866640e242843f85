'use client';

import { usePermission } from '@/components/layout/use-permission';
import { Note } from '@/components/ui/note';
import type { InstallDetail } from '@/lib/contracts/installs';
import { busyReason } from './active-operation';
import { ConfigurationView } from './configuration-view';
import { ActionLink } from './install-actions';

export function ConfigurationTab({ detail }: { detail: InstallDetail }) {
	const { install, configuration } = detail;
	const denied = usePermission('installs:write', 'change configuration');
	const removed = install.status.state === 'removed-data-kept';
	const lost = configuration.filter((entry) => entry.kind === 'secret' && entry.state === 'needs-re-entry');
	return (
		<div className="grid gap-4">
			{lost.length > 0 ? (
				<Note
					tone="warning"
					title={
						lost.length === 1 ? '1 secret needs to be entered again' : `${lost.length} secrets need to be entered again`
					}
				>
					{lost.map((entry) => entry.key).join(', ')}
				</Note>
			) : null}
			<div className="flex flex-wrap items-center justify-between gap-3">
				<p className="text-sm text-muted">
					{detail.revision ? `Revision ${detail.revision.number}. ` : ''}Secrets are written once and cannot be read
					back, here or anywhere.
				</p>
				{removed ? null : (
					<ActionLink href={`/installs/${install.id}/configure`} blocked={denied ?? busyReason(install)}>
						Edit configuration
					</ActionLink>
				)}
			</div>
			<ConfigurationView entries={configuration} />
		</div>
	);
}
