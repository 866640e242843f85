'use client';

import dynamic from 'next/dynamic';
import type { Plan } from '@/lib/contracts/plans';
import { PlanSection } from './plan-section';

const Markdown = dynamic(() => import('@/components/ui/markdown'), {
	loading: () => <p className="min-h-24 text-sm text-muted">Loading the notes…</p>,
});

/** Notes of every version on the way, newest first: skipping a version does not skip what it did. */
export function PlanNotes({ plan }: { plan: Pick<Plan, 'notes'> }) {
	return (
		<PlanSection
			id="notes"
			title="Release notes"
			description="Of every version on the way, in the publisher's words."
			flush
		>
			<div className="divide-y divide-line">
				{plan.notes.length === 0 ? <p className="px-5 py-4 text-sm text-muted">There are none.</p> : null}
				{plan.notes.map(({ version, text }, index) => (
					<details key={version} open={index === 0} className="px-5 py-3">
						<summary className="font-mono text-sm font-medium">{version}</summary>
						<div className="pt-3">
							{text?.trim() ? (
								<Markdown text={text} />
							) : (
								<p className="text-sm text-muted">The publisher gave no notes for this version.</p>
							)}
						</div>
					</details>
				))}
			</div>
		</PlanSection>
	);
}
