'use client';

import { useMutation } from '@tanstack/react-query';
import { Stethoscope } from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { api } from '@/lib/api-client';
import type { TestSource } from '@/lib/contracts/sources';
import { credentialChanges, type StoredSource } from './credential-choice';
import { DoctorReportView, DoctorWaiting } from './doctor-report';
import { remoteSteps } from './doctor-section';
import { configOf, type SourceDraft } from './source-draft';

type SourceTestProps = {
	draft: SourceDraft;
	stored: StoredSource | null;
	/** Calls back with the draft once it is valid. */
	onTest: (run: (draft: SourceDraft) => void) => void;
};

/** The doctor for what stands in the form; nothing is saved by it. */
export function SourceTest({ draft, stored, onTest }: SourceTestProps) {
	const test = useMutation({
		mutationFn: async (body: TestSource) => ({ report: await api.sources.test(body), tested: JSON.stringify(body) }),
	});
	const stale = test.data !== undefined && test.data.tested !== JSON.stringify(testOf(draft, stored));
	return (
		<Card aria-labelledby="source-test">
			<CardHeader
				id="source-test"
				title="Test"
				actions={
					<Button
						size="small"
						icon={<Stethoscope aria-hidden />}
						busy={test.isPending ? 'Testing…' : null}
						onClick={() => onTest((values) => test.mutate(testOf(values, stored)))}
					>
						{test.data ? 'Test again' : 'Test'}
					</Button>
				}
			/>
			<CardBody className="grid gap-3">
				<p className="text-sm text-muted">Tries what stands above, step by step. Nothing is saved by it.</p>
				{test.isPending ? <DoctorWaiting steps={remoteSteps} /> : null}
				{test.error ? <ProblemNote title="The test could not be made." error={test.error} /> : null}
				{test.data ? (
					<>
						{stale ? (
							<p role="status" className="text-sm text-warning">
								The form has changed since this test.
							</p>
						) : null}
						<DoctorReportView report={test.data.report} />
					</>
				) : null}
			</CardBody>
		</Card>
	);
}

/** Stored credentials are used where none is entered, unless one is about to be removed. */
function testOf(draft: SourceDraft, stored: StoredSource | null): TestSource {
	const { credential, npmCredential } = credentialChanges(draft, stored);
	const removes = credential === null || npmCredential === null;
	return {
		config: configOf(draft),
		...(credential ? { credential } : {}),
		...(npmCredential ? { npmCredential } : {}),
		...(stored === null || removes ? {} : { sourceId: stored.id }),
	};
}
