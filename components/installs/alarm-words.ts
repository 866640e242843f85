import type { Alarm, InstallSummary } from '@/lib/contracts/installs';

type Words = {
	tone: 'danger' | 'warning' | 'info';
	/** In a list, beside the version. */
	mark: string;
	meaning: string;
	next: string | null;
	/** Before the time it was first seen. */
	seen: string;
	/** Label of the digest that does not run here. */
	other: string;
	/** What settling it means. */
	settling: string;
};

/** Words for people; the sentence of an alarm comes from the server. */
export const alarmWords = {
	'tag-moved': {
		tone: 'danger',
		mark: 'tag moved',
		meaning:
			'What runs is what was reviewed, and it stays: restarts, rollbacks and a new configuration use the stored copy.',
		next: 'Compare the bytes, or ask the publisher why the tag moved. New bytes run here only after you plan this version again.',
		seen: 'First seen',
		other: 'The tag now',
		settling: 'For this digest only: if the tag moves again, you are told again. What runs here does not change.',
	},
	replaced: {
		tone: 'warning',
		mark: 'other bytes accepted',
		meaning: 'Nothing changes here by itself.',
		next: 'Plan the new bytes to see what they change, or settle this to stay on the earlier ones.',
		seen: 'Since',
		other: 'Accepted',
		settling: 'This install stays on the earlier bytes. If other ones are accepted later, you are told again.',
	},
	deprecated: {
		tone: 'warning',
		mark: 'deprecated',
		meaning: 'It runs on as it is.',
		next: 'Look for a newer version, or settle this to stay.',
		seen: 'Since',
		other: '',
		settling: 'If the publisher says something else about this version later, you are told again.',
	},
	vanished: {
		tone: 'info',
		mark: 'no longer published',
		meaning: 'The stored copy is kept, so this install can still be repaired, configured and rolled back.',
		next: null,
		seen: 'Missing since',
		other: '',
		settling: 'If the version comes back and is taken away again, you are told again.',
	},
} satisfies Record<Alarm['kind'], Words>;

/** What needs a decision; the rest is only worth knowing. */
export function isUrgent(alarm: Pick<Alarm, 'kind'>): boolean {
	return alarm.kind === 'tag-moved' || alarm.kind === 'replaced';
}

/** The version on the page of its pack, where both sides can be looked at. */
export function comparePath(install: Pick<InstallSummary, 'slug'>, alarm: Pick<Alarm, 'version'>): string {
	return `/packs/${install.slug}?version=${encodeURIComponent(alarm.version)}`;
}

/** The plan of the same version with the bytes that were accepted for it since. */
export function adoptPath(install: Pick<InstallSummary, 'id'>, alarm: Pick<Alarm, 'version'>): string {
	return `/installs/${install.id}/upgrade?version=${encodeURIComponent(alarm.version)}&adopt=true`;
}
