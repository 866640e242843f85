'use client';

import { useMutation } from '@tanstack/react-query';
import { Stethoscope } from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { RelativeTime } from '@/components/ui/relative-time';
import { api } from '@/lib/api-client';
import { DoctorStep, type SourceSummary } from '@/lib/contracts/sources';
import { DoctorReportView, DoctorWaiting } from './doctor-report';
import { GuardedButton } from './guarded-button';

export const remoteSteps = DoctorStep.shape.step.options.filter((step) => step !== 'store');

/** One button that asks the registries of a source step by step and shows what each said. */
export function DoctorSection({ source, refusedBy }: { source: SourceSummary; refusedBy: string | null }) {
	const doctor = useMutation({
		mutationFn: async () => ({ report: await api.sources.doctor(source.id), at: new Date().toISOString() }),
	});
	return (
		<Card aria-labelledby="doctor">
			<CardHeader
				id="doctor"
				title="Doctor"
				description="Checks the way to this source step by step. It only reads, and changes nothing."
				actions={
					<GuardedButton
						size="small"
						icon={<Stethoscope aria-hidden />}
						busy={doctor.isPending ? 'Checking…' : null}
						refusedBy={refusedBy}
						onClick={() => doctor.mutate()}
					>
						{doctor.data ? 'Check again' : 'Run doctor'}
					</GuardedButton>
				}
			/>
			<CardBody>
				{doctor.isPending ? <DoctorWaiting steps={source.kind === 'bundle' ? ['store'] : remoteSteps} /> : null}
				{doctor.error ? <ProblemNote title="The check could not be made." error={doctor.error} /> : null}
				{doctor.data ? (
					<div className="grid gap-3">
						<DoctorReportView report={doctor.data.report} />
						<p className="text-xs text-muted">
							Checked <RelativeTime at={doctor.data.at} />
						</p>
					</div>
				) : null}
				{doctor.isIdle ? (
					<p className="text-sm text-muted">
						{source.kind === 'bundle'
							? 'Checks that everything of the bundle is still in the store.'
							: 'Name lookup, connection, token, list of packs, versions, content, frontend packages. Run it when a sync fails, or before a token is replaced.'}
					</p>
				) : null}
			</CardBody>
		</Card>
	);
}
