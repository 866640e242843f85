import { Digest, Mono } from '@/components/ui/code';
import { KeyValues } from '@/components/ui/key-values';
import type { Plan } from '@/lib/contracts/plans';
import { PlanSection } from './plan-section';

/** The exact bytes this plan is about. If one of them moves before the button is pressed, the plan is refused. */
export function PlanArtifacts({ plan }: { plan: Pick<Plan, 'chart' | 'frontends' | 'hash' | 'preview'> }) {
	const images = plan.preview?.images ?? [];
	return (
		<PlanSection
			id="artifacts"
			title="Exactly this"
			description="Digests, not tags: what you review is what is installed."
		>
			<KeyValues
				items={[
					...(plan.chart
						? [
								{ label: 'Chart', value: <Mono>{`${plan.chart.reference}:${plan.chart.tag}`}</Mono> },
								{ label: 'Chart digest', value: <Digest value={plan.chart.archiveDigest} label="chart digest" /> },
							]
						: []),
					...plan.frontends.map((frontend) => ({
						label: `Frontend ${frontend.appId}`,
						value: (
							<span className="grid gap-0.5">
								<Mono>{`${frontend.package}@${frontend.version}`}</Mono>
								{frontend.integrity ? <Digest value={frontend.integrity} label="integrity" /> : null}
							</span>
						),
					})),
					...(images.length > 0
						? [
								{
									label: images.length === 1 ? 'Image' : 'Images',
									value: (
										<span className="grid gap-0.5">
											{images.map((image) => (
												<Mono key={image}>{image}</Mono>
											))}
										</span>
									),
								},
							]
						: []),
					{ label: 'Plan', value: <Digest value={plan.hash} label="plan hash" /> },
				]}
			/>
		</PlanSection>
	);
}
