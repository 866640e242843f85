'use client';

import { useQuery } from '@tanstack/react-query';
import {
	CircleCheck,
	CircleDashed,
	CircleSlash,
	CircleX,
	LoaderCircle,
	type LucideIcon,
	PauseCircle,
} from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { AppLink } from '@/components/ui/app-link';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { RelativeTime } from '@/components/ui/relative-time';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import type { Tone } from '@/components/ui/tone';
import { operationQueries } from '@/lib/api-client';
import type { Operation, OperationFilter } from '@/lib/contracts/operations';
import { headline } from './operation-words';

/** Operations that fit `filter`, newest first, each leading to its page. */
export function OperationList({ filter }: { filter: OperationFilter }) {
	const { data, error, refetch } = useQuery(operationQueries.list(filter));
	if (error && !data) {
		return <ProblemNote title="The operations could not be loaded." error={error} onRetry={() => void refetch()} />;
	}
	if (!data) {
		return (
			<Loading words="Loading operations…">
				<SkeletonRows rows={4} className="h-16" />
			</Loading>
		);
	}
	if (data.operations.length === 0) return <p className="text-sm text-muted">No operation yet.</p>;
	return (
		<Card>
			<ul>
				{data.operations.map((operation) => (
					<li key={operation.id} className="border-b border-line last:border-b-0">
						<OperationRow operation={operation} />
					</li>
				))}
			</ul>
		</Card>
	);
}

const looks = {
	queued: { Icon: CircleDashed, tone: 'info', word: 'Waiting' },
	running: { Icon: LoaderCircle, tone: 'info', word: 'Running' },
	succeeded: { Icon: CircleCheck, tone: 'success', word: 'Done' },
	failed: { Icon: CircleX, tone: 'danger', word: 'Failed' },
	cancelled: { Icon: CircleSlash, tone: 'neutral', word: 'Cancelled' },
	interrupted: { Icon: PauseCircle, tone: 'warning', word: 'Interrupted' },
} satisfies Record<Operation['state'], { Icon: LucideIcon; tone: Tone; word: string }>;

/** One operation as a line: what, by whom, when, how it ended, and while it runs the step it is at. */
export function OperationRow({ operation }: { operation: Operation }) {
	const { Icon, tone, word } = looks[operation.state];
	const step = operation.steps.find((each) => each.state === 'running');
	const detail = operation.failure?.message ?? (operation.state === 'running' && step ? step.title : null);
	return (
		<AppLink
			href={`/operations/${operation.id}`}
			className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1.5 px-5 py-3.5 text-sm hover:bg-raised/40 focus-visible:-outline-offset-2"
		>
			<span className="grid min-w-0 flex-1 basis-72 gap-0.5">
				<span className="font-medium">{headline(operation)}</span>
				<span className="text-[13px] text-muted">
					by {operation.requestedBy.name}, <RelativeTime at={operation.createdAt} />
					{detail ? ` · ${detail}` : ''}
				</span>
			</span>
			<Badge
				tone={tone}
				icon={<Icon aria-hidden className={operation.state === 'running' ? 'animate-spin' : undefined} />}
			>
				{word}
			</Badge>
		</AppLink>
	);
}
