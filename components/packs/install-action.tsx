'use client';

import { Download } from 'lucide-react';
import { usePermission } from '@/components/layout/use-permission';
import { Button, ButtonLink, type DisabledReason } from '@/components/ui/button';
import type { PackSummary, VersionSummary } from '@/lib/contracts/packs';
import { newestInstallable } from './version-words';

type InstallActionProps = { pack: PackSummary; version: VersionSummary | null; versions: readonly VersionSummary[] };

/** The one button of a pack. It says what it would do, and when it cannot, why not. */
export function InstallAction({ pack, version, versions }: InstallActionProps) {
	const forbidden = usePermission('installs:plan', 'plan an install');
	const reason = forbidden ?? whyNot({ pack, version, versions });
	const label = version ? `${pack.installs.length > 0 ? 'Install again' : 'Install'} ${version.version}` : 'Install';
	if (reason || !version) {
		return (
			<Button variant="primary" icon={<Download aria-hidden />} disabledReason={reason}>
				{label}
			</Button>
		);
	}
	return (
		<ButtonLink
			href={addressOf(pack, version)}
			variant={pack.installs.length > 0 ? 'secondary' : 'primary'}
			icon={<Download aria-hidden />}
		>
			{label}
		</ButtonLink>
	);
}

function whyNot({ pack, version, versions }: InstallActionProps): DisabledReason | null {
	if (!version) return { text: 'No version of this pack is known yet.' };
	if (version.installable) return null;
	const text = version.reasons[0] ?? `Version ${version.version} lacks something an install needs.`;
	const other = newestInstallable(versions);
	if (!other) return { text };
	return { text, href: addressOf(pack, other), linkText: `Install ${other.version} instead` };
}

function addressOf(pack: PackSummary, version: VersionSummary): string {
	return `/packs/${pack.slug}/install?version=${encodeURIComponent(version.version)}`;
}
