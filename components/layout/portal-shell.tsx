'use client';

import { type ReactNode, useEffect } from 'react';
import { Brand } from './brand';
import { AccountMenu, Fetched, WorldLabel } from './fetched';
import { Nav } from './nav';
import { focusSearch } from './shortcuts';

/** The frame of every signed-in page: sidebar from 768 px, top bar and bottom bar below. */
export function PortalShell({ children }: { children: ReactNode }) {
	useEffect(() => {
		document.addEventListener('keydown', focusSearch);
		return () => document.removeEventListener('keydown', focusSearch);
	}, []);
	return (
		<div className="md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
			<a
				href="#content"
				className="sr-only rounded-control bg-copper px-4 py-2 text-sm font-medium text-on-copper focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:px-4 focus:py-2"
			>
				Skip to content
			</a>
			<aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface p-3 md:flex">
				<div className="flex h-12 items-center justify-between gap-2 px-2">
					<Brand />
					<WorldLabel />
				</div>
				<div className="mt-3 flex-1">
					<Nav shape="column" />
				</div>
				<AccountMenu placement="sidebar" />
			</aside>
			<header className="sticky top-0 z-20 flex h-14 items-center justify-between border-b border-line bg-surface px-4 md:hidden">
				<span className="flex items-center gap-3">
					<Brand />
					<WorldLabel />
				</span>
				<AccountMenu placement="top-bar" />
			</header>
			<main
				id="content"
				tabIndex={-1}
				className="mx-auto w-full max-w-6xl min-w-0 px-4 pt-6 pb-28 sm:px-6 md:px-8 md:pt-8 md:pb-16"
			>
				<Fetched
					fallback={
						<p role="status" className="text-sm text-muted">
							Loading the page…
						</p>
					}
				>
					{children}
				</Fetched>
			</main>
			<div className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
				<Nav shape="bar" />
			</div>
		</div>
	);
}
