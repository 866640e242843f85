import { CircleCheck, CircleHelp, Info, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import type { Tone } from '@/components/ui/tone';
import type { ContractBadge as Contract } from '@/lib/contracts/packs';

const looks = {
	none: { Icon: CircleCheck, tone: 'neutral' },
	notice: { Icon: Info, tone: 'info' },
	warning: { Icon: TriangleAlert, tone: 'warning' },
	breaking: { Icon: OctagonAlert, tone: 'danger' },
	unknown: { Icon: CircleHelp, tone: 'neutral' },
} satisfies Record<Contract['tone'], { Icon: LucideIcon; tone: Tone }>;

/** What a version does to the configuration contract: "no config change", "1 required new", "breaking: 3". */
export function ContractBadge({ badge }: { badge: Contract }) {
	const { Icon, tone } = looks[badge.tone];
	return (
		<Badge tone={tone} icon={<Icon aria-hidden />}>
			{badge.text}
		</Badge>
	);
}
