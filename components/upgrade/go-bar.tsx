import type { ReactNode } from 'react';

/** The verb of the page, always in reach: above the bottom bar on phones, at the end of the window elsewhere. */
export function GoBar({ words, children }: { words: ReactNode; children: ReactNode }) {
	return (
		<div className="sticky bottom-14 z-10 -mx-4 flex flex-wrap items-center justify-between gap-x-5 gap-y-2.5 border-t border-line-strong bg-surface px-4 py-3 sm:-mx-6 sm:px-6 md:bottom-0 md:-mx-8 md:px-8">
			<p role="status" className="min-h-5 text-sm text-muted">
				{words}
			</p>
			<div className="flex flex-wrap items-center gap-2">{children}</div>
		</div>
	);
}
