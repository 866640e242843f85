'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { Progress } from '@/components/ui/progress';
import { RelativeTime } from '@/components/ui/relative-time';
import { StatusDot } from '@/components/ui/status-dot';
import { api, packQueries, sourceQueries } from '@/lib/api-client';
import type { CatalogHealth as Health } from '@/lib/contracts/packs';

/** How old the list is and why: an old list never looks like a fresh one, and an unreachable registry never like an empty one. */
export function CatalogHealth({ health }: { health: Health }) {
	const client = useQueryClient();
	const forbidden = usePermission('sources:sync', 'sync sources');
	const sync = useMutation({
		mutationFn: syncAll,
		onSettled: () =>
			Promise.all([
				client.invalidateQueries({ queryKey: packQueries.all }),
				client.invalidateQueries({ queryKey: sourceQueries.all }),
			]),
	});
	const button = forbidden ? null : (
		<Button
			size="small"
			icon={<RefreshCw aria-hidden />}
			busy={sync.isPending || health.state === 'syncing' ? 'Syncing…' : null}
			onClick={() => sync.mutate()}
		>
			Sync now
		</Button>
	);
	return (
		<div className="grid gap-3">
			{sync.isError ? <ProblemNote title="The sync was not started." error={sync.error} /> : null}
			{health.state === 'stale' ? (
				<Note
					tone="warning"
					title={
						<>
							The list below is from the last good sync,{' '}
							{health.lastGoodSyncAt ? <RelativeTime at={health.lastGoodSyncAt} /> : 'at an unknown time'}.
						</>
					}
					next={health.hint}
					actions={button}
				>
					{health.problem}
				</Note>
			) : null}
			{health.state === 'never' ? (
				<Note
					tone={health.problem ? 'warning' : 'info'}
					title={health.problem ? 'No source could be read yet.' : 'The sources have not been read yet.'}
					next={health.hint}
					actions={button}
				>
					{health.problem}
				</Note>
			) : null}
			{health.state === 'syncing' ? <SyncProgress /> : null}
			{health.state === 'fresh' ? (
				<div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
					<StatusDot tone="success" />
					<span>Last good sync {health.lastGoodSyncAt ? <RelativeTime at={health.lastGoodSyncAt} /> : 'unknown'}</span>
					{button}
				</div>
			) : null}
		</div>
	);
}

function SyncProgress() {
	const { data } = useQuery(sourceQueries.list());
	const syncing = data?.sources.filter((source) => source.health === 'syncing') ?? [];
	return (
		<div role="status" className="grid min-h-8 gap-3">
			{syncing.length === 0 ? (
				<p className="flex items-center gap-3 text-sm text-muted">
					<StatusDot tone="accent" active />
					Reading the sources…
				</p>
			) : null}
			{syncing.map((source) =>
				source.progress ? (
					<Progress
						key={source.id}
						words={`${source.name}: ${source.progress.line}`}
						value={source.progress.done}
						max={source.progress.total}
					/>
				) : (
					<p key={source.id} className="flex items-center gap-3 text-sm text-muted">
						<StatusDot tone="accent" active />
						Reading {source.name}…
					</p>
				),
			)}
		</div>
	);
}

async function syncAll(): Promise<void> {
	const { sources } = await api.sources.list();
	await Promise.all(sources.filter((source) => source.enabled).map((source) => api.sources.sync(source.id)));
}
