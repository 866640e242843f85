'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useId } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { sourceQueries } from '@/lib/api-client';
import type { SourceDetail } from '@/lib/contracts/sources';
import { DeleteSource } from './delete-source';
import { DoctorSection } from './doctor-section';
import { EnabledSwitch } from './enabled-switch';
import { GuardedButton } from './guarded-button';
import { SourceFacts } from './source-facts';
import { needsReEntry, SourceBadges, SourceProblem } from './source-health';
import { kindWords } from './source-words';
import { SyncButton, SyncProblems, SyncState } from './sync-controls';
import { useSourceRights } from './use-source-rights';
import { useSync } from './use-sync';

/** One source: how it is, its doctor, what it is set to, and the way to be rid of it. */
export function SourcePage({ id }: { id: string }) {
	const { data, error, refetch } = useQuery(sourceQueries.detail(id));
	if (!data && error) {
		return (
			<>
				<PageHeader title="Source" crumbs={[{ label: 'Settings', href: '/settings' }, { label: 'Source' }]} />
				<ProblemNote
					title="This source could not be loaded."
					error={error}
					onRetry={() => void refetch()}
					actions={
						<ButtonLink size="small" href="/settings">
							All sources
						</ButtonLink>
					}
				/>
			</>
		);
	}
	if (!data) return <SourceSkeleton />;
	return <Source source={data} lost={error !== null} />;
}

function Source({ source, lost }: { source: SourceDetail; lost: boolean }) {
	const rights = useSourceRights();
	const sync = useSync(source.id);
	const router = useRouter();
	const ids = { role: useId(), managed: useId() };
	const refusedWrite = !rights.mayWrite ? ids.role : source.readOnlyReason ? ids.managed : null;
	const refusedSync = rights.maySync ? null : ids.role;
	return (
		<>
			<PageHeader
				title={source.name}
				crumbs={[{ label: 'Settings', href: '/settings' }, { label: source.name }]}
				description={
					<span className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
						<SourceBadges source={source} />
						<span>{kindWords[source.kind]}</span>
					</span>
				}
				actions={
					<>
						{source.enabled ? <SyncButton source={source} sync={sync} refusedBy={refusedSync} /> : null}
						<EditLink source={source} refusedBy={refusedWrite} />
						<EnabledSwitch source={source} refusedBy={refusedWrite} />
					</>
				}
			/>
			<div className="grid gap-5">
				{rights.reason ? (
					<p id={ids.role} className="text-sm text-muted">
						{rights.reason}
					</p>
				) : null}
				{source.readOnlyReason ? (
					<Note title="This source is managed elsewhere and read-only here.">
						<span id={ids.managed}>{source.readOnlyReason}</span>
					</Note>
				) : null}
				{lost ? (
					<Note tone="warning" live title="Connection lost, trying again…">
						Below is the last state this page saw.
					</Note>
				) : null}
				<SourceProblem
					source={source}
					actions={
						needsReEntry(source) && refusedWrite === null ? (
							<ButtonLink size="small" href={`/settings/sources/${source.id}/edit`}>
								Enter it now
							</ButtonLink>
						) : null
					}
				/>
				<SyncProblems sync={sync} />
				<SourceFacts source={source} state={<SyncState source={source} sync={sync} />} />
				<DoctorSection source={source} refusedBy={refusedSync} />
				<DeleteSource source={source} refusedBy={refusedWrite} onDeleted={() => router.push('/settings')} />
			</div>
		</>
	);
}

function EditLink({ source, refusedBy }: { source: SourceDetail; refusedBy: string | null }) {
	// A bundle is a file that was brought in; there is nothing about it to edit.
	if (source.kind === 'bundle') return null;
	if (refusedBy === null) {
		return (
			<ButtonLink size="small" href={`/settings/sources/${source.id}/edit`}>
				Edit
			</ButtonLink>
		);
	}
	return (
		<GuardedButton size="small" refusedBy={refusedBy}>
			Edit
		</GuardedButton>
	);
}

function SourceSkeleton() {
	return (
		<Loading words="Loading the source…">
			<Skeleton className="mb-3 h-5 w-40" />
			<Skeleton className="mb-3 h-8 w-56" />
			<Skeleton className="mb-6 h-6 w-72 max-w-full" />
			<Skeleton className="mb-5 h-80 w-full" />
			<Skeleton className="h-36 w-full" />
		</Loading>
	);
}
