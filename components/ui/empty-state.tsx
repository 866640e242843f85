import type { ReactNode } from 'react';

type EmptyStateProps = { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode };

/** Nothing here, why, and what to do. Never used for "could not be loaded": that is a Note. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
	return (
		<div className="grid justify-items-center gap-2 rounded-card border border-dashed border-line-strong px-6 py-12 text-center">
			{icon ? <span className="mb-1 text-muted [&_svg]:size-6">{icon}</span> : null}
			<p className="font-medium">{title}</p>
			{children ? <div className="max-w-prose text-sm text-muted">{children}</div> : null}
			{actions ? <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div> : null}
		</div>
	);
}
