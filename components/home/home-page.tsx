'use client';

import { useQuery } from '@tanstack/react-query';
import { UnreadNote } from '@/components/layout/page-state';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { RelativeTime } from '@/components/ui/relative-time';
import { Loading, Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { installQueries } from '@/lib/api-client';
import type { Home } from '@/lib/contracts/home';
import { FirstRun } from './first-run';
import { Active, Broken, Decide, Quiet, Ready } from './stacks';

/** "Needs you": what is broken, what needs a decision, what is ready, and a count of what needs nothing. */
export function HomePage() {
	const { data, error, refetch } = useQuery(installQueries.home());
	return (
		<>
			<PageHeader title="Needs you" description={data ? summary(data) : 'What waits for a person.'} />
			<UnreadNote what="This page" seen={data !== undefined} error={error} onRetry={() => void refetch()} />
			{data ? <Inbox home={data} /> : null}
			{!data && !error ? (
				<Loading words="Loading what needs you…" className="grid gap-5">
					<Skeleton className="h-6 w-28" />
					<SkeletonRows rows={3} className="h-20" />
				</Loading>
			) : null}
		</>
	);
}

function Inbox({ home }: { home: Home }) {
	const toDecide = home.alarms.length + home.decide.length;
	const installs = home.broken.length + toDecide + home.ready.length + home.quiet.length;
	return (
		<div className="grid gap-7">
			<Sources health={home.health} />
			<Active operations={home.active} />
			{installs === 0 && home.active.length === 0 ? <FirstRun packs={home.packs} health={home.health} /> : null}
			<Broken items={home.broken} />
			<Decide items={home.decide} alarms={home.alarms} />
			<Ready items={home.ready} />
			<Quiet installs={home.quiet} alone={home.broken.length + toDecide + home.ready.length === 0} />
		</div>
	);
}

/** Updates are only as true as the last sync; say when that is old. */
function Sources({ health }: { health: Home['health'] }) {
	if (health.state !== 'stale') return null;
	return (
		<Note tone="warning" title="The packs could not be refreshed, so newer versions may be missing." next={health.hint}>
			{health.problem}{' '}
			{health.lastGoodSyncAt ? (
				<>
					Last good sync <RelativeTime at={health.lastGoodSyncAt} />.
				</>
			) : null}
		</Note>
	);
}

function summary(home: Home): string {
	const parts = [
		count(home.broken.length, 'broken'),
		count(home.alarms.length + home.decide.length, 'to decide'),
		count(home.ready.length, 'ready to upgrade'),
	].filter((part) => part !== null);
	if (parts.length > 0) return `${parts.join(', ')}.`;
	if (home.active.length > 0) return 'Nothing needs a decision. Something is going on.';
	return home.quiet.length === 0 ? 'Nothing is installed yet.' : 'Nothing needs you right now.';
}

function count(number: number, words: string): string | null {
	return number === 0 ? null : `${number} ${words}`;
}
