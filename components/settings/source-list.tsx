'use client';

import { useQuery } from '@tanstack/react-query';
import { FileUp, Plus } from 'lucide-react';
import { useId } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { AppLink } from '@/components/ui/app-link';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Note } from '@/components/ui/note';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import { sourceQueries } from '@/lib/api-client';
import type { SourceSummary } from '@/lib/contracts/sources';
import { GuardedButton } from './guarded-button';
import { SourceBadges, SourceProblem } from './source-health';
import { kindWords } from './source-words';
import { SyncButton, SyncProblems, SyncState } from './sync-controls';
import { type SourceRights, useSourceRights } from './use-source-rights';
import { useSync } from './use-sync';

/** Every source with its health: the last time it worked, and why it does not now. */
export function SourceList() {
	const { data, error, refetch } = useQuery(sourceQueries.list());
	const rights = useSourceRights();
	const reasonId = useId();
	if (error && !data) {
		return <ProblemNote title="The sources could not be loaded." error={error} onRetry={() => void refetch()} />;
	}
	if (!data) {
		return (
			<Loading words="Loading sources…">
				<SkeletonRows rows={2} className="h-36" />
			</Loading>
		);
	}
	const refusal = rights.reason === null ? null : reasonId;
	return (
		<section aria-labelledby="sources" className="grid gap-4">
			<div className="flex flex-wrap items-center justify-between gap-3">
				<h2 id="sources" className="text-[15px] font-semibold">
					Sources <span className="font-normal text-muted tabular-nums">{data.sources.length}</span>
				</h2>
				<AddSource rights={rights} refusedBy={refusal} />
			</div>
			{rights.reason === null ? null : (
				<p id={reasonId} className="text-sm text-muted">
					{rights.reason}
				</p>
			)}
			{error ? (
				<Note tone="warning" live title="Connection lost, trying again…">
					Below is the last state this page saw.
				</Note>
			) : null}
			{data.sources.length === 0 ? (
				<EmptyState title="No source yet">
					A source is where packs are published: a GitHub organisation, an OCI registry or an npm registry. Add one, and
					its packs appear in the catalog. Where no registry can be reached, import them from a file.
				</EmptyState>
			) : (
				<ul className="grid gap-3">
					{data.sources.map((source) => (
						<li key={source.id}>
							<SourceRow source={source} refusedBy={rights.maySync ? null : refusal} />
						</li>
					))}
				</ul>
			)}
		</section>
	);
}

function AddSource({ rights, refusedBy }: { rights: SourceRights; refusedBy: string | null }) {
	if (rights.mayWrite) {
		return (
			<div className="flex flex-wrap gap-2">
				<ButtonLink href="/settings/sources/import" icon={<FileUp aria-hidden />}>
					Import a file
				</ButtonLink>
				<ButtonLink href="/settings/sources/new" variant="primary" icon={<Plus aria-hidden />}>
					Add source
				</ButtonLink>
			</div>
		);
	}
	return (
		<GuardedButton variant="primary" icon={<Plus aria-hidden />} refusedBy={refusedBy}>
			Add source
		</GuardedButton>
	);
}

function SourceRow({ source, refusedBy }: { source: SourceSummary; refusedBy: string | null }) {
	const sync = useSync(source.id);
	const address = `/settings/sources/${source.id}`;
	return (
		<article className="grid gap-2 rounded-card border border-line bg-surface px-5 py-4">
			<div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
				<div className="grid min-w-0 gap-1">
					<div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
						<h3 className="min-w-0 text-[15px] font-semibold break-words">
							<AppLink href={address} className="rounded underline-offset-4 hover:underline">
								{source.name}
							</AppLink>
						</h3>
						<SourceBadges source={source} />
					</div>
					<p className="text-sm text-muted">
						{kindWords[source.kind]} · <code className="text-[13px] break-all">{source.address}</code> ·{' '}
						<span className="tabular-nums">{source.packs === 1 ? '1 pack' : `${source.packs} packs`}</span>
					</p>
				</div>
				<div className="flex flex-wrap gap-2">
					{source.enabled ? <SyncButton source={source} sync={sync} refusedBy={refusedBy} /> : null}
					<ButtonLink size="small" variant="quiet" href={address} aria-label={`Open ${source.name}`}>
						Open
					</ButtonLink>
				</div>
			</div>
			<SyncState source={source} sync={sync} />
			<SyncProblems sync={sync} />
			<SourceProblem source={source} />
			{source.readOnlyReason ? <p className="text-sm text-muted">{source.readOnlyReason}</p> : null}
		</article>
	);
}
