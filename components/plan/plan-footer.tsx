'use client';

import type { ReactNode } from 'react';
import { TextLink } from '@/components/ui/app-link';
import { Button, type DisabledReason } from '@/components/ui/button';
import type { Plan } from '@/lib/contracts/plans';
import type { Acknowledged } from './use-acknowledgements';

type PlanFooterProps = {
	plan: Pick<Plan, 'action' | 'blocked' | 'acknowledgements' | 'kind'>;
	acknowledged: Acknowledged;
	/** Another reason why the button may not work, e.g. the role of the person. */
	forbidden?: DisabledReason | null;
	/** Words while the request is under way. */
	busy: string | null;
	/** Why the last press did not start it; stays in sight. */
	problem?: ReactNode;
	onGo: () => void;
	/** Quiet buttons before the verb. */
	children?: ReactNode;
};

/** Stays at the bottom of the window: the verb, what is still open, and why it does not work. */
export function PlanFooter({ plan, acknowledged, forbidden = null, busy, problem, onGo, children }: PlanFooterProps) {
	const reasons = plan.blocked;
	// One reason at a time: on a phone the bar must not cover what it talks about.
	const [first, ...others] = reasons;
	const total = plan.acknowledgements.length;
	return (
		<div className="sticky bottom-14 z-10 -mx-4 border-t border-line bg-surface/95 px-4 py-3 backdrop-blur sm:-mx-6 sm:px-6 md:bottom-0 md:-mx-8 md:px-8">
			{problem ? <div className="mb-3">{problem}</div> : null}
			<div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2.5">
				<div className="min-w-0 flex-1 basis-64 text-sm text-muted" role="status">
					{first ? (
						<>
							<Reason {...first} />
							{others.length > 0 ? (
								<details className="mt-1">
									<summary className="w-fit cursor-pointer rounded">and {others.length} more</summary>
									<ul className="mt-1 grid max-h-32 gap-1 overflow-y-auto">
										{others.map((blocked) => (
											<li key={blocked.reason}>
												<Reason {...blocked} />
											</li>
										))}
									</ul>
								</details>
							) : null}
						</>
					) : (
						(forbidden?.text ?? openWords(acknowledged.open, total))
					)}
				</div>
				<div className="flex flex-wrap gap-2">
					{children}
					<Button
						variant={plan.kind === 'uninstall' ? 'danger' : 'primary'}
						size="large"
						busy={busy}
						aria-disabled={reasons.length > 0 || forbidden !== null || acknowledged.open > 0 || undefined}
						onClick={() => {
							if (reasons.length > 0 || forbidden !== null) return;
							if (acknowledged.open > 0) document.getElementById('acknowledge')?.scrollIntoView({ behavior: 'smooth' });
							else onGo();
						}}
					>
						{plan.action}
						{total > 0 ? (
							// On a phone the words beside it say so already, and a label this long would push the page wider.
							<span className="font-normal opacity-80 max-sm:hidden">
								· {acknowledged.done.length} of {total} acknowledged
							</span>
						) : null}
					</Button>
				</div>
			</div>
		</div>
	);
}

function Reason({ reason, remedy, href }: Plan['blocked'][number]) {
	return (
		<p className="text-warning">
			{reason} {href ? <TextLink href={href}>{remedy ?? 'See'}</TextLink> : null}
		</p>
	);
}

function openWords(open: number, total: number): ReactNode {
	if (open > 0) {
		return (
			<>
				{open === 1 ? '1 point is' : `${open} points are`} not acknowledged yet.{' '}
				<TextLink href="#acknowledge">Read</TextLink>
			</>
		);
	}
	return total > 0 ? 'All points are acknowledged.' : 'Nothing stands in the way.';
}
