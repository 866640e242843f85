'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useRequestId } from '@/components/operations/use-request-id';
import { ApiError, api, installQueries } from '@/lib/api-client';
import type { RequestOperation } from '@/lib/contracts/installs';

/**
 * Ask for an operation and go to its page. The request id stays the same while nobody knows whether the server heard
 * it, so asking the same again is not a second operation; once the server itself refused, the next try is a new request.
 */
export function useSubmit(installId: string, options: { onRefused?: (error: Error) => void } = {}) {
	const router = useRouter();
	const client = useQueryClient();
	const requestId = useRequestId();
	return useMutation({
		mutationFn: (build: (requestId: string) => RequestOperation) =>
			api.installs.requestOperation(installId, build(requestId.idFor(build('')))),
		onSuccess: async (operation) => {
			requestId.forget();
			router.push(`/operations/${operation.id}`);
			await client.invalidateQueries({ queryKey: installQueries.all, refetchType: 'none' });
		},
		onError: (error) => {
			if (error instanceof ApiError && error.problem.requestId !== '') requestId.forget();
			options.onRefused?.(error);
		},
	});
}
