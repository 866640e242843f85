'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { EnvFormResult } from '@/components/env-form/env-answers';
import { useAcknowledgements } from '@/components/plan/use-acknowledgements';
import { ApiError, installQueries } from '@/lib/api-client';
import type { Plan } from '@/lib/contracts/plans';
import type { InvalidParam } from '@/lib/core';
import type { ContractChange } from '@/lib/manifest';
import { type ChangeDraft, type ChangeTarget, emptyDraft, operationRequest, planRequest } from './change-draft';
import { useSubmit } from './use-submit';

type Rename = Extract<ContractChange, { kind: 'suspected-rename' }>;

/**
 * A change of an install from first look to submit: every decision asks for a new plan, an edit makes the plan old, and
 * only the plan on screen can be ordered.
 */
export function useChange(target: ChangeTarget) {
	const [draft, setDraft] = useState<ChangeDraft>(emptyDraft);
	const [edited, setEdited] = useState(false);
	const [answered, setAnswered] = useState(0);
	const [problems, setProblems] = useState<readonly InvalidParam[]>([]);
	const request = useMemo(() => planRequest(target, draft), [target, draft]);
	const plan = useQuery({ ...installQueries.plan(request), placeholderData: keepPreviousData });
	const renames = useSeenRenames(plan.data);
	const acknowledged = useAcknowledgements(plan.data ?? null);
	const submit = useSubmit(target.installId, {
		onRefused(error) {
			if (!(error instanceof ApiError)) return;
			setProblems(error.problem.invalidParams);
			if (error.problem.code === 'plan_moved') void plan.refetch();
		},
	});
	return {
		draft,
		plan,
		renames,
		submit,
		problems,
		acknowledged,
		/** The form holds something the plan on screen has not seen. */
		edited,
		/** Grows with every valid submit of the form. */
		answered,
		markEdited: () => setEdited(true),
		/** Decisions that are not in the form; the answers stay. */
		decide: (change: Partial<ChangeDraft>) => setDraft((current) => ({ ...current, ...change })),
		/** The form is valid: plan with its answers. */
		answer({ answers, discard }: EnvFormResult) {
			setEdited(false);
			setAnswered((count) => count + 1);
			setDraft((current) => ({ ...current, plain: answers.plain, secrets: answers.secrets, unset: discard }));
		},
		order(approved: Plan) {
			submit.mutate((requestId) =>
				operationRequest(target, draft, { plan: approved, acknowledged: acknowledged.done, requestId }),
			);
		},
	};
}

/** Renames ever suspected on this page: once decided they leave the plan, and must stay to be undone. */
function useSeenRenames(plan: Plan | undefined): readonly Rename[] {
	const [seen, setSeen] = useState<readonly Rename[]>([]);
	useEffect(() => {
		const found = plan?.changes.flatMap(({ change }) => (change.kind === 'suspected-rename' ? [change] : [])) ?? [];
		setSeen((known) => {
			const fresh = found.filter(({ key }) => known.every((each) => each.key !== key));
			return fresh.length === 0 ? known : [...known, ...fresh];
		});
	}, [plan]);
	return seen;
}
