import { Info } from 'lucide-react';
import { Note } from '@/components/ui/note';
import type { Plan } from '@/lib/contracts/plans';
import { PlanAcknowledgements } from './plan-acknowledgements';
import { PlanArtifacts } from './plan-artifacts';
import { PlanChanges } from './plan-changes';
import { PlanCluster } from './plan-cluster';
import { PlanConfiguration } from './plan-configuration';
import { PlanNotes } from './plan-notes';
import { PlanPowers } from './plan-powers';
import { PlanRemoval } from './plan-removal';
import type { Acknowledged } from './use-acknowledgements';

type PlanViewProps = { plan: Plan; acknowledged: Acknowledged };

/** The computed preview of an operation, most important first. The button is PlanFooter's. */
export function PlanView({ plan, acknowledged }: PlanViewProps) {
	const changesContract = plan.kind === 'upgrade' || plan.kind === 'downgrade' || plan.kind === 'configure';
	return (
		<div className="grid gap-4">
			<p className="flex items-start gap-2.5 text-[15px] font-medium">
				<Info aria-hidden className="mt-1 size-4 shrink-0 text-copper" />
				{headlineOf(plan)}
			</p>
			{plan.warnings.length > 0 ? (
				<Note
					tone="warning"
					title={plan.warnings.length === 1 ? 'Worth knowing' : `${plan.warnings.length} things worth knowing`}
				>
					<ul className="grid gap-1">
						{plan.warnings.map((warning) => (
							<li key={warning}>{warning}</li>
						))}
					</ul>
				</Note>
			) : null}
			{plan.removal ? <PlanRemoval removal={plan.removal} /> : null}
			{changesContract ? <PlanChanges plan={plan} /> : null}
			{plan.kind === 'uninstall' ? null : <PlanConfiguration plan={plan} />}
			{changesContract && plan.kind !== 'configure' ? <PlanNotes plan={plan} /> : null}
			{plan.kind === 'uninstall' ? null : <PlanCluster plan={plan} headline={false} />}
			{plan.kind === 'uninstall' ? null : <PlanPowers plan={plan} />}
			{plan.kind === 'uninstall' ? null : <PlanArtifacts plan={plan} />}
			<Note title="The way back">{plan.wayBack}</Note>
			<PlanAcknowledgements plan={plan} acknowledged={acknowledged} />
		</div>
	);
}

/** The one sentence to read when only one is read. */
export function headlineOf(plan: Pick<Plan, 'preview' | 'previewProblem' | 'frontends' | 'kind' | 'removal'>): string {
	if (plan.preview) return plan.preview.headline;
	if (plan.previewProblem) return 'The cluster could not be asked, so what changes in it is not known.';
	if (plan.removal) return `${counted(plan.removal.deleted.length, 'object')} will be deleted.`;
	return `Nothing changes in the cluster; the KhalOS shell loads ${counted(plan.frontends.length, 'frontend')}.`;
}

function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
