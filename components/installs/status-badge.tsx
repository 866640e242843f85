import {
	CircleAlert,
	CircleCheck,
	CircleHelp,
	CircleX,
	History,
	LoaderCircle,
	type LucideIcon,
	PackageX,
	PauseCircle,
	Trash2,
	TriangleAlert,
} from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import type { Tone } from '@/components/ui/tone';
import type { InstallState, InstallStatus } from '@/lib/contracts/installs';

type Look = { Icon: LucideIcon; tone: Tone; moving: boolean };

const looks = {
	installing: { Icon: LoaderCircle, tone: 'info', moving: true },
	running: { Icon: CircleCheck, tone: 'success', moving: false },
	degraded: { Icon: TriangleAlert, tone: 'warning', moving: false },
	upgrading: { Icon: LoaderCircle, tone: 'info', moving: true },
	'upgrade-failed': { Icon: CircleAlert, tone: 'danger', moving: false },
	'install-failed': { Icon: CircleX, tone: 'danger', moving: false },
	interrupted: { Icon: PauseCircle, tone: 'warning', moving: false },
	'rolling-back': { Icon: History, tone: 'info', moving: true },
	removing: { Icon: Trash2, tone: 'info', moving: true },
	'removed-data-kept': { Icon: PackageX, tone: 'neutral', moving: false },
	unknown: { Icon: CircleHelp, tone: 'neutral', moving: false },
} satisfies Record<InstallState, Look>;

/** State of an install: the same colour, icon and word wherever it is shown. The words come from the server. */
export function StatusBadge({ status }: { status: Pick<InstallStatus, 'state' | 'label' | 'reason'> }) {
	const { Icon, tone, moving } = looks[status.state];
	return (
		<Badge
			tone={tone}
			title={status.reason ?? undefined}
			icon={<Icon aria-hidden className={moving && Icon === LoaderCircle ? 'animate-spin' : undefined} />}
		>
			{status.label}
		</Badge>
	);
}
