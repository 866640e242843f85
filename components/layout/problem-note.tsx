import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { ApiError } from '@/lib/api-client';

type ProblemNoteProps = {
	/** What did not happen, e.g. "The packs could not be loaded." */
	title: string;
	error: unknown;
	onRetry?: () => void;
	actions?: ReactNode;
	className?: string;
};

/** A failed request in words: what, why, what to do, and the id to quote. */
export function ProblemNote({ title, error, onRetry, actions, className }: ProblemNoteProps) {
	const problem = error instanceof ApiError ? error.problem : null;
	return (
		<Note
			tone="danger"
			live
			title={title}
			next={problem?.hint ?? (problem?.status === 0 ? 'Check that the server runs, then try again.' : null)}
			technical={
				problem?.requestId ? `${problem.code} · status ${problem.status} · request ${problem.requestId}` : null
			}
			className={className}
			actions={
				onRetry || actions ? (
					<>
						{onRetry ? (
							<Button size="small" onClick={onRetry}>
								Try again
							</Button>
						) : null}
						{actions}
					</>
				) : null
			}
		>
			{error instanceof Error ? error.message : 'Something unexpected happened in this page.'}
		</Note>
	);
}
