'use client';

import { usePathname } from 'next/navigation';
import { AppLink } from '@/components/ui/app-link';
import { cx } from '@/components/ui/cx';

const places = [
	{ href: '/settings', label: 'Sources' },
	{ href: '/settings/policy', label: 'Policy' },
] as const;

/** The pages of Settings, as addresses of their own. */
export function SettingsNav() {
	const pathname = usePathname();
	return (
		<nav aria-label="Settings" className="mb-6 overflow-x-auto border-b border-line [scrollbar-width:none]">
			<ul className="flex gap-1">
				{places.map(({ href, label }) => (
					<li key={href}>
						<AppLink
							href={href}
							aria-current={pathname === href ? 'page' : undefined}
							className={cx(
								'inline-flex border-b-2 px-3 py-2.5 text-sm font-medium focus-visible:-outline-offset-2',
								pathname === href ? 'border-copper text-ink' : 'border-transparent text-muted hover:text-ink',
							)}
						>
							{label}
						</AppLink>
					</li>
				))}
			</ul>
		</nav>
	);
}
