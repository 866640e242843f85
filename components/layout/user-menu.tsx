'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronsUpDown, LogOut } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { cx } from '@/components/ui/cx';
import { Skeleton } from '@/components/ui/skeleton';
import { ThemeToggle } from '@/components/ui/theme-toggle';
import { ApiError, accountQueries, api } from '@/lib/api-client';
import type { Role } from '@/lib/contracts/permissions';

const roleWords = {
	member: 'Member · may look',
	'platform-dev': 'Developer · may plan',
	'platform-admin': 'Admin · may install',
	'platform-owner': 'Owner · may do everything',
} satisfies Record<Role, string>;

/** Who is signed in, theme, sign out. `placement` says where the panel opens; it floats in the browser's top layer. */
export function UserMenu({ placement }: { placement: 'sidebar' | 'top-bar' }) {
	const { data: me } = useQuery(accountQueries.me());
	const id = `user-menu-${placement}`;
	return (
		<>
			<button
				type="button"
				popoverTarget={id}
				aria-label={me ? `Account: ${me.name}` : 'Account'}
				className={cx(
					'flex items-center gap-2.5 rounded-control text-left hover:bg-raised',
					placement === 'sidebar' ? 'h-12 w-full px-2' : 'size-9 justify-center',
				)}
			>
				<span
					aria-hidden
					className="grid size-8 shrink-0 place-items-center rounded-full bg-copper-soft text-xs font-semibold text-copper-text"
				>
					{me ? initials(me.name) : ''}
				</span>
				{placement === 'sidebar' ? (
					<>
						<span className="min-w-0 flex-1 text-sm">
							{me ? <span className="block truncate">{me.name}</span> : <Skeleton className="h-4 w-24" />}
						</span>
						<ChevronsUpDown aria-hidden className="size-4 text-muted" />
					</>
				) : null}
			</button>
			<div
				id={id}
				popover="auto"
				className={cx(
					'fixed inset-auto m-0 w-64 rounded-card border border-line-strong bg-surface p-3 text-ink shadow-overlay',
					placement === 'sidebar' ? 'bottom-17 left-3' : 'top-14 right-3',
				)}
			>
				<div className="grid gap-3">
					{me ? (
						<div className="min-w-0 px-1 text-sm">
							<p className="truncate font-medium">{me.name}</p>
							<p className="truncate text-muted">{me.email}</p>
							<p className="mt-1 text-xs text-muted">{roleWords[me.role]}</p>
						</div>
					) : null}
					<ThemeToggle />
					<SignOut />
				</div>
			</div>
		</>
	);
}

function SignOut() {
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<string | null>(null);

	async function signOut() {
		setBusy(true);
		try {
			await api.auth.signOut();
			// A full load, so that nothing of this session stays in memory.
			window.location.assign('/sign-in');
		} catch (error) {
			setBusy(false);
			setProblem(error instanceof ApiError ? error.message : 'Signing out did not reach the server.');
		}
	}

	return (
		<div className="grid gap-1.5">
			<Button icon={<LogOut aria-hidden />} busy={busy ? 'Signing out…' : null} onClick={() => void signOut()}>
				Sign out
			</Button>
			{problem ? (
				<p role="alert" className="text-sm text-danger">
					{problem}
				</p>
			) : null}
		</div>
	);
}

function initials(name: string): string {
	const words = name.trim().split(/\s+/);
	return words
		.filter((_, index) => index === 0 || index === words.length - 1)
		.map((word) => [...word][0]?.toUpperCase() ?? '')
		.join('');
}
