'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button, ButtonLink } from '@/components/ui/button';
import { Digest } from '@/components/ui/code';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { KeyValues } from '@/components/ui/key-values';
import { Note } from '@/components/ui/note';
import { RelativeTime } from '@/components/ui/relative-time';
import { api, installQueries } from '@/lib/api-client';
import type { Alarm, InstallSummary } from '@/lib/contracts/installs';
import { adoptPath, alarmWords, comparePath } from './alarm-words';

type AlarmNoteProps = { install: InstallSummary; alarm: Alarm };

/** What a person has to know about where the running version came from, and the ways on. */
export function AlarmNote({ install, alarm }: AlarmNoteProps) {
	const words = alarmWords[alarm.kind];
	return (
		<Note
			tone={words.tone}
			title={alarm.sentence}
			next={words.next}
			actions={
				<>
					{alarm.kind === 'tag-moved' ? (
						<ButtonLink size="small" variant="primary" href={comparePath(install, alarm)}>
							Compare the bytes
						</ButtonLink>
					) : null}
					{alarm.kind === 'replaced' ? (
						<ButtonLink size="small" variant="primary" href={adoptPath(install, alarm)}>
							Plan the new bytes
						</ButtonLink>
					) : null}
					{alarm.kind === 'vanished' || alarm.kind === 'deprecated' ? (
						<ButtonLink size="small" href={comparePath(install, alarm)}>
							See other versions
						</ButtonLink>
					) : null}
					<Settle install={install} alarm={alarm} />
				</>
			}
		>
			<div className="grid gap-2.5">
				<p>
					{words.meaning}
					{alarm.since ? (
						<>
							{' '}
							{words.seen} <RelativeTime at={alarm.since} />.
						</>
					) : null}
				</p>
				{alarm.digests ? (
					<KeyValues
						className="sm:items-baseline"
						items={[
							{ label: 'Runs here', value: <Digest value={alarm.digests.running} label="digest that runs" /> },
							{ label: words.other, value: <Digest value={alarm.digests.published} label="published digest" /> },
						]}
					/>
				) : null}
			</div>
		</Note>
	);
}

/** Notices an admin has taken note of, folded away; each can be raised again. */
export function SettledAlarms({ install, alarms }: { install: InstallSummary; alarms: readonly Alarm[] }) {
	const decide = useDecision(install);
	const denied = usePermission('installs:write', 'change installs');
	if (alarms.length === 0) return null;
	return (
		<details className="text-sm text-muted">
			<summary className="w-fit cursor-pointer rounded">
				{alarms.length === 1 ? '1 settled notice' : `${alarms.length} settled notices`}
			</summary>
			<ul className="mt-3 grid gap-3">
				{alarms.map((alarm) => (
					<li key={alarm.id} className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2">
						<span className="min-w-0 flex-1 basis-72">{alarm.sentence}</span>
						<Button
							size="small"
							variant="quiet"
							disabledReason={denied}
							busy={decide.isPending ? 'Raising…' : null}
							onClick={() => decide.mutate({ id: alarm.id, settled: false, reason: null })}
						>
							Raise again
						</Button>
					</li>
				))}
			</ul>
			{decide.error ? <ProblemNote className="mt-3" title="The notice was not raised." error={decide.error} /> : null}
		</details>
	);
}

/** One deliberate step: what it means, why (for the audit), and the verb. */
function Settle({ install, alarm }: AlarmNoteProps) {
	const [asking, setAsking] = useState(false);
	const [reason, setReason] = useState('');
	const denied = usePermission('installs:write', 'settle notices');
	const decide = useDecision(install, () => setAsking(false));
	const words = alarmWords[alarm.kind];
	return (
		<>
			<Button size="small" variant="quiet" disabledReason={denied} onClick={() => setAsking(true)}>
				Settle…
			</Button>
			<Dialog
				open={asking}
				onClose={() => setAsking(false)}
				title="Settle this notice?"
				description={words.settling}
				actions={
					<>
						<Button onClick={() => setAsking(false)}>Keep it</Button>
						<Button
							variant="primary"
							busy={decide.isPending ? 'Settling…' : null}
							onClick={() =>
								decide.mutate({ id: alarm.id, settled: true, reason: reason.trim() === '' ? null : reason.trim() })
							}
						>
							Settle it
						</Button>
					</>
				}
			>
				<Field label="Why" aside="optional" description="Kept in the audit.">
					{(control) => (
						<Input {...control} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
					)}
				</Field>
				{decide.error ? <ProblemNote title="The notice was not settled." error={decide.error} /> : null}
			</Dialog>
		</>
	);
}

function useDecision(install: InstallSummary, onDone: () => void = () => {}) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (alarm: { id: string; settled: boolean; reason: string | null }) =>
			api.installs.patch(install.id, { alarm }),
		onSuccess: async () => {
			onDone();
			await client.invalidateQueries({ queryKey: installQueries.all });
		},
	});
}
