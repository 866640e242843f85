'use client';

import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { UnreadNote } from '@/components/layout/page-state';
import { Button, ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { PageHeader } from '@/components/ui/page-header';
import { Select } from '@/components/ui/select';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import { installQueries } from '@/lib/api-client';
import type { InstallSummary } from '@/lib/contracts/installs';
import { filterChoices, filterInstalls, type InstallFilter, readFilter, writeFilter } from './install-filter';
import { InstallTable } from './install-table';

/** Every install, with what was asked for, what runs, and who is doing something right now. */
export function InstallsPage() {
	const { data, error, refetch } = useQuery(installQueries.list());
	return (
		<>
			<PageHeader
				title="Installs"
				description="Packs on your KhalOS instance: what was asked for and what runs."
				actions={
					<>
						<ButtonLink href="/installs/upgrades">Can I upgrade?</ButtonLink>
						<ButtonLink href="/packs">Install a pack</ButtonLink>
					</>
				}
			/>
			<UnreadNote what="The installs" seen={data !== undefined} error={error} onRetry={() => void refetch()} />
			{data ? <Installs installs={data.installs} /> : null}
			{!data && !error ? (
				<Loading words="Loading installs…">
					<SkeletonRows rows={6} className="h-16" />
				</Loading>
			) : null}
		</>
	);
}

const PAGE = 100;

function Installs({ installs }: { installs: readonly InstallSummary[] }) {
	const filter = readFilter(useSearchParams());
	const [limit, setLimit] = useState(PAGE);
	if (installs.length === 0) {
		return (
			<EmptyState
				icon={<Boxes aria-hidden />}
				title="Nothing is installed yet"
				actions={
					<ButtonLink variant="primary" href="/packs">
						Choose a pack
					</ButtonLink>
				}
			>
				Choose a pack, answer its questions, look at the plan, and install it.
			</EmptyState>
		);
	}
	const shown = filterInstalls(installs, filter);
	return (
		<div className="grid gap-4">
			<Filters filter={filter} />
			<p role="status" className="text-sm text-muted">
				{shown.length === 1 ? '1 install' : `${shown.length} installs`} of {installs.length}
				{filter.group === 'all' && filter.q === '' && shown.length < installs.length
					? '; removed ones are not shown'
					: ''}
			</p>
			{shown.length === 0 ? (
				<EmptyState title="No install fits this filter" actions={<ButtonLink href="/installs">Show all</ButtonLink>} />
			) : (
				<InstallTable installs={shown.slice(0, limit)} />
			)}
			{shown.length > limit ? (
				<Button className="justify-self-center" onClick={() => setLimit(limit + PAGE)}>
					Show {Math.min(PAGE, shown.length - limit)} more
				</Button>
			) : null}
		</div>
	);
}

function Filters({ filter }: { filter: InstallFilter }) {
	/** The address is the state; the router picks replaceState up without asking the server. */
	function change(next: Partial<InstallFilter>) {
		window.history.replaceState(null, '', writeFilter({ ...filter, ...next }));
	}
	return (
		<search className="flex flex-wrap gap-2">
			<Input
				type="search"
				aria-label="Search installs"
				placeholder="Search by pack, namespace or release"
				className="basis-full sm:max-w-sm sm:flex-1 sm:basis-auto"
				value={filter.q}
				onChange={(event) => change({ q: event.target.value })}
			/>
			<Select
				aria-label="Which installs"
				className="w-full sm:w-56"
				value={filter.group}
				onChange={(event) =>
					change({ group: filterChoices.find(({ value }) => value === event.target.value)?.value ?? 'all' })
				}
			>
				{filterChoices.map((choice) => (
					<option key={choice.value} value={choice.value}>
						{choice.text}
					</option>
				))}
			</Select>
		</search>
	);
}
