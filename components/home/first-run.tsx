import { Package } from 'lucide-react';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import type { Home } from '@/lib/contracts/home';

/** Before the first install: one thing to do, and why it may not be possible yet. */
export function FirstRun({ packs, health }: Pick<Home, 'packs' | 'health'>) {
	if (packs > 0) {
		return (
			<EmptyState
				icon={<Package aria-hidden />}
				title={packs === 1 ? '1 pack is waiting to be installed' : `${packs} packs are waiting to be installed`}
				actions={
					<ButtonLink variant="primary" href="/packs">
						Choose a pack
					</ButtonLink>
				}
			>
				Choose one, answer its questions, look at the plan, and install it. Nothing changes before you approve a plan.
			</EmptyState>
		);
	}
	const reading = health.state === 'syncing' || (health.state === 'never' && health.problem === null);
	return (
		<EmptyState
			icon={<Package aria-hidden />}
			title={reading ? 'Reading the sources…' : 'No pack is known yet'}
			actions={<ButtonLink href="/settings">Look at the sources</ButtonLink>}
		>
			{reading ? 'Packs appear here as soon as they are found.' : (health.problem ?? 'No source offers a pack.')}
		</EmptyState>
	);
}
