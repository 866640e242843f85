import type { Revision } from '@/lib/contracts/installs';

const DAY = 86_400_000;

/** "12 Mar → 3 Apr (22 days)", "since 3 Apr (2 days)"; within one day with the time, in UTC. `now` in milliseconds. */
export function period(revision: Pick<Revision, 'activatedAt' | 'retiredAt'>, now: number): string {
	const { activatedAt, retiredAt } = revision;
	if (activatedAt === null) return 'never ran';
	const length = span(Date.parse(retiredAt ?? new Date(now).toISOString()) - Date.parse(activatedAt));
	const sameDay = day(activatedAt) === day(retiredAt ?? new Date(now).toISOString());
	const start = sameDay ? `${day(activatedAt)}, ${time(activatedAt)}` : day(activatedAt);
	if (retiredAt === null) return `since ${start}${sameDay ? ' UTC' : ''} (${length})`;
	return `${start} → ${sameDay ? `${time(retiredAt)} UTC` : day(retiredAt)} (${length})`;
}

/** The state to return to by default: the newest good one that is not running now. */
export function lastGood(revisions: readonly Revision[], left = false): Revision | null {
	return statesToReturnTo(revisions, left)[0] ?? null;
}

/** A state can be returned to when it once ran, no longer does, and its configuration was not swept yet. */
export function isReturnable(revision: Revision): boolean {
	return revision.outcome === 'good' && revision.activatedAt !== null && revision.retiredAt !== null && revision.kept;
}

/**
 * The states to choose from, newest first. After a change that was `left` where it failed, the one that ran before it is
 * among them, and the one to prefer.
 */
export function statesToReturnTo(revisions: readonly Revision[], left: boolean): Revision[] {
	const states = revisions.filter((one) => isReturnable(one) || (left && isCurrent(one) && one.kept));
	return states.sort((a, b) => b.number - a.number);
}

/** The revision that runs now. */
export function isCurrent(revision: Pick<Revision, 'activatedAt' | 'retiredAt'>): boolean {
	return revision.activatedAt !== null && revision.retiredAt === null;
}

export const outcomeWord = {
	pending: 'not finished',
	good: 'good',
	failed: 'failed',
	cancelled: 'cancelled',
} satisfies Record<Revision['outcome'], string>;

function day(at: string): string {
	return new Date(at).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
}

function time(at: string): string {
	return new Date(at).toLocaleTimeString('en-GB', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' });
}

function span(milliseconds: number): string {
	const minutes = Math.round(Math.max(0, milliseconds) / 60_000);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	if (hours < 48) return hours === 1 ? '1 hour' : `${hours} hours`;
	return `${Math.round(milliseconds / DAY)} days`;
}
