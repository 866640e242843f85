'use client';

import { useEffect, useMemo, useRef } from 'react';
import { type KnownAnswers, knownFrom } from '@/components/env-form/env-answers';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { PlanFooter } from '@/components/plan/plan-footer';
import { Button, ButtonLink } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import type { InstallDetail } from '@/lib/contracts/installs';
import type { VersionDetail } from '@/lib/contracts/packs';
import type { Plan } from '@/lib/contracts/plans';
import type { ChangeTarget } from './change-draft';
import { ChangeParts } from './change-parts';
import { GoBar } from './go-bar';
import { QuestionsForm } from './questions-form';
import { Refusal } from './refusal';
import { useChange } from './use-change';

type ChangeFormProps = { detail: InstallDetail; version: VersionDetail; target: ChangeTarget };

const FORM = 'change-answers';

/** One page, five parts: what changes, what must be answered, the notes, the cluster, the way back; then the verb. */
export function ChangeForm({ detail, version, target }: ChangeFormProps) {
	const change = useChange(target);
	const forbidden = usePermission('installs:write', target.kind === 'upgrade' ? 'upgrade' : 'change configuration');
	const manifest = manifestFor(target, detail, version);
	const contract = useMemo(() => manifest?.contract ?? [], [manifest]);
	const known = useMemo(
		() =>
			knownFrom(detail.configuration, {
				instanceKeys: version.instanceKeys,
				packValues: manifest?.backend?.env ?? {},
			}),
		[detail.configuration, version.instanceKeys, manifest],
	);
	const plan = change.plan.data;
	const usable = useMemo(() => withoutUnchecked(known, plan), [known, plan]);
	const working = change.plan.isFetching;
	const { plain, secrets } = change.draft;
	// What was answered here already stays asked: an answered question must not vanish from the page.
	const asked = useMemo(
		() => new Set([...(plan?.questions ?? []), ...Object.keys(plain), ...Object.keys(secrets)]),
		[plan, plain, secrets],
	);
	const questions = plan && (
		<QuestionsForm
			formId={FORM}
			kind={target.kind}
			contract={contract}
			known={usable}
			asked={asked}
			carried={plan.carried}
			problems={change.problems}
			onEdit={change.markEdited}
			onSubmit={change.answer}
		/>
	);
	const footer = useFocusAfter(change.answered, working);
	return (
		<div className="grid gap-5">
			{change.plan.error ? (
				<ProblemNote
					title="The plan could not be computed. Nothing was changed."
					error={change.plan.error}
					onRetry={() => void change.plan.refetch()}
				/>
			) : null}
			{plan ? (
				<ChangeParts
					plan={plan}
					change={change}
					drift={(detail.live?.drift.length ?? 0) > 0}
					published={publishedBy(detail)}
					questions={questions}
				/>
			) : null}
			{!plan && !change.plan.error ? (
				<Loading words="Computing what would change…" className="grid gap-5">
					<p className="text-sm text-muted">Computing what would change. The cluster is asked, nothing is changed.</p>
					<SkeletonRows rows={3} className="h-40" />
				</Loading>
			) : null}
			{change.submit.error ? <Refusal error={change.submit.error} /> : null}
			{plan?.kind === 'downgrade' ? (
				<Note tone="warning" title={`${plan.toVersion} is older than what runs.`}>
					This is a downgrade, and it is recorded as one.
				</Note>
			) : null}
			{plan ? (
				<div ref={footer} className="contents">
					{change.edited || working ? (
						<GoBar words={working ? 'Computing the new plan…' : 'Your edits are not part of the plan yet.'}>
							<ButtonLink variant="quiet" size="large" href={`/installs/${target.installId}`}>
								Leave it
							</ButtonLink>
							<Button type="submit" form={FORM} variant="primary" size="large" busy={working ? 'Computing…' : null}>
								Compute the new plan
							</Button>
						</GoBar>
					) : (
						<PlanFooter
							plan={plan}
							acknowledged={change.acknowledged}
							forbidden={forbidden}
							busy={change.submit.isPending ? 'Starting…' : null}
							onGo={() => change.order(plan)}
						>
							<ButtonLink variant="quiet" size="large" href={`/installs/${target.installId}`}>
								Leave it
							</ButtonLink>
						</PlanFooter>
					)}
				</div>
			) : null}
		</div>
	);
}

/** As the planner decides: the version that runs stays as it was reviewed, whatever the catalog has accepted since. */
function manifestFor({ version: wanted, adopt }: ChangeTarget, detail: InstallDetail, version: VersionDetail) {
	const { revision } = detail;
	const runs = revision !== null && revision.activatedAt !== null && revision.version === wanted;
	return runs && !adopt ? detail.manifest : version.manifest;
}

function publishedBy({ manifest }: InstallDetail): Record<string, string> {
	return Object.fromEntries((manifest?.contract ?? []).map((variable) => [variable.key, variable.default ?? '']));
}

/** A stored secret that nobody may read to check it against its new type is no longer "set and kept". */
function withoutUnchecked(known: KnownAnswers, plan: Plan | undefined): KnownAnswers {
	const secrets = new Map(Object.entries(known.secrets));
	for (const { change } of plan?.changes ?? []) {
		if (change.kind !== 'retyped' || change.state !== 'unreadable') continue;
		const fact = secrets.get(change.key);
		if (fact !== undefined) secrets.set(change.key, { ...fact, state: 'needs-re-entry' });
	}
	return { ...known, secrets: Object.fromEntries(secrets) };
}

/** The button that was pressed gives way to the verb of the page; a keyboard must not lose its place over that. */
function useFocusAfter(answered: number, working: boolean) {
	const footer = useRef<HTMLDivElement>(null);
	const seen = useRef(answered);
	useEffect(() => {
		if (working || seen.current === answered) return;
		seen.current = answered;
		if (document.activeElement === document.body) footer.current?.querySelector('button')?.focus();
	}, [answered, working]);
	return footer;
}
