import { ArrowUpCircle } from 'lucide-react';
import { AppLink, TextLink } from '@/components/ui/app-link';
import { Card } from '@/components/ui/card';
import { RelativeTime } from '@/components/ui/relative-time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { InstallSummary } from '@/lib/contracts/installs';
import { ActiveOperationLink } from './active-operation';
import { AlarmMarks } from './alarm-marks';
import { StatusBadge } from './status-badge';
import { VersionFacts } from './version-facts';

const wide = 'hidden md:table-cell';

/** One row per install. On narrow screens state and version move below the name, so that nothing scrolls sideways. */
export function InstallTable({ installs }: { installs: readonly InstallSummary[] }) {
	return (
		<Card className="overflow-hidden">
			<Table caption="Installs">
				<thead>
					<tr>
						<Th>Pack</Th>
						<Th className={wide}>State</Th>
						<Th className={wide}>Version</Th>
						<Th className={wide}>Last change</Th>
					</tr>
				</thead>
				<tbody>
					{installs.map((install) => (
						<Row key={install.id} install={install} />
					))}
				</tbody>
			</Table>
		</Card>
	);
}

function Row({ install }: { install: InstallSummary }) {
	const state = (
		<span className="grid justify-items-start gap-1.5">
			<StatusBadge status={install.status} />
			{install.activeOperation ? (
				<ActiveOperationLink operation={install.activeOperation} />
			) : install.status.reason ? (
				<span className="line-clamp-2 max-w-md text-[13px] text-muted">{install.status.reason}</span>
			) : null}
		</span>
	);
	const version = (
		<span className="grid gap-1">
			<VersionFacts status={install.status} />
			<UpdateLink install={install} />
			<AlarmMarks alarms={install.alarms} />
		</span>
	);
	return (
		<Tr>
			<Td>
				<AppLink href={`/installs/${install.id}`} className="font-medium hover:underline">
					{install.packName}
				</AppLink>
				<div className="text-[13px] break-all text-muted">
					{install.namespace}/{install.release}
				</div>
				<div className="mt-2 grid gap-2 md:hidden">
					{state}
					{version}
				</div>
			</Td>
			<Td className={wide}>{state}</Td>
			<Td className={wide}>{version}</Td>
			<Td className={`${wide} whitespace-nowrap`}>
				<RelativeTime at={install.changedAt} />
				<div className="text-[13px] text-muted">by {install.changedBy.name}</div>
			</Td>
		</Tr>
	);
}

function UpdateLink({ install }: { install: InstallSummary }) {
	if (install.updateAvailable === null || install.activeOperation !== null) return null;
	return (
		<TextLink
			href={`/installs/${install.id}/upgrade?version=${encodeURIComponent(install.updateAvailable)}`}
			className="inline-flex items-center gap-1.5 text-[13px] whitespace-nowrap"
		>
			<ArrowUpCircle aria-hidden className="size-3.5 shrink-0" />
			{install.updateAvailable} available
		</TextLink>
	);
}
