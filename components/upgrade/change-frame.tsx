'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { RestoreLink } from '@/components/installs/restore-link';
import { StatusBadge } from '@/components/installs/status-badge';
import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { installQueries } from '@/lib/api-client';
import type { InstallDetail } from '@/lib/contracts/installs';

type ChangeFrameProps = {
	id: string;
	/** What this page does, as in "Upgrade": crumb and start of the title. */
	verb: string;
	/** Behind the name of the pack in the title, e.g. "to 1.3.0". */
	suffix?: string;
	/** This page can also bring back what was removed; what kept nothing has nothing to bring back. */
	takesRemoved?: boolean;
	children: (detail: InstallDetail) => ReactNode;
};

/** Header, loading and failure of every page that changes an install. */
export function ChangeFrame({ id, verb, suffix = '', takesRemoved = false, children }: ChangeFrameProps) {
	const { data, error, refetch } = useQuery(installQueries.detail(id));
	const name = data?.install.packName ?? 'Install';
	const isGone = data?.install.status.state === 'removed-data-kept' && !(takesRemoved && data.install.dataKept);
	return (
		<>
			<PageHeader
				title={data ? `${verb} ${name}${suffix === '' ? '' : ` ${suffix}`}` : verb}
				crumbs={[{ label: 'Installs', href: '/installs' }, { label: name, href: `/installs/${id}` }, { label: verb }]}
				description={
					data ? (
						<span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
							<StatusBadge status={data.install.status} />
							<span className="break-all">
								{data.install.namespace}/{data.install.release}
							</span>
						</span>
					) : (
						<Skeleton className="h-6 w-64" />
					)
				}
			/>
			{!data && error ? (
				<ProblemNote title="This install could not be loaded." error={error} onRetry={() => void refetch()} />
			) : null}
			{!data && !error ? (
				<Loading words="Loading the install…" className="grid gap-5">
					<Skeleton className="h-48 w-full" />
					<Skeleton className="h-48 w-full" />
				</Loading>
			) : null}
			{data && isGone ? (
				<EmptyState
					title="This install was removed"
					actions={
						<>
							<ButtonLink href={`/packs/${data.install.slug}/install`} variant="primary">
								Install again
							</ButtonLink>
							<RestoreLink detail={data} />
						</>
					}
				>
					{data.install.dataKept ? null : 'Nothing of it was kept, so there is nothing to bring back.'}
				</EmptyState>
			) : null}
			{data && !isGone ? children(data) : null}
		</>
	);
}
