import type { ReactNode } from 'react';
import { Card, CardHeader } from '@/components/ui/card';
import { Note } from '@/components/ui/note';
import type { Plan } from '@/lib/contracts/plans';

type RemovalListsProps = { plan: Plan; removeSecrets: boolean; removeVolumes: boolean };

/** Three lists that change with the choices below them: deleted, kept, and left for somebody to look after. */
export function RemovalLists({ plan, removeSecrets, removeVolumes }: RemovalListsProps) {
	const { removal, previewProblem } = plan;
	if (removal === null) {
		return (
			<Note
				tone={previewProblem ? 'warning' : 'info'}
				title={
					previewProblem
						? 'The cluster could not be asked what a removal deletes.'
						: 'Nothing of this pack runs in the cluster; only its frontend is taken away.'
				}
				next={previewProblem?.hint}
			>
				{previewProblem?.message}
			</Note>
		);
	}
	const deleted = [
		...removal.deleted,
		...(removeSecrets ? removal.environments : []),
		...(removeVolumes ? removal.volumes : []),
	];
	const orphaned = [...(removeSecrets ? [] : removal.environments), ...(removeVolumes ? [] : removal.volumes)];
	return (
		<Card className="grid lg:grid-cols-3 lg:divide-x lg:divide-line">
			<List title="Deleted" count={deleted.length} empty="Nothing is deleted.">
				{deleted.map((object) => (
					<Item key={object} object={object} />
				))}
			</List>
			<List title="Kept by the chart" count={removal.kept.length} empty="The chart keeps nothing.">
				{removal.kept.map(({ object, reason }) => (
					<Item key={object} object={object} reason={reason} />
				))}
			</List>
			<List title="Left in the cluster" count={orphaned.length} empty="Nothing is left behind.">
				{orphaned.map((object) => (
					<Item key={object} object={object} />
				))}
			</List>
		</Card>
	);
}

type ListProps = { title: string; count: number; empty: string; children: ReactNode };

function List({ title, count, empty, children }: ListProps) {
	return (
		<div className="min-w-0">
			<CardHeader
				title={
					<>
						{title} <span className="font-normal text-muted tabular-nums">{count}</span>
					</>
				}
			/>
			{count === 0 ? (
				<p className="px-5 py-4 text-sm text-muted">{empty}</p>
			) : (
				<ul className="grid max-h-72 gap-1.5 overflow-auto px-5 py-4 text-[13px]">{children}</ul>
			)}
		</div>
	);
}

function Item({ object, reason }: { object: string; reason?: string }) {
	return (
		<li className="min-w-0">
			<code className="break-all">{object}</code>
			{reason ? <span className="block text-muted">{reason}</span> : null}
		</li>
	);
}
