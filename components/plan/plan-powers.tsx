import { PowerList } from '@/components/ui/power-list';
import type { Plan } from '@/lib/contracts/plans';
import { PlanSection } from './plan-section';

/** What the plan lets the pack do beyond ordinary workloads, and what else one should know. */
export function PlanPowers({ plan }: { plan: Pick<Plan, 'powers' | 'previewProblem'> }) {
	return (
		<PlanSection id="powers" title="Powers it gets">
			<PowerList
				powers={plan.powers}
				none={
					plan.previewProblem
						? 'Not known: the cluster could not be asked.'
						: 'None beyond ordinary workloads in its own namespace.'
				}
			/>
		</PlanSection>
	);
}
