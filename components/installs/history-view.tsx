'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleSlash, CircleX, type LucideIcon } from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { TextLink } from '@/components/ui/app-link';
import { Badge } from '@/components/ui/badge';
import type { DisabledReason } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { useNow } from '@/components/ui/relative-time';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import type { Tone } from '@/components/ui/tone';
import { installQueries } from '@/lib/api-client';
import type { InstallSummary, Revision } from '@/lib/contracts/installs';
import { busyReason } from './active-operation';
import { ActionLink } from './install-actions';
import { RevisionNote } from './revision-note';
import { isCurrent, isReturnable, lastGood, outcomeWord, period } from './revision-words';

/** The states this install was in, newest first: states, not numbers, because one returns to a state. */
export function HistoryView({ install }: { install: InstallSummary }) {
	const { data, error, refetch } = useQuery(installQueries.revisions(install.id));
	const denied = usePermission('installs:write', 'roll back');
	if (error && !data) {
		return <ProblemNote title="The history could not be loaded." error={error} onRetry={() => void refetch()} />;
	}
	if (!data) {
		return (
			<Loading words="Loading the history…">
				<SkeletonRows rows={4} className="h-20" />
			</Loading>
		);
	}
	const revisions = [...data.revisions].sort((a, b) => b.number - a.number);
	const good = lastGood(revisions);
	if (revisions.length === 0) return <p className="text-sm text-muted">This install was never in any state.</p>;
	return (
		<Card>
			<ol>
				{revisions.map((revision) => (
					<RevisionRow
						key={revision.number}
						revision={revision}
						install={install}
						preferred={revision.number === good?.number}
						blocked={denied ?? busyReason(install)}
					/>
				))}
			</ol>
		</Card>
	);
}

const looks = {
	pending: { Icon: CircleDashed, tone: 'info' },
	good: { Icon: CircleCheck, tone: 'success' },
	failed: { Icon: CircleX, tone: 'danger' },
	cancelled: { Icon: CircleSlash, tone: 'neutral' },
} satisfies Record<Revision['outcome'], { Icon: LucideIcon; tone: Tone }>;

type RevisionRowProps = {
	revision: Revision;
	install: InstallSummary;
	preferred: boolean;
	blocked: DisabledReason | null;
};

function RevisionRow({ revision, install, preferred, blocked }: RevisionRowProps) {
	const now = useNow() ?? Date.parse(revision.createdAt);
	const { Icon, tone } = looks[revision.outcome];
	const removed = install.status.state === 'removed-data-kept';
	return (
		<li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 border-b border-line px-5 py-4 last:border-b-0">
			<div className="grid min-w-0 flex-1 basis-72 gap-1">
				<p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
					<span className="font-medium tabular-nums">{revision.version}</span>
					<span className="text-sm text-muted">{period(revision, now)}</span>
					<Badge tone={tone} icon={<Icon aria-hidden />}>
						{outcomeWord[revision.outcome]}
					</Badge>
					{isCurrent(revision) && !removed ? <Badge tone="accent">Now</Badge> : null}
					{preferred ? <Badge>Last good state</Badge> : null}
				</p>
				<p className="text-[13px] text-muted">
					{deeds[revision.operationKind] ?? revision.operationKind} by {revision.createdBy.name}
					{revision.reason ? `: ${revision.reason}` : ''} ·{' '}
					<TextLink href={`/operations/${revision.operationId}`}>operation</TextLink>
				</p>
				<RevisionNote installId={install.id} revision={revision} />
			</div>
			{isReturnable(revision) && !removed ? (
				<ActionLink href={`/installs/${install.id}/rollback?revision=${revision.number}`} blocked={blocked}>
					{`Roll back to ${revision.version}…`}
				</ActionLink>
			) : null}
		</li>
	);
}

/** How a state came to be. */
const deeds: Readonly<Record<string, string>> = {
	install: 'Installed',
	upgrade: 'Upgraded',
	configure: 'Configured',
	rollback: 'Rolled back',
	recover: 'Recovered',
};
