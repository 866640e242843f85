'use client';

import { useQuery } from '@tanstack/react-query';
import { PackageSearch } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { packQueries } from '@/lib/api-client';
import type { PackList } from '@/lib/contracts/packs';
import { CatalogHealth } from './catalog-health';
import { indexPacks, selectPacks } from './pack-filter';
import { PackFilters } from './pack-filters';
import { PackRow } from './pack-row';
import { useSelection } from './use-selection';

const PAGE = 50;

export function PacksPage() {
	const { data, error, refetch } = useQuery(packQueries.list());
	return (
		<>
			<PageHeader title="Packs" description="What can be installed into this KhalOS, from your sources." />
			{data ? <Packs list={data} /> : null}
			{error && !data ? (
				<ProblemNote title="The packs could not be loaded." error={error} onRetry={() => void refetch()} />
			) : null}
			{!data && !error ? <PacksLoading /> : null}
		</>
	);
}

function Packs({ list }: { list: PackList }) {
	const [selection, choose, reset] = useSelection();
	const [shown, setShown] = useState(PAGE);
	// The box must show the letter at once; the list may follow a moment later.
	const wanted = useDeferredValue(selection);
	const index = useMemo(() => indexPacks(list.packs), [list.packs]);
	const found = useMemo(() => selectPacks(index, wanted), [index, wanted]);
	const left = found.length - shown;
	return (
		<div className="grid gap-4">
			<CatalogHealth health={list.health} />
			<PackFilters
				selection={selection}
				onChange={(change) => {
					setShown(PAGE);
					choose(change);
				}}
				packs={list.packs}
			/>
			<p role="status" className="text-sm text-muted">
				{found.length === list.packs.length ? count(found.length) : `${found.length} of ${count(list.packs.length)}`}
			</p>
			{found.length > 0 ? (
				<Card aria-label="Packs">
					<ul>
						{found.slice(0, shown).map((pack) => (
							<PackRow key={pack.id} pack={pack} />
						))}
					</ul>
				</Card>
			) : (
				<NothingFound list={list} onReset={reset} />
			)}
			{left > 0 ? (
				<Button className="justify-self-center" onClick={() => setShown(shown + PAGE)}>
					Show {Math.min(PAGE, left)} more of {left}
				</Button>
			) : null}
		</div>
	);
}

function NothingFound({ list, onReset }: { list: PackList; onReset: () => void }) {
	if (list.packs.length > 0) {
		return (
			<EmptyState
				icon={<PackageSearch aria-hidden />}
				title="No pack matches."
				actions={<Button onClick={onReset}>Show all packs</Button>}
			>
				Try fewer words, or another filter.
			</EmptyState>
		);
	}
	if (list.health.state !== 'fresh') return null;
	return (
		<EmptyState icon={<PackageSearch aria-hidden />} title="The sources have no packs.">
			They were read, and none of their packages is a pack. See Settings for what each source looks at.
		</EmptyState>
	);
}

function PacksLoading() {
	return (
		<Loading words="Loading the packs…" className="grid gap-4">
			<Skeleton className="h-8 w-64" />
			<Skeleton className="h-9" />
			<Skeleton className="h-5 w-24" />
			<div className="rounded-card border border-line bg-surface">
				{['a', 'b', 'c', 'd', 'e', 'f'].map((row) => (
					<div key={row} className="flex h-[5.5rem] items-center gap-4 border-b border-line px-5 last:border-b-0">
						<Skeleton className="size-10" />
						<div className="grid flex-1 gap-2">
							<Skeleton className="h-4 w-40" />
							<Skeleton className="h-4 w-full max-w-md" />
						</div>
					</div>
				))}
			</div>
		</Loading>
	);
}

function count(packs: number): string {
	return packs === 1 ? '1 pack' : `${packs} packs`;
}
