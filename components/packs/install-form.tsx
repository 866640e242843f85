'use client';

import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { nothingKnown } from '@/components/env-form/env-answers';
import { EnvForm } from '@/components/env-form/env-form';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { PlanFooter } from '@/components/plan/plan-footer';
import { PlanView } from '@/components/plan/plan-view';
import { MovedNote, SubmitProblem } from '@/components/plan/submit-problem';
import { useAcknowledgements } from '@/components/plan/use-acknowledgements';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Note } from '@/components/ui/note';
import type { InstallSummary } from '@/lib/contracts/installs';
import type { PackSummary, VersionDetail } from '@/lib/contracts/packs';
import { checkTarget, suggestTarget, type TargetProblems } from './install-target';
import { TargetFields } from './target-fields';
import { useInstall } from './use-install';

type InstallFormProps = {
	pack: PackSummary;
	version: VersionDetail;
	installs: readonly InstallSummary[];
	versionSelect: ReactNode;
};

const FORM = 'configuration-form';
const untouched: TargetProblems = { namespace: null, release: null };

/** Fill in, review the plan on the same page, install exactly that. */
export function InstallForm({ pack, version, installs, versionSelect }: InstallFormProps) {
	const draftKey = `install:${pack.id}`;
	const flow = useInstall(draftKey);
	const [target, setTarget] = useState(() => suggestTarget(pack.slug, installs));
	const [targetProblems, setTargetProblems] = useState(untouched);
	const [reason, setReason] = useState('');
	const acknowledged = useAcknowledgements(flow.plan);
	const forbidden = usePermission('installs:write', 'install');
	const manifest = version.manifest;
	const contract = useMemo(() => manifest?.contract ?? [], [manifest]);
	const known = useMemo(
		() => ({ ...nothingKnown, instanceKeys: version.instanceKeys, packValues: manifest?.backend?.env ?? {} }),
		[version.instanceKeys, manifest],
	);
	const keys = useMemo(() => new Set(contract.map(({ key }) => key)), [contract]);
	const refusedKeys = useMemo(() => flow.refused.filter(({ name }) => keys.has(name)), [flow.refused, keys]);
	const planHeading = useRef<HTMLHeadingElement>(null);

	useEffect(() => {
		// Refused answers take the focus to the form instead.
		if (!flow.plan || flow.plan.invalidParams.length > 0) return;
		planHeading.current?.focus({ preventScroll: true });
		planHeading.current?.scrollIntoView({ behavior: 'smooth', block: 'start' });
	}, [flow.plan]);

	useEffect(() => {
		const said = (name: string) => flow.refused.find((param) => param.name === name)?.reason ?? null;
		if (said('namespace') || said('release'))
			setTargetProblems({ namespace: said('namespace'), release: said('release') });
	}, [flow.refused]);

	if (!version.summary.installable) {
		return (
			<div className="grid gap-4">
				<Card>
					<CardBody className="max-w-sm">{versionSelect}</CardBody>
				</Card>
				<Note tone="warning" title={`Version ${version.summary.version} cannot be installed.`}>
					<ul className="grid gap-1">
						{version.summary.reasons.map((each) => (
							<li key={each}>{each}</li>
						))}
					</ul>
				</Note>
			</div>
		);
	}

	return (
		<div className="grid gap-4">
			<Card aria-labelledby="where-title">
				<CardHeader id="where-title" title="What and where" />
				<CardBody className="grid items-start gap-x-5 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
					{versionSelect}
					<TargetFields
						target={target}
						problems={targetProblems}
						onChange={(next) => {
							setTarget(next);
							setTargetProblems(untouched);
							flow.forget();
						}}
						onLeave={() => setTargetProblems(checkTarget(target))}
					/>
				</CardBody>
			</Card>
			<Card id="configuration" className="scroll-mt-20">
				<CardHeader
					id="configuration-title"
					title="Configuration"
					description={
						contract.length === 0
							? 'This version asks for nothing.'
							: 'What the pack asks for. Secrets go straight to the cluster and are stored nowhere else.'
					}
				/>
				<CardBody className="py-5">
					<EnvForm
						formId={FORM}
						contract={contract}
						known={known}
						problems={refusedKeys}
						draftKey={draftKey}
						onEdit={flow.forget}
						onSubmit={(result) => {
							const problems = checkTarget(target);
							setTargetProblems(problems);
							if (problems.namespace || problems.release) {
								document.getElementById(problems.namespace ? 'target-namespace' : 'target-release')?.focus();
								return;
							}
							flow.review({ packId: pack.id, version: version.summary.version, ...target, result });
						}}
					/>
				</CardBody>
			</Card>
			{flow.reviewError ? <ProblemNote title="The plan could not be made." error={flow.reviewError} /> : null}
			{flow.plan ? (
				<section aria-labelledby="plan-title" className="mt-4 grid gap-4">
					<h2 id="plan-title" ref={planHeading} tabIndex={-1} className="scroll-mt-20 text-lg font-semibold">
						The plan
					</h2>
					{flow.moved ? <MovedNote moved={flow.moved} /> : null}
					<PlanView plan={flow.plan} acknowledged={acknowledged} />
					<Field
						label="Why"
						aside="optional"
						description="One line for the audit and for whoever looks after this later."
						className="max-w-xl"
					>
						{(control) => (
							<Input {...control} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
						)}
					</Field>
				</section>
			) : null}
			{flow.plan ? (
				<PlanFooter
					plan={flow.plan}
					acknowledged={acknowledged}
					forbidden={forbidden}
					busy={flow.installing ? 'Starting…' : flow.reviewing ? 'Planning again…' : null}
					problem={flow.installError ? <SubmitProblem error={flow.installError} /> : null}
					onGo={() => {
						if (flow.plan) flow.install({ plan: flow.plan, acknowledged: acknowledged.done, reason });
					}}
				/>
			) : (
				<div className="flex flex-wrap items-center gap-x-4 gap-y-2">
					<Button
						type="submit"
						form={FORM}
						variant="primary"
						size="large"
						busy={flow.reviewing ? 'Rendering the chart and asking the cluster…' : null}
					>
						Review plan
					</Button>
					<p className="text-sm text-muted">Nothing is changed by that.</p>
				</div>
			)}
		</div>
	);
}
