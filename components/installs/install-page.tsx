'use client';

import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { ConnectionLost, PageProblem } from '@/components/layout/page-state';
import { OperationList } from '@/components/operations/operation-list';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { Tabs } from '@/components/ui/tabs';
import { installQueries } from '@/lib/api-client';
import type { InstallDetail, InstallSummary } from '@/lib/contracts/installs';
import { ActiveOperationNote } from './active-operation';
import { AlarmNote } from './alarm-note';
import { isUrgent } from './alarm-words';
import { ConfigurationTab } from './configuration-tab';
import { HistoryView } from './history-view';
import { InstallActions } from './install-actions';
import { InstallOverview } from './install-overview';
import { ResourcesView } from './resources-view';
import { StatusBadge } from './status-badge';

/** One install: what it is, what runs, how it is configured, what it was before. */
export function InstallPage({ id }: { id: string }) {
	const { data, error, refetch } = useQuery(installQueries.detail(id));
	if (!data && error) {
		return (
			<PageProblem
				title="Install"
				list={{ label: 'Installs', href: '/installs' }}
				sentence="This install could not be loaded."
				error={error}
				onRetry={() => void refetch()}
			/>
		);
	}
	if (!data) return <InstallSkeleton />;
	return <Install detail={data} error={error} />;
}

function Install({ detail, error }: { detail: InstallDetail; error: Error | null }) {
	const { install } = detail;
	return (
		<>
			<PageHeader
				title={install.packName}
				crumbs={[{ label: 'Installs', href: '/installs' }, { label: install.packName }]}
				description={
					<span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
						<StatusBadge status={install.status} />
						<span className="break-all">
							{install.namespace}/{install.release} on {install.targetName}
						</span>
					</span>
				}
				actions={<InstallActions detail={detail} />}
			/>
			{error ? <ConnectionLost /> : null}
			{install.activeOperation ? <ActiveOperationNote operation={install.activeOperation} /> : null}
			<Alarms install={install} />
			<InstallTabs detail={detail} />
		</>
	);
}

/** Whatever the tab: other bytes under the running version must not be overlooked. */
function Alarms({ install }: { install: InstallSummary }) {
	const urgent = install.alarms.filter(isUrgent);
	if (urgent.length === 0) return null;
	return (
		<div className="mb-5 grid gap-3">
			{urgent.map((alarm) => (
				<AlarmNote key={alarm.id} install={install} alarm={alarm} />
			))}
		</div>
	);
}

function InstallTabs({ detail }: { detail: InstallDetail }) {
	const selected = useSearchParams().get('tab') ?? 'overview';
	const { id } = detail.install;
	return (
		<Tabs
			label="About this install"
			selected={selected}
			// The tab is part of the address, so that a link to it can be sent to a colleague.
			onSelect={(tab) =>
				window.history.replaceState(null, '', tab === 'overview' ? `/installs/${id}` : `/installs/${id}?tab=${tab}`)
			}
			tabs={[
				{ id: 'overview', label: 'Overview', content: <InstallOverview detail={detail} /> },
				{ id: 'configuration', label: 'Configuration', content: <ConfigurationTab detail={detail} /> },
				{ id: 'history', label: 'History', content: <HistoryView install={detail.install} /> },
				{ id: 'resources', label: 'Resources', content: <ResourcesView detail={detail} /> },
				{ id: 'operations', label: 'Operations', content: <OperationList filter={{ installId: id, limit: 50 }} /> },
			]}
		/>
	);
}

function InstallSkeleton() {
	return (
		<Loading words="Loading the install…">
			<Skeleton className="mb-3 h-5 w-32" />
			<Skeleton className="mb-3 h-8 w-64" />
			<Skeleton className="mb-6 h-6 w-80 max-w-full" />
			<Skeleton className="mb-5 h-10 w-full" />
			<Skeleton className="h-72 w-full" />
		</Loading>
	);
}
