'use client';

import { CircleCheck, CircleHelp, type LucideIcon, OctagonX } from 'lucide-react';
import { useState } from 'react';
import { AppLink } from '@/components/ui/app-link';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { cx } from '@/components/ui/cx';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { type Tone, toneText } from '@/components/ui/tone';
import type { MatrixCell } from '@/lib/contracts/matrix';
import type { GridRow, PackGrid } from './upgrade-grid';

const COLUMNS = 6;

/** All installs of one pack against every newer version; a cell leads to the upgrade it talks about. */
export function UpgradeTable({ grid }: { grid: PackGrid }) {
	const [all, setAll] = useState(false);
	const versions = all ? grid.versions : grid.versions.slice(0, COLUMNS);
	return (
		<section className="grid gap-3" aria-labelledby={`pack-${grid.packId}`}>
			<header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
				<h2 id={`pack-${grid.packId}`} className="text-[15px] font-semibold">
					<AppLink href={`/packs/${grid.slug}`} className="hover:underline">
						{grid.packName}
					</AppLink>
				</h2>
				{grid.upToDate > 0 ? <p className="text-[13px] text-muted">{upToDateWords(grid)}</p> : null}
			</header>
			{grid.rows.length > 0 ? (
				<Card className="overflow-hidden">
					<Table caption={`Can ${grid.packName} be upgraded?`}>
						<thead>
							<tr>
								<Th className={nameLook}>Install</Th>
								{versions.map((version) => (
									<Th key={version}>to {version}</Th>
								))}
							</tr>
						</thead>
						<tbody>
							{grid.rows.map((row) => (
								<Row key={row.installId} row={row} shown={versions.length} />
							))}
						</tbody>
					</Table>
				</Card>
			) : null}
			{grid.versions.length > versions.length ? (
				<Button size="small" className="justify-self-start" onClick={() => setAll(true)}>
					Show all {grid.versions.length} newer versions
				</Button>
			) : null}
			<Reasons reasons={grid.reasons} />
		</section>
	);
}

/** The first column stays while the versions move below it on narrow screens. */
const nameLook = 'sticky left-0 z-10 w-56 min-w-40 bg-surface';

function Row({ row, shown }: { row: GridRow; shown: number }) {
	return (
		<Tr>
			<Td className={nameLook}>
				<AppLink href={`/installs/${row.installId}`} className="font-medium break-all hover:underline">
					{row.name}
				</AppLink>
				<div className="text-[13px] text-muted">runs {row.version}</div>
			</Td>
			{row.cells.slice(0, shown).map((cell, column) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: columns have a place, and empty ones have no other name.
				<Td key={column}>{cell === null ? <Nothing /> : <Cell row={row} cell={cell} />}</Td>
			))}
		</Tr>
	);
}

const looks = {
	safe: { Icon: CircleCheck, tone: 'success' },
	answers: { Icon: CircleHelp, tone: 'warning' },
	blocked: { Icon: OctagonX, tone: 'danger' },
} satisfies Record<MatrixCell['state'], { Icon: LucideIcon; tone: Tone }>;

function Cell({ row, cell }: { row: GridRow; cell: MatrixCell }) {
	const { Icon, tone } = looks[cell.state];
	const words = cellWords(cell);
	return (
		<span className="grid min-w-28 gap-0.5 whitespace-nowrap">
			<AppLink
				href={`/installs/${row.installId}/upgrade?version=${encodeURIComponent(cell.version)}`}
				aria-label={`${row.name} to ${cell.version}: ${words}`}
				title={cell.blockedBy.join('\n') || undefined}
				className={cx('inline-flex w-fit items-center gap-1.5 font-medium hover:underline', toneText[tone])}
			>
				<Icon aria-hidden className="size-4 shrink-0" />
				{words}
			</AppLink>
			<span className="text-[13px] text-muted">{cell.badge.text}</span>
			{cell.deprecations.length > 0 ? (
				<span className="text-[13px] text-warning" title={cell.deprecations.join('\n')}>
					deprecated
				</span>
			) : null}
		</span>
	);
}

function Nothing() {
	return (
		<span className="text-muted">
			<span aria-hidden>–</span>
			<span className="sr-only">not newer</span>
		</span>
	);
}

function Reasons({ reasons }: { reasons: PackGrid['reasons'] }) {
	if (reasons.length === 0) return null;
	return (
		<ul className="grid gap-1 text-[13px] text-muted">
			{reasons.map(({ version, sentence }) => (
				<li key={`${version} ${sentence}`}>
					<span className="font-medium text-ink">{version}</span> {sentence}
				</li>
			))}
		</ul>
	);
}

function cellWords({ state, answers }: MatrixCell): string {
	if (state === 'safe') return 'Safe';
	if (state === 'blocked') return 'Blocked';
	return answers === 1 ? '1 decision' : `${answers} decisions`;
}

function upToDateWords({ upToDate, rows }: PackGrid): string {
	const installs = upToDate === 1 ? '1 install runs' : `${upToDate} installs run`;
	return rows.length === 0
		? `${installs} the newest version`
		: `${installs} the newest version and ${upToDate === 1 ? 'is' : 'are'} not listed`;
}
