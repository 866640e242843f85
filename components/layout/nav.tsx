'use client';

import { Boxes, Inbox, Package, ScrollText, Settings } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { cx } from '@/components/ui/cx';

const places = [
	{ href: '/', label: 'Needs you', Icon: Inbox },
	{ href: '/packs', label: 'Packs', Icon: Package },
	{ href: '/installs', label: 'Installs', Icon: Boxes },
	{ href: '/audit', label: 'Audit', Icon: ScrollText },
	{ href: '/settings', label: 'Settings', Icon: Settings },
] as const;

/** The same five places as a column on wide screens and as a bar under the thumb on narrow ones. */
export function Nav({ shape }: { shape: 'column' | 'bar' }) {
	const pathname = usePathname();
	return (
		<nav aria-label="Main">
			<ul className={shape === 'column' ? 'grid gap-0.5' : 'grid grid-cols-5'}>
				{places.map(({ href, label, Icon }) => {
					const current = href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
					return (
						<li key={href}>
							<Link
								href={href}
								aria-current={current ? 'page' : undefined}
								className={cx(shape === 'column' ? columnLook : barLook, current ? currentLook : restLook)}
							>
								<Icon aria-hidden className={cx('size-[18px] shrink-0', current && 'text-copper')} />
								{label}
							</Link>
						</li>
					);
				})}
			</ul>
		</nav>
	);
}

const columnLook = 'flex h-9 items-center gap-3 rounded-control px-3 text-sm';
const barLook = 'flex h-14 flex-col items-center justify-center gap-1 text-[11px] focus-visible:-outline-offset-2';
const currentLook = 'bg-raised font-medium text-ink';
const restLook = 'text-muted hover:bg-raised/60 hover:text-ink';
