import { ChevronRight } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { AlarmMarks } from '@/components/installs/alarm-marks';
import { ContractBadge } from '@/components/installs/contract-badge';
import { StatusBadge } from '@/components/installs/status-badge';
import { OperationRow } from '@/components/operations/operation-list';
import { AppLink } from '@/components/ui/app-link';
import { ButtonLink } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import type { Home } from '@/lib/contracts/home';
import type { InstallSummary } from '@/lib/contracts/installs';

export function Active({ operations }: { operations: Home['active'] }) {
	return (
		<Stack title="Going on now" count={operations.length}>
			{operations.map((operation) => (
				<li key={operation.id} className={rowLook}>
					<OperationRow operation={operation} />
				</li>
			))}
		</Stack>
	);
}

export function Broken({ items }: { items: Home['broken'] }) {
	return (
		<Stack title="Broken" count={items.length}>
			{items.map(({ install, sentence }) => (
				<Row
					key={install.id}
					install={install}
					badge={<StatusBadge status={install.status} />}
					sentence={sentence}
					action={
						<ButtonLink size="small" variant="primary" href={`/installs/${install.id}`}>
							See what to do
						</ButtonLink>
					}
				/>
			))}
		</Stack>
	);
}

/** What needs a person's judgement; other bytes under a version that runs come before any upgrade. */
export function Decide({ items, alarms }: { items: Home['decide']; alarms: Home['alarms'] }) {
	return (
		<Stack title="Decide" count={alarms.length + items.length}>
			{alarms.map(({ install, alarm }) => (
				<Row
					key={`${install.id} ${alarm.id}`}
					install={install}
					badge={<AlarmMarks alarms={[alarm]} />}
					sentence={alarm.sentence}
					action={
						<ButtonLink size="small" variant="primary" href={`/installs/${install.id}`}>
							See what to do
						</ButtonLink>
					}
				/>
			))}
			{items.map(({ install, toVersion, badge, sentence }) => (
				<Row
					key={install.id}
					install={install}
					badge={<ContractBadge badge={badge} />}
					sentence={sentence}
					action={
						<ButtonLink size="small" variant="primary" href={upgradeHref(install, toVersion)}>
							Review {toVersion}
						</ButtonLink>
					}
				/>
			))}
		</Stack>
	);
}

export function Ready({ items }: { items: Home['ready'] }) {
	return (
		<Stack title="Ready" count={items.length}>
			{items.map(({ install, toVersion, badge }) => (
				<Row
					key={install.id}
					install={install}
					badge={<ContractBadge badge={badge} />}
					sentence={`${install.status.runningVersion ?? install.version ?? 'Nothing'} runs, ${toVersion} is available.`}
					action={
						<ButtonLink size="small" href={upgradeHref(install, toVersion)}>
							Upgrade to {toVersion}
						</ButtonLink>
					}
				/>
			))}
		</Stack>
	);
}

/** What needs nobody, folded away: its number is the news. */
export function Quiet({ installs, alone }: { installs: Home['quiet']; alone: boolean }) {
	if (installs.length === 0) return null;
	return (
		<details open={alone && installs.length <= 12} className="group">
			<summary className="flex w-fit items-center gap-1.5 rounded text-[15px] font-semibold">
				<ChevronRight aria-hidden className="size-4 text-muted transition-transform group-open:rotate-90" />
				Quiet
				<span className="font-normal text-muted tabular-nums">{installs.length}</span>
			</summary>
			<Card className="mt-3">
				<ul>
					{installs.map((install) => (
						<Row
							key={install.id}
							install={install}
							badge={
								<>
									<StatusBadge status={install.status} />
									<AlarmMarks alarms={install.alarms} />
								</>
							}
							sentence={install.status.runningVersion ?? install.version}
							action={null}
						/>
					))}
				</ul>
			</Card>
		</details>
	);
}

const rowLook = 'border-b border-line last:border-b-0';

function Stack({ title, count, children }: { title: string; count: number; children: ReactNode }) {
	const id = useId();
	if (count === 0) return null;
	return (
		<section aria-labelledby={id} className="grid gap-3">
			<h2 id={id} className="text-[15px] font-semibold">
				{title} <span className="font-normal text-muted tabular-nums">{count}</span>
			</h2>
			<Card>
				<ul>{children}</ul>
			</Card>
		</section>
	);
}

type RowProps = { install: InstallSummary; badge: ReactNode; sentence: string | null; action: ReactNode };

function Row({ install, badge, sentence, action }: RowProps) {
	return (
		<li className={`${rowLook} flex flex-wrap items-center justify-between gap-x-5 gap-y-3 px-5 py-4`}>
			<div className="grid min-w-0 flex-1 basis-72 gap-1">
				<p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
					<AppLink href={`/installs/${install.id}`} className="font-medium hover:underline">
						{install.packName}
					</AppLink>
					<span className="text-[13px] break-all text-muted">
						{install.namespace}/{install.release}
					</span>
					{badge}
				</p>
				{sentence ? <p className="text-sm text-muted">{sentence}</p> : null}
			</div>
			{action}
		</li>
	);
}

function upgradeHref(install: InstallSummary, version: string): string {
	return `/installs/${install.id}/upgrade?version=${encodeURIComponent(version)}`;
}
