import type { ReactNode } from 'react';
import { Breadcrumb, type Crumb } from './breadcrumb';

type PageHeaderProps = {
	title: ReactNode;
	crumbs?: readonly Crumb[];
	/** One sentence, or badges. */
	description?: ReactNode;
	actions?: ReactNode;
};

/** The one h1 of a page. */
export function PageHeader({ title, crumbs, description, actions }: PageHeaderProps) {
	return (
		<header className="mb-6 grid gap-2">
			{crumbs ? <Breadcrumb crumbs={crumbs} /> : null}
			<div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
				<div className="grid min-w-0 gap-1.5">
					<h1 className="text-2xl font-semibold tracking-tight break-words">{title}</h1>
					{description ? <div className="max-w-prose text-sm text-muted">{description}</div> : null}
				</div>
				{actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
			</div>
		</header>
	);
}
