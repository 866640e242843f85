'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { dropDraft } from '@/components/env-form/draft';
import type { EnvFormResult } from '@/components/env-form/env-answers';
import { useRequestId } from '@/components/operations/use-request-id';
import { movedSentences } from '@/components/plan/submit-problem';
import { ApiError, api, installQueries, operationQueries, packQueries } from '@/lib/api-client';
import type { Plan } from '@/lib/contracts/plans';
import type { InvalidParam } from '@/lib/core';
import type { Target } from './install-target';

/** What was filled in when the plan was asked for; secrets stay here until the button is pressed. */
type Asked = Target & { packId: string; version: string; result: EnvFormResult };

/** Review, then install exactly what was reviewed. */
export function useInstall(draftKey: string) {
	const router = useRouter();
	const client = useQueryClient();
	const [moved, setMoved] = useState<string[] | null>(null);
	const [refused, setRefused] = useState<readonly InvalidParam[]>([]);
	const requestId = useRequestId();
	const asked = useRef<Asked | null>(null);

	const review = useMutation({
		mutationFn: (wanted: Asked): Promise<Plan> => {
			const { packId, version, namespace, release, result } = wanted;
			const { plain, secrets } = result.answers;
			return api.plans.create({
				kind: 'install',
				packId,
				version,
				namespace,
				release,
				plain,
				secretKeys: Object.keys(secrets),
			});
		},
		onSuccess: (plan) => setRefused(plan.invalidParams),
		onError: (error) => setRefused(refusedOf(error)),
	});

	const install = useMutation({
		mutationFn: ({ plan, acknowledged, reason }: { plan: Plan; acknowledged: string[]; reason: string }) => {
			if (!asked.current) throw new Error('Nothing was reviewed.');
			const { packId, version, namespace, release, result } = asked.current;
			const body = {
				packId,
				version,
				namespace,
				release,
				answers: result.answers,
				planHash: plan.hash,
				acknowledged,
				reason: reason.trim() === '' ? null : reason.trim(),
			};
			return api.installs.request({ requestId: requestId.idFor(body), ...body });
		},
		onSuccess: (operation) => {
			requestId.forget();
			dropDraft(draftKey);
			asked.current = null;
			for (const { all } of [installQueries, packQueries, operationQueries]) {
				void client.invalidateQueries({ queryKey: all });
			}
			router.push(`/operations/${operation.id}`);
		},
		onError: (error) => {
			// The server spoke, so this request is over; only an unanswered one may be repeated under the same id.
			if (error instanceof ApiError && error.problem.status > 0) requestId.forget();
			setRefused(refusedOf(error));
			const sentences = movedSentences(error);
			setMoved(sentences);
			if (sentences && asked.current) review.mutate(asked.current);
		},
	});

	return {
		review: (wanted: Asked) => {
			asked.current = wanted;
			setMoved(null);
			setRefused([]);
			install.reset();
			review.mutate(wanted);
		},
		/** The form changed: the plan on the screen is about something else now. */
		forget: () => {
			if (review.isIdle) return;
			asked.current = null;
			setMoved(null);
			review.reset();
			install.reset();
		},
		install: install.mutate,
		plan: review.data ?? null,
		reviewing: review.isPending,
		reviewError: review.error,
		/** From the press of the button until the page has changed. */
		installing: install.isPending || install.isSuccess,
		installError: moved ? null : install.error,
		moved,
		refused,
	};
}

function refusedOf(error: unknown): readonly InvalidParam[] {
	return error instanceof ApiError ? error.problem.invalidParams : [];
}
