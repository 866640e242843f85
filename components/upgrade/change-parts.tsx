import type { ReactNode } from 'react';
import { PlanAcknowledgements } from '@/components/plan/plan-acknowledgements';
import { PlanArtifacts } from '@/components/plan/plan-artifacts';
import { PlanChanges } from '@/components/plan/plan-changes';
import { PlanCluster } from '@/components/plan/plan-cluster';
import { PlanConfiguration } from '@/components/plan/plan-configuration';
import { PlanNotes } from '@/components/plan/plan-notes';
import { PlanPowers } from '@/components/plan/plan-powers';
import { headlineOf } from '@/components/plan/plan-view';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Note } from '@/components/ui/note';
import type { Plan } from '@/lib/contracts/plans';
import { Decisions } from './decisions';
import type { useChange } from './use-change';

type ChangePartsProps = {
	plan: Plan;
	change: ReturnType<typeof useChange>;
	/** Somebody changed the release outside Packyard. */
	drift: boolean;
	/** What the running version publishes as defaults. */
	published: Readonly<Record<string, string>>;
	/** The form, in its place between what changes and what follows from the answers. */
	questions: ReactNode;
};

/** The plan of a change in reading order, with the decisions and the form where they belong. */
export function ChangeParts({ plan, change, drift, published, questions }: ChangePartsProps) {
	// The same version with other bytes may ask for other things, too.
	const reconfigures = (plan.kind === 'configure' || plan.kind === 'install') && plan.changes.length === 0;
	return (
		<>
			<p className="text-[15px] font-medium">{headlineOf(plan)}</p>
			{plan.warnings.map((warning) => (
				<Note key={warning} tone="warning" title={warning} />
			))}
			{reconfigures ? null : <PlanChanges plan={plan} />}
			<Decisions
				renames={change.renames}
				changes={plan.changes}
				drift={drift}
				published={published}
				draft={change.draft}
				onChange={change.decide}
			/>
			{questions}
			<PlanConfiguration plan={plan} />
			{reconfigures ? null : <PlanNotes plan={plan} />}
			<PlanCluster plan={plan} />
			<PlanPowers plan={plan} />
			<PlanArtifacts plan={plan} />
			<Note title="The way back">{plan.wayBack}</Note>
			<Field label="Reason" aside="optional" description="Kept in the history and in the audit." className="max-w-xl">
				{(control) => (
					<Input
						{...control}
						maxLength={500}
						value={change.draft.reason}
						onChange={(event) => change.decide({ reason: event.target.value })}
					/>
				)}
			</Field>
			{change.edited || change.plan.isFetching ? (
				// Ticks belong to one plan: what is ticked now would be lost with the next one.
				<p className="text-sm text-muted">What has to be acknowledged is asked once the new plan is computed.</p>
			) : (
				<PlanAcknowledgements plan={plan} acknowledged={change.acknowledged} />
			)}
		</>
	);
}
