import { KeyRound } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { absoluteTime } from '@/components/ui/relative-time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { ConfigEntry } from '@/lib/contracts/installs';

type Plain = Extract<ConfigEntry, { kind: 'plain' }>;
type SecretEntry = Extract<ConfigEntry, { kind: 'secret' }>;

const origins = {
	answer: 'Set here',
	instance: 'From the platform',
	pack: 'From the pack',
	default: 'Default',
} satisfies Record<Plain['origin'], string>;

/** The configuration of the current revision: plain values in clear, of a secret only whether, by whom and when. */
export function ConfigurationView({ entries }: { entries: readonly ConfigEntry[] }) {
	if (entries.length === 0) {
		return <p className="text-sm text-muted">This pack asks for no configuration.</p>;
	}
	return (
		<Card className="overflow-hidden">
			<Table caption="Configuration">
				<thead>
					<tr>
						<Th>Key</Th>
						<Th>Value</Th>
						<Th className="hidden md:table-cell">Origin</Th>
					</tr>
				</thead>
				<tbody>
					{entries.map((entry) => (
						<Tr key={entry.key}>
							<Td className="w-1/2">
								<code className="text-[13px] break-all">{entry.key}</code>
								{entry.description ? <div className="text-[13px] text-muted">{entry.description}</div> : null}
							</Td>
							<Td>{entry.kind === 'plain' ? <PlainValue entry={entry} /> : <SecretState entry={entry} />}</Td>
							<Td className="hidden whitespace-nowrap text-muted md:table-cell">
								{entry.kind === 'plain' ? origins[entry.origin] : 'Secret'}
							</Td>
						</Tr>
					))}
				</tbody>
			</Table>
		</Card>
	);
}

function PlainValue({ entry }: { entry: Plain }) {
	if (entry.value === '') return <span className="text-muted">empty</span>;
	return (
		<>
			<code className="text-[13px] break-all whitespace-pre-wrap">{entry.value}</code>
			{entry.hidden ? (
				<div className="text-[13px] text-warning">
					The part with a credential is not shown. It is stored in clear: replace it to store it as a secret.
				</div>
			) : null}
		</>
	);
}

/** Words in place of a value. Dots would look like one, and would be taken for its length. */
function SecretState({ entry }: { entry: SecretEntry }) {
	if (entry.state === 'not-set') return <span className="text-muted">not set</span>;
	if (entry.state === 'needs-re-entry') {
		return (
			<Badge tone="warning" icon={<KeyRound aria-hidden />}>
				needs re-entry
			</Badge>
		);
	}
	return (
		<span>
			<KeyRound aria-hidden className="mr-1.5 inline size-3.5 text-muted" />
			set
			{entry.setBy ? ` by ${entry.setBy.name}` : ''}
			{entry.setAt ? (
				<>
					,{' '}
					<time dateTime={entry.setAt} title={absoluteTime(entry.setAt)} className="whitespace-nowrap">
						{day(entry.setAt)}
					</time>
				</>
			) : null}
		</span>
	);
}

function day(at: string): string {
	return new Date(at).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });
}
