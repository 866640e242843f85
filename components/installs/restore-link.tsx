import { ButtonLink } from '@/components/ui/button';
import type { InstallDetail } from '@/lib/contracts/installs';

/** The way back for an install that was removed with its data kept: its answers and secrets are used again, unread. */
export function RestoreLink({ detail: { install, revision } }: { detail: InstallDetail }) {
	if (revision === null || !install.dataKept) return null;
	return (
		<ButtonLink href={`/installs/${install.id}/upgrade?version=${encodeURIComponent(revision.version)}`}>
			Bring back {revision.version} with what was kept
		</ButtonLink>
	);
}
