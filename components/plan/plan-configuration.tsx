import { KeyRound } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { Tone } from '@/components/ui/tone';
import type { Plan } from '@/lib/contracts/plans';
import { PlanSection } from './plan-section';

type Row = Plan['configuration'][number];

const states = {
	added: { tone: 'success', words: 'new' },
	changed: { tone: 'warning', words: 'changed' },
	removed: { tone: 'danger', words: 'removed' },
	missing: { tone: 'danger', words: 'missing' },
	unchanged: { tone: 'neutral', words: 'unchanged' },
} satisfies Record<Row['state'], { tone: Tone; words: string }>;

const origins: Readonly<Record<string, string>> = {
	answer: 'your answer',
	instance: 'set for all packs',
	pack: 'given by the pack',
	default: 'default',
	kept: 'kept',
	'was plain': 'was stored in clear until now',
};

/** The configuration as the containers will get it. Unchanged rows are one folded line when there are others. */
export function PlanConfiguration({ plan }: { plan: Pick<Plan, 'configuration' | 'kind'> }) {
	const rows = plan.configuration;
	const moving = plan.kind === 'install' ? rows : rows.filter(({ state }) => state !== 'unchanged');
	const still = plan.kind === 'install' ? [] : rows.filter(({ state }) => state === 'unchanged');
	return (
		<PlanSection id="result" title="The configuration as it will be" flush>
			{rows.length === 0 ? <p className="px-5 py-4 text-sm text-muted">The pack asks for nothing.</p> : null}
			{moving.length > 0 ? <Rows rows={moving} showState={plan.kind !== 'install'} /> : null}
			{still.length > 0 ? (
				<details className="border-t border-line first:border-t-0">
					<summary className="px-5 py-3 text-sm text-muted hover:text-ink">
						{still.length === 1 ? '1 value stays as it is' : `${still.length} values stay as they are`}
					</summary>
					<Rows rows={still} showState={false} />
				</details>
			) : null}
		</PlanSection>
	);
}

function Rows({ rows, showState }: { rows: readonly Row[]; showState: boolean }) {
	return (
		<Table caption={showState ? 'Configuration that changes' : 'Configuration as it will be'}>
			<thead>
				<tr>
					<Th>Key</Th>
					<Th>Value</Th>
					<Th>From</Th>
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<Tr key={row.key}>
						<Td className="min-w-44">
							<code className="break-all">{row.key}</code>
							{showState || row.state === 'missing' ? (
								<Badge tone={states[row.state].tone} className="ml-2">
									{states[row.state].words}
								</Badge>
							) : null}
						</Td>
						<Td className="min-w-40 max-w-80">
							<Value row={row} />
						</Td>
						<Td className="whitespace-nowrap text-muted">
							{row.state === 'missing' ? '' : (origins[row.origin] ?? row.origin)}
						</Td>
					</Tr>
				))}
			</tbody>
		</Table>
	);
}

function Value({ row }: { row: Row }) {
	if (row.secret) {
		return (
			<span className="inline-flex items-center gap-1.5 text-muted">
				<KeyRound aria-hidden className="size-3.5" />
				{secretWords(row.state)}
			</span>
		);
	}
	if (row.value === null) return <span className="text-muted">none</span>;
	return <code className="break-all whitespace-pre-wrap">{row.value}</code>;
}

function secretWords(state: Row['state']): string {
	if (state === 'missing') return 'secret, not set yet';
	return state === 'removed' ? 'secret, will be unset' : 'secret, stored and not shown';
}
