'use client';

import { RefreshCw, Square } from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Progress } from '@/components/ui/progress';
import { RelativeTime } from '@/components/ui/relative-time';
import type { SourceSummary } from '@/lib/contracts/sources';
import { GuardedButton } from './guarded-button';
import type { Sync } from './use-sync';

type SyncButtonProps = { source: SourceSummary; sync: Sync; refusedBy: string | null };

/** Sync now, or Cancel while one runs; both as wide as the other, so that nothing beside them moves. */
export function SyncButton({ source, sync, refusedBy }: SyncButtonProps) {
	if (source.health === 'syncing') {
		return (
			<GuardedButton
				size="small"
				className="min-w-28"
				icon={<Square aria-hidden />}
				aria-label={`Cancel the sync of ${source.name}`}
				busy={sync.cancelling ? 'Cancelling…' : null}
				refusedBy={refusedBy}
				onClick={sync.cancel}
			>
				Cancel
			</GuardedButton>
		);
	}
	return (
		<GuardedButton
			size="small"
			className="min-w-28"
			icon={<RefreshCw aria-hidden />}
			aria-label={`Sync ${source.name} now`}
			busy={sync.starting ? 'Starting…' : null}
			refusedBy={refusedBy}
			onClick={sync.start}
		>
			Sync now
		</GuardedButton>
	);
}

/** How far the sync is, or when the last one was: two lines either way, so that the page keeps its shape. */
export function SyncState({ source, sync }: { source: SourceSummary; sync: Sync }) {
	const { progress, health } = source;
	return (
		<div className="grid min-h-9 content-center gap-1 text-sm">
			{health === 'syncing' ? (
				progress && progress.total > 0 ? (
					<Progress words={progress.line} value={progress.done} max={progress.total} />
				) : (
					<p>{progress?.line ?? 'Starting…'}</p>
				)
			) : (
				<p className="text-muted">
					{source.lastGoodSyncAt ? (
						<>
							Last good sync <RelativeTime at={source.lastGoodSyncAt} className="text-ink" />
						</>
					) : (
						'Never synced'
					)}
					{source.lastTriedAt && source.lastTriedAt !== source.lastGoodSyncAt ? (
						<>
							{' · last tried '}
							<RelativeTime at={source.lastTriedAt} />
						</>
					) : null}
				</p>
			)}
			<p role="status" className="text-muted empty:hidden">
				{sync.word}
			</p>
		</div>
	);
}

export function SyncProblems({ sync }: { sync: Sync }) {
	return (
		<>
			{sync.startError ? <ProblemNote title="The sync was not started." error={sync.startError} /> : null}
			{sync.cancelError ? <ProblemNote title="The sync was not cancelled." error={sync.cancelError} /> : null}
		</>
	);
}
