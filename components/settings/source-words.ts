import { CircleAlert, CircleCheck, CircleDashed, type LucideIcon, RefreshCw } from 'lucide-react';
import type { Tone } from '@/components/ui/tone';
import type { SourceSummary } from '@/lib/contracts/sources';

export const kindWords = {
	github: 'GitHub organisation or user',
	oci: 'OCI registry',
	npm: 'npm registry',
	bundle: 'Imported bundle',
} satisfies Record<SourceSummary['kind'], string>;

export const credentialWords = {
	set: 'Stored; it is never shown again',
	'not-set': 'Not set',
	'needs-re-entry': 'Needs to be entered again',
} satisfies Record<SourceSummary['credential'], string>;

type Look = { Icon: LucideIcon; tone: Tone; word: string };

const healthLooks = {
	good: { Icon: CircleCheck, tone: 'success', word: 'Good' },
	failing: { Icon: CircleAlert, tone: 'danger', word: 'Failing' },
	never: { Icon: CircleDashed, tone: 'neutral', word: 'Not read yet' },
	syncing: { Icon: RefreshCw, tone: 'info', word: 'Syncing' },
} satisfies Record<SourceSummary['health'], Look>;

export function healthLook({ health }: Pick<SourceSummary, 'health'>): Look {
	return healthLooks[health];
}
