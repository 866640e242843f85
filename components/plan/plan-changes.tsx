import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { cx } from '@/components/ui/cx';
import type { Plan } from '@/lib/contracts/plans';
import type { Verdict } from '@/lib/manifest';
import { PlanSection } from './plan-section';

const looks = {
	breaking: { Icon: CircleAlert, color: 'text-danger', word: 'Breaking' },
	warning: { Icon: TriangleAlert, color: 'text-warning', word: 'Warning' },
	notice: { Icon: Info, color: 'text-info', word: 'Notice' },
	none: { Icon: CircleCheck, color: 'text-muted', word: 'Looked at' },
} satisfies Record<Verdict, unknown>;

/** What changes in the configuration contract, one sentence per change, worst first. */
export function PlanChanges({ plan }: { plan: Pick<Plan, 'changes' | 'fromVersion' | 'toVersion'> }) {
	const versions = plan.fromVersion && plan.toVersion ? `From ${plan.fromVersion} to ${plan.toVersion}.` : undefined;
	return (
		<PlanSection id="changes" title="What changes in your configuration" description={versions}>
			{plan.changes.length === 0 ? (
				<p className="flex items-center gap-2.5 text-sm">
					<CircleCheck aria-hidden className="size-4 text-success" />
					Nothing: the pack asks for the same as before.
				</p>
			) : (
				<ul className="grid gap-3 text-sm">
					{plan.changes.map(({ change, sentence }) => {
						const { Icon, color, word } = looks[change.verdict];
						return (
							<li key={change.id} className="flex items-start gap-2.5">
								<Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', color)} />
								<span className="min-w-0">
									<span className={cx('font-medium', color)}>{word}. </span>
									{sentence}
								</span>
							</li>
						);
					})}
				</ul>
			)}
		</PlanSection>
	);
}
