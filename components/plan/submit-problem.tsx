import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { ApiError } from '@/lib/api-client';
import { listAt, textAt } from '@/lib/core';

/** Why the approved plan was not started: somebody else is at it (with a way to watch), or anything else. */
export function SubmitProblem({ error }: { error: unknown }) {
	const details = error instanceof ApiError ? error.problem.details : {};
	const operationId = textAt(details, 'operationId');
	const installId = textAt(details, 'installId');
	if (!(error instanceof ApiError) || error.problem.code !== 'conflict') {
		return <ProblemNote title="It was not started." error={error} />;
	}
	return (
		<Note
			tone="warning"
			live
			title={error.message}
			next={error.problem.hint}
			actions={
				<>
					{operationId ? <ButtonLink href={`/operations/${operationId}`}>Watch it</ButtonLink> : null}
					{installId ? <ButtonLink href={`/installs/${installId}`}>Open the install</ButtonLink> : null}
				</>
			}
		/>
	);
}

/** The sentences of a `plan_moved` refusal; null for every other error. */
export function movedSentences(error: unknown): string[] | null {
	if (!(error instanceof ApiError) || error.problem.code !== 'plan_moved') return null;
	const moved = listAt(error.problem.details, 'moved').filter((item): item is string => typeof item === 'string');
	return moved.length > 0 ? moved : [error.message];
}

/** Shown above the plan that replaced the one that no longer held. */
export function MovedNote({ moved }: { moved: readonly string[] }) {
	return (
		<Note
			tone="warning"
			live
			title="Nothing was started: something changed since you reviewed the plan."
			next="This is the new plan. Review it, then start it."
		>
			<ul className="grid gap-1">
				{moved.map((sentence) => (
					<li key={sentence}>{sentence}</li>
				))}
			</ul>
		</Note>
	);
}
