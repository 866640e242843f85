'use client';

import { useEffect, useRef } from 'react';
import { Note } from '@/components/ui/note';

export type FormProblem = { key: string; reason: string };

type ErrorSummaryProps = {
	problems: readonly FormProblem[];
	/** Grows with every refused attempt, so that the same problems are read out again. */
	attempt: number;
	onGo: (key: string) => void;
};

/** All that keeps the form from being reviewed, with links; takes the focus when it appears. */
export function ErrorSummary({ problems, attempt, onGo }: ErrorSummaryProps) {
	const heading = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (attempt === 0) return;
		heading.current?.focus({ preventScroll: true });
		heading.current?.scrollIntoView?.({ block: 'start' });
	}, [attempt]);
	return (
		<div ref={heading} tabIndex={-1} className="rounded-card empty:hidden">
			{problems.length > 0 ? (
				<Note
					tone="danger"
					title={problems.length === 1 ? '1 answer needs attention' : `${problems.length} answers need attention`}
				>
					<ul className="grid gap-1">
						{problems.map(({ key, reason }) => (
							<li key={key}>
								<a
									href={`#env-${key}`}
									onClick={(event) => {
										event.preventDefault();
										onGo(key);
									}}
									className="rounded underline decoration-danger/50 underline-offset-4 hover:decoration-danger"
								>
									{/* Most sentences name the key themselves. */}
									{reason.includes(key) ? null : <code className="break-all">{key}: </code>}
									{reason}
								</a>
							</li>
						))}
					</ul>
				</Note>
			) : null}
		</div>
	);
}
