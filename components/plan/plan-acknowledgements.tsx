'use client';

import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import type { Plan } from '@/lib/contracts/plans';
import { PlanSection } from './plan-section';
import type { Acknowledged } from './use-acknowledgements';

type PlanAcknowledgementsProps = { plan: Pick<Plan, 'acknowledgements'>; acknowledged: Acknowledged };

/** What must be read and ticked, or typed, before the button works. It ends up in the audit. */
export function PlanAcknowledgements({ plan, acknowledged }: PlanAcknowledgementsProps) {
	if (plan.acknowledgements.length === 0) return null;
	return (
		<PlanSection id="acknowledge" title="Read and acknowledge" description="Recorded in the audit with your name.">
			<ul className="grid gap-4">
				{plan.acknowledgements.map(({ id, sentence, typed }) => (
					<li key={id}>
						{typed === null ? (
							<Checkbox
								label={sentence}
								checked={acknowledged.given[id] === 'yes'}
								onChange={(event) => acknowledged.give(id, event.target.checked ? 'yes' : '')}
							/>
						) : (
							<Field
								label={sentence}
								description={
									<>
										Type <code>{typed}</code> to confirm.
									</>
								}
							>
								{(control) => (
									<Input
										{...control}
										value={acknowledged.given[id] ?? ''}
										onChange={(event) => acknowledged.give(id, event.target.value)}
										autoComplete="off"
										spellCheck={false}
										className="max-w-sm font-mono"
									/>
								)}
							</Field>
						)}
					</li>
				))}
			</ul>
		</PlanSection>
	);
}
