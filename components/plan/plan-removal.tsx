import { KeyValues } from '@/components/ui/key-values';
import type { Plan } from '@/lib/contracts/plans';
import { PlanSection } from './plan-section';

/** What a removal deletes, what it leaves behind and why. */
export function PlanRemoval({ removal }: { removal: NonNullable<Plan['removal']> }) {
	return (
		<PlanSection id="removal" title="What is removed, and what stays">
			<KeyValues
				items={[
					{ label: 'Deleted', value: <Names names={removal.deleted} /> },
					{ label: 'Stays', value: <Names names={removal.kept.map(({ object, reason }) => `${object}: ${reason}`)} /> },
					{ label: 'Volumes with data', value: <Names names={removal.volumes} /> },
					{ label: 'Configuration and secrets', value: <Names names={removal.environments} /> },
				]}
			/>
		</PlanSection>
	);
}

function Names({ names }: { names: readonly string[] }) {
	if (names.length === 0) return <span className="text-muted">nothing</span>;
	return (
		<ul className="grid gap-0.5">
			{names.map((name) => (
				<li key={name} className="break-all">
					{name}
				</li>
			))}
		</ul>
	);
}
