'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import { auditQueries } from '@/lib/api-client';
import { AuditTable } from './audit-table';
import { VerifyChain } from './verify-chain';

/** Who did what and when, newest first, and the proof that nothing of it was changed afterwards. */
export function AuditView() {
	const subject = useSearchParams().get('subject') ?? undefined;
	const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
		auditQueries.list({ subject }),
	);
	const events = data?.pages.flatMap((page) => page.events) ?? [];
	return (
		<>
			<PageHeader
				title="Audit"
				description="Every change and who made it. Each entry carries the hash of the one before, so a change afterwards shows."
			/>
			<div className="grid gap-5">
				<VerifyChain />
				{subject ? <SubjectFilter subject={subject} /> : null}
				{error ? (
					<ProblemNote title="The audit trail could not be loaded." error={error} onRetry={() => void refetch()} />
				) : null}
				{!data && !error ? (
					<Loading words="Loading the audit trail…">
						<SkeletonRows rows={8} className="h-14" />
					</Loading>
				) : null}
				{data && events.length === 0 ? (
					<EmptyState title={subject ? 'Nothing was recorded about this' : 'Nothing has been recorded yet'} />
				) : null}
				{events.length > 0 ? <AuditTable events={events} onSubject={showSubject} /> : null}
				{hasNextPage ? (
					<Button
						className="justify-self-center"
						busy={isFetchingNextPage ? 'Loading older entries…' : null}
						onClick={() => void fetchNextPage()}
					>
						Show older entries
					</Button>
				) : null}
			</div>
		</>
	);
}

function SubjectFilter({ subject }: { subject: string }) {
	return (
		<p className="flex flex-wrap items-center gap-2 text-sm">
			Only what is about <code className="break-all">{subject}</code>
			<Button size="small" variant="quiet" icon={<X aria-hidden />} onClick={() => showSubject(null)}>
				Show everything
			</Button>
		</p>
	);
}

/** The filter is the address. */
function showSubject(subject: string | null): void {
	const search = subject === null ? '' : `?subject=${encodeURIComponent(subject)}`;
	window.history.pushState(null, '', `/audit${search}`);
}
