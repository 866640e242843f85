'use client';

import { usePermission } from '@/components/layout/use-permission';
import { Button, ButtonLink, type DisabledReason } from '@/components/ui/button';
import type { InstallDetail } from '@/lib/contracts/installs';
import { busyReason } from './active-operation';
import { RestoreLink } from './restore-link';

/** What can be done to this install now. A reason that holds for all buttons is told once, by the note above them. */
export function InstallActions({ detail }: { detail: InstallDetail }) {
	const { install, lastOperation } = detail;
	const denied = usePermission('installs:write', 'change installs');
	const base = `/installs/${install.id}`;
	if (install.status.state === 'removed-data-kept') {
		return (
			<>
				<RestoreLink detail={detail} />
				<ButtonLink href={`/packs/${install.slug}/install`} variant={install.dataKept ? 'secondary' : 'primary'}>
					Install again
				</ButtonLink>
			</>
		);
	}
	// The running operation has its own note with a link; repeating it beside every button would drown the page.
	if (busyReason(install)) return null;
	if (denied) return <p className="max-w-xs text-sm text-muted">{denied.text}</p>;
	const failed = lastOperation?.state === 'failed' || lastOperation?.state === 'cancelled';
	return (
		<>
			{failed ? <ButtonLink href={`/operations/${lastOperation.id}`}>See what failed</ButtonLink> : null}
			<ButtonLink href={`${base}/remove`}>Remove…</ButtonLink>
			{install.updateAvailable ? (
				<ButtonLink variant="primary" href={`${base}/upgrade?version=${encodeURIComponent(install.updateAvailable)}`}>
					Review {install.updateAvailable}
				</ButtonLink>
			) : null}
		</>
	);
}

/** A link to a page that does something, or the same button with the reason it cannot be used now. */
export function ActionLink({
	href,
	blocked,
	children,
}: {
	href: string;
	blocked: DisabledReason | null;
	children: string;
}) {
	if (blocked)
		return (
			<Button size="small" disabledReason={blocked}>
				{children}
			</Button>
		);
	return (
		<ButtonLink size="small" href={href}>
			{children}
		</ButtonLink>
	);
}
