'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowUpCircle } from 'lucide-react';
import { useState } from 'react';
import { UnreadNote } from '@/components/layout/page-state';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import { installQueries } from '@/lib/api-client';
import type { UpgradeMatrix } from '@/lib/contracts/matrix';
import { gridSummary, packGrids } from './upgrade-grid';
import { UpgradeTable } from './upgrade-table';

/** "Can I upgrade?": every install against every newer version, from what is known, without asking any cluster. */
export function UpgradesPage() {
	const { data, error, refetch } = useQuery(installQueries.matrix());
	return (
		<>
			<PageHeader
				title="Can I upgrade?"
				crumbs={[{ label: 'Installs', href: '/installs' }, { label: 'Can I upgrade?' }]}
				description="Every install against every newer version, judged by the configuration contract. What the cluster says is in the plan of the upgrade."
			/>
			<UnreadNote what="The comparison" seen={data !== undefined} error={error} onRetry={() => void refetch()} />
			{data ? <Matrix matrix={data} /> : null}
			{!data && !error ? (
				<Loading words="Comparing every install with every newer version…">
					<SkeletonRows rows={4} className="h-24" />
				</Loading>
			) : null}
		</>
	);
}

/** Up to this many rows are looked through faster than searched. */
const FEW = 8;

function Matrix({ matrix }: { matrix: UpgradeMatrix }) {
	const [q, setQ] = useState('');
	if (matrix.rows.length === 0) {
		return (
			<EmptyState
				icon={<ArrowUpCircle aria-hidden />}
				title="Nothing runs yet"
				actions={
					<ButtonLink variant="primary" href="/packs">
						Choose a pack
					</ButtonLink>
				}
			>
				Once a pack is installed, this page says which newer versions it can go to.
			</EmptyState>
		);
	}
	const grids = packGrids(matrix, q);
	return (
		<div className="grid gap-7">
			<div className="grid gap-3">
				{matrix.rows.length > FEW ? (
					<search>
						<Input
							type="search"
							aria-label="Search installs"
							placeholder="Search by pack, namespace or release"
							className="sm:max-w-sm"
							value={q}
							onChange={(event) => setQ(event.target.value)}
						/>
					</search>
				) : null}
				<p role="status" className="text-sm text-muted">
					{summaryWords(gridSummary(matrix))}
				</p>
			</div>
			{grids.length === 0 ? (
				<EmptyState title="No install fits this search">Search for a pack, a namespace or a release.</EmptyState>
			) : (
				grids.map((grid) => <UpgradeTable key={grid.packId} grid={grid} />)
			)}
		</div>
	);
}

function summaryWords({ safe, answers, blocked, none }: ReturnType<typeof gridSummary>): string {
	const parts = [
		said(safe, 'safe'),
		said(answers, answers === 1 ? 'needs decisions' : 'need decisions'),
		said(blocked, 'blocked'),
		said(none, 'at the newest version'),
	].filter((part) => part !== null);
	return `Going to the newest version of each pack: ${parts.join(', ')}.`;
}

function said(count: number, words: string): string | null {
	return count === 0 ? null : `${count} ${words}`;
}
