import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { ApiError } from '@/lib/api-client';
import { textAt } from '@/lib/core';

/** Why an order was refused: the plan moved, somebody else is at it, an answer is wrong. Nothing was changed. */
export function Refusal({ error }: { error: Error }) {
	const problem = error instanceof ApiError ? error.problem : null;
	const operationId = problem ? textAt(problem.details, 'operationId') : undefined;
	return (
		<ProblemNote
			title={
				problem?.code === 'plan_moved' ? 'The plan moved. Nothing was changed.' : 'Not started. Nothing was changed.'
			}
			error={error}
			actions={
				operationId ? (
					<ButtonLink size="small" href={`/operations/${operationId}`}>
						Watch it
					</ButtonLink>
				) : null
			}
		/>
	);
}
