import { ChevronRight } from 'lucide-react';
import { AppLink } from './app-link';

export type Crumb = { label: string; href?: string };

/** Where this page is; the last crumb is the page itself and no link. */
export function Breadcrumb({ crumbs }: { crumbs: readonly Crumb[] }) {
	return (
		<nav aria-label="Breadcrumb">
			<ol className="flex flex-wrap items-center gap-1 text-sm text-muted">
				{crumbs.map((crumb, index) => (
					<li key={`${crumb.href ?? ''} ${crumb.label}`} className="flex items-center gap-1">
						{index > 0 ? <ChevronRight aria-hidden className="size-3.5" /> : null}
						{crumb.href ? (
							<AppLink href={crumb.href} className="rounded hover:text-ink hover:underline">
								{crumb.label}
							</AppLink>
						) : (
							<span aria-current="page">{crumb.label}</span>
						)}
					</li>
				))}
			</ol>
		</nav>
	);
}
