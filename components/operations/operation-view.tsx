'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Digest } from '@/components/ui/code';
import { KeyValues } from '@/components/ui/key-values';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { absoluteTime, duration, RelativeTime } from '@/components/ui/relative-time';
import type { Operation, OperationView as View } from '@/lib/contracts/operations';
import { BlockerCard } from './blocker-card';
import { CancelOperation } from './cancel-operation';
import { OperationLog } from './operation-log';
import { OperationOutcome } from './operation-outcome';
import { announcement, headline, isFinished, kindWord } from './operation-words';
import { StepList } from './step-list';
import { useClock } from './use-clock';

type OperationViewProps = { view: View; onStarted: (operation: Operation) => void };

/** Everything known about one operation, in the order a worried person asks: what, how far, what is wrong, what now. */
export function OperationView({ view: { operation, lines }, onStarted }: OperationViewProps) {
	const finished = isFinished(operation);
	const blocker = operation.blocker ?? operation.failure?.blocker ?? null;
	return (
		<>
			<PageHeader
				crumbs={[
					{ label: 'Installs', href: '/installs' },
					{ label: operation.packName, href: `/installs/${operation.installId}` },
					{ label: kindWord[operation.kind] },
				]}
				title={headline(operation)}
				description={<Origin operation={operation} finished={finished} />}
				actions={finished ? null : <CancelOperation operation={operation} />}
			/>
			<Announcer text={announcement(operation)} />
			<div className="grid gap-5">
				<OperationOutcome operation={operation} onStarted={onStarted} />
				{operation.state === 'interrupted' ? <Interrupted operation={operation} /> : null}
				{blocker && operation.state !== 'succeeded' ? (
					<BlockerCard
						blocker={blocker}
						stage={finished ? 'over' : 'watching'}
						said={operation.failure?.message ?? null}
					/>
				) : null}
				<Card aria-label="Steps">
					<CardHeader title="Steps" description={finished ? null : 'You can close this tab. The work goes on.'} />
					<CardBody>
						<StepList steps={operation.steps} finished={finished} />
					</CardBody>
				</Card>
				<OperationLog lines={lines} />
				<Facts operation={operation} />
			</div>
		</>
	);
}

/** "started by Ana 12 s ago", or how long it took once it is over. */
function Origin({ operation, finished }: { operation: Operation; finished: boolean }) {
	const now = useClock(!finished);
	const started = operation.startedAt ?? operation.createdAt;
	if (finished && operation.finishedAt !== null) {
		const took = duration(Date.parse(operation.finishedAt) - Date.parse(started));
		return (
			<>
				Started by {operation.requestedBy.name}, took {took}, ended <RelativeTime at={operation.finishedAt} />
			</>
		);
	}
	return (
		<>
			Started by {operation.requestedBy.name}{' '}
			<time dateTime={operation.createdAt} title={absoluteTime(operation.createdAt)} className="tabular-nums">
				{now === null ? absoluteTime(operation.createdAt) : `${duration(now - Date.parse(operation.createdAt))} ago`}
			</time>
		</>
	);
}

function Interrupted({ operation }: { operation: Operation }) {
	return (
		<Note tone="warning" title="Interrupted" next="Nothing to do: it continues by itself within about a minute.">
			The server that worked on this stopped in the middle
			{operation.attempt > 1 ? ` (attempt ${operation.attempt})` : ''}. Finished steps are kept and will not be done
			twice.
		</Note>
	);
}

function Facts({ operation }: { operation: Operation }) {
	const items: { label: string; value: ReactNode }[] = [
		{ label: 'Release', value: <code>{`${operation.namespace}/${operation.release}`}</code> },
		{ label: 'Asked for', value: `${absoluteTime(operation.createdAt)} by ${operation.requestedBy.name}` },
	];
	if (operation.reason) items.push({ label: 'Reason', value: operation.reason });
	if (operation.attempt > 1) items.push({ label: 'Attempt', value: operation.attempt });
	if (operation.planHash) {
		items.push({ label: 'Plan', value: <Digest value={operation.planHash} label="plan hash" /> });
	}
	items.push({ label: 'Operation', value: <code className="text-xs">{operation.id}</code> });
	return (
		<Card aria-label="Facts" className="p-5">
			<KeyValues items={items} className="sm:items-baseline" />
		</Card>
	);
}

const CALM_MS = 1200;

/** Reads out steps and outcomes, not lines: what changes again within a moment is never said. */
function Announcer({ text }: { text: string }) {
	const [said, setSaid] = useState('');
	useEffect(() => {
		const timer = setTimeout(() => setSaid(text), CALM_MS);
		return () => clearTimeout(timer);
	}, [text]);
	return (
		<p role="status" className="sr-only">
			{said}
		</p>
	);
}
