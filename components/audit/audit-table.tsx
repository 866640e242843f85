'use client';

import { Card } from '@/components/ui/card';
import { Digest } from '@/components/ui/code';
import { absoluteTime } from '@/components/ui/relative-time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { AuditEntry } from '@/lib/contracts/audit';

const via = {
	browser: 'in the browser',
	cli: 'on the command line',
	worker: 'in the background',
	system: 'by itself',
} satisfies Record<AuditEntry['via'], string>;

type AuditTableProps = { events: readonly AuditEntry[]; onSubject: (subject: string) => void };

export function AuditTable({ events, onSubject }: AuditTableProps) {
	return (
		<Card className="overflow-hidden">
			<Table caption="Audit trail, newest first">
				<thead>
					<tr>
						<Th className="hidden sm:table-cell">No.</Th>
						<Th>What happened</Th>
						<Th className="hidden md:table-cell">About</Th>
						<Th className="hidden lg:table-cell">Hash</Th>
					</tr>
				</thead>
				<tbody>
					{events.map((event) => (
						<Tr key={event.seq}>
							<Td className="hidden text-muted tabular-nums sm:table-cell">{event.seq}</Td>
							<Td>
								<p className="break-words">{event.summary}</p>
								<p className="text-[13px] text-muted">
									<time dateTime={event.at}>{absoluteTime(event.at)}</time>, {event.actor.name}, {via[event.via]}
								</p>
								<Facts data={event.data} />
							</Td>
							<Td className="hidden max-w-56 md:table-cell">
								<button
									type="button"
									title={`Show only what is about ${event.subject}`}
									onClick={() => onSubject(event.subject)}
									className="max-w-full truncate rounded text-left font-mono text-xs text-copper-text underline decoration-copper/40 underline-offset-4 hover:decoration-copper"
								>
									{event.subject}
								</button>
							</Td>
							<Td className="hidden lg:table-cell">
								<Digest value={event.hash} label="hash of this entry" />
							</Td>
						</Tr>
					))}
				</tbody>
			</Table>
		</Card>
	);
}

/** What the entry carries besides its sentence: names and digests, never values of secrets. */
function Facts({ data }: Pick<AuditEntry, 'data'>) {
	if (Object.keys(data).length === 0) return null;
	return (
		<details className="mt-1 text-[13px]">
			<summary className="w-fit text-muted underline decoration-dotted underline-offset-4">Recorded facts</summary>
			<pre className="mt-2 max-h-72 max-w-[70vw] overflow-auto rounded-control bg-sunken p-3 text-xs break-words whitespace-pre-wrap">
				{JSON.stringify(data, null, 2)}
			</pre>
		</details>
	);
}
