'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { lastGood, outcomeWord, period, statesToReturnTo } from '@/components/installs/revision-words';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { PlanFooter } from '@/components/plan/plan-footer';
import { PlanView } from '@/components/plan/plan-view';
import { useAcknowledgements } from '@/components/plan/use-acknowledgements';
import { ButtonLink } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Checkbox } from '@/components/ui/checkbox';
import { EmptyState } from '@/components/ui/empty-state';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useNow } from '@/components/ui/relative-time';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import { ApiError, installQueries } from '@/lib/api-client';
import type { Revision } from '@/lib/contracts/installs';
import { isLeftAsItIs } from '@/lib/contracts/operations';
import { ChangeFrame } from './change-frame';
import { Refusal } from './refusal';
import { useSubmit } from './use-submit';

/** Return to a state this install was in before; the last good one unless the address names another. */
export function RollbackPage({ id }: { id: string }) {
	return (
		<ChangeFrame id={id} verb="Roll back">
			{({ lastOperation, live }) => (
				<States
					id={id}
					drift={(live?.drift.length ?? 0) > 0}
					left={lastOperation !== null && isLeftAsItIs(lastOperation)}
				/>
			)}
		</ChangeFrame>
	);
}

/** `left`: the last change failed and was not undone. */
function States({ id, drift, left }: { id: string; drift: boolean; left: boolean }) {
	const router = useRouter();
	const asked = Number(useSearchParams().get('revision'));
	const { data, error, refetch } = useQuery(installQueries.revisions(id));
	if (error && !data) {
		return <ProblemNote title="The history could not be loaded." error={error} onRetry={() => void refetch()} />;
	}
	if (!data) {
		return (
			<Loading words="Loading the states to return to…">
				<SkeletonRows rows={3} className="h-16" />
			</Loading>
		);
	}
	const states = statesToReturnTo(data.revisions, left);
	const preferred = lastGood(data.revisions, left);
	const chosen = states.find(({ number }) => number === asked) ?? preferred;
	if (chosen === null) {
		return (
			<EmptyState
				title="There is no earlier good state to return to"
				actions={<ButtonLink href={`/installs/${id}`}>Back to the install</ButtonLink>}
			>
				A state can be returned to once it has run and another one took its place.
			</EmptyState>
		);
	}
	return (
		<div className="grid gap-5">
			<StateChoice
				states={states}
				chosen={chosen.number}
				preferred={preferred?.number ?? null}
				onChoose={(number) => router.replace(`/installs/${id}/rollback?revision=${number}`, { scroll: false })}
			/>
			<Rollback key={chosen.number} id={id} revision={chosen} drift={drift} />
		</div>
	);
}

type StateChoiceProps = {
	states: readonly Revision[];
	chosen: number;
	preferred: number | null;
	onChoose: (number: number) => void;
};

function StateChoice({ states, chosen, preferred, onChoose }: StateChoiceProps) {
	const now = useNow();
	return (
		<Card>
			<CardHeader title="Which state to return to" />
			<CardBody className="grid max-h-80 gap-3 overflow-auto">
				{states.map((state) => (
					<label key={state.number} className="flex cursor-pointer items-start gap-3 text-sm">
						<input
							type="radio"
							name="state"
							checked={state.number === chosen}
							onChange={() => onChoose(state.number)}
							className="mt-0.5 size-[18px] shrink-0 cursor-pointer appearance-none rounded-full border border-control-line bg-sunken checked:border-[5px] checked:border-copper"
						/>
						<span className="min-w-0">
							<span className="font-medium">{state.version}</span> · {period(state, now ?? Date.parse(state.createdAt))}{' '}
							· {outcomeWord[state.outcome]} · by {state.createdBy.name}
							{state.number === preferred ? ' · last good state' : ''}
							{state.note ? <span className="block text-muted">{state.note}</span> : null}
						</span>
					</label>
				))}
			</CardBody>
		</Card>
	);
}

function Rollback({ id, revision, drift }: { id: string; revision: Revision; drift: boolean }) {
	const plan = useQuery(installQueries.plan({ kind: 'rollback', installId: id, revision: revision.number }));
	const acknowledged = useAcknowledgements(plan.data ?? null);
	const forbidden = usePermission('installs:write', 'roll back');
	const [reason, setReason] = useState('');
	const [takeOver, setTakeOver] = useState(false);
	const submit = useSubmit(id, {
		onRefused(error) {
			if (error instanceof ApiError && error.problem.code === 'plan_moved') void plan.refetch();
		},
	});
	if (plan.error) {
		return (
			<ProblemNote
				title="The plan could not be computed. Nothing was changed."
				error={plan.error}
				onRetry={() => void plan.refetch()}
			/>
		);
	}
	if (!plan.data) {
		return (
			<Loading words={`Computing what returning to ${revision.version} changes…`}>
				<SkeletonRows rows={3} className="h-32" />
			</Loading>
		);
	}
	const approved = plan.data;
	return (
		<>
			<PlanView plan={approved} acknowledged={acknowledged} />
			{drift ? (
				<Checkbox
					label="Take over fields that were changed outside Packyard"
					description="Left alone, the rollback ends with what conflicts, and changes nothing there."
					checked={takeOver}
					onChange={(event) => setTakeOver(event.target.checked)}
				/>
			) : null}
			<Field label="Reason" aside="optional" description="Kept in the history and in the audit." className="max-w-xl">
				{(control) => (
					<Input {...control} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
				)}
			</Field>
			{submit.error ? <Refusal error={submit.error} /> : null}
			<PlanFooter
				plan={approved}
				acknowledged={acknowledged}
				forbidden={forbidden}
				busy={submit.isPending ? 'Starting…' : null}
				onGo={() =>
					submit.mutate((requestId) => ({
						kind: 'rollback',
						requestId,
						revision: revision.number,
						planHash: approved.hash,
						acknowledged: acknowledged.done,
						takeOver,
						reason: reason.trim() === '' ? null : reason.trim(),
					}))
				}
			>
				<ButtonLink variant="quiet" size="large" href={`/installs/${id}`}>
					Leave it
				</ButtonLink>
			</PlanFooter>
		</>
	);
}
