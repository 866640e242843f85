import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge';
import { Note } from '@/components/ui/note';
import type { SourceSummary } from '@/lib/contracts/sources';
import { healthLook } from './source-words';

/** Health and what else sets a source apart, each as a word. */
export function SourceBadges({ source }: { source: SourceSummary }) {
	const { Icon, tone, word } = healthLook(source);
	return (
		<>
			{source.enabled || source.health === 'syncing' ? (
				<Badge tone={tone} icon={<Icon aria-hidden />}>
					{word}
				</Badge>
			) : null}
			{source.enabled ? null : <Badge>Switched off</Badge>}
			{needsReEntry(source) ? <Badge tone="warning">Credential needed</Badge> : null}
			{source.readOnlyReason ? <Badge>Managed</Badge> : null}
		</>
	);
}

/** The last failure in words: why, what to do, and what is still there. */
export function SourceProblem({ source, actions }: { source: SourceSummary; actions?: ReactNode }) {
	if (!source.problem || !source.enabled) return null;
	const failing = source.health === 'failing';
	return (
		<Note tone={failing ? 'danger' : 'warning'} title={source.problem} next={source.hint} actions={actions}>
			{failing && source.lastGoodSyncAt && source.packs > 0 ? 'The packs of the last good sync stay listed.' : null}
		</Note>
	);
}

export function needsReEntry(source: SourceSummary): boolean {
	return source.credential === 'needs-re-entry' || source.npmCredential === 'needs-re-entry';
}
