import type { InstallState, InstallSummary } from '@/lib/contracts/installs';
import { isUrgent } from './alarm-words';

export type InstallGroup = 'attention' | 'moving' | 'running' | 'removed';
export type InstallFilter = { q: string; group: InstallGroup | 'all' | 'updates' };

const groupOf = {
	installing: 'moving',
	running: 'running',
	degraded: 'attention',
	upgrading: 'moving',
	'upgrade-failed': 'attention',
	'install-failed': 'attention',
	interrupted: 'attention',
	'rolling-back': 'moving',
	removing: 'moving',
	'removed-data-kept': 'removed',
	unknown: 'attention',
} satisfies Record<InstallState, InstallGroup>;

export const filterChoices = [
	{ value: 'all', text: 'All that exist' },
	{ value: 'attention', text: 'Needs attention' },
	{ value: 'moving', text: 'Something is going on' },
	{ value: 'updates', text: 'Update available' },
	{ value: 'running', text: 'Running' },
	{ value: 'removed', text: 'Removed' },
] as const satisfies readonly { value: InstallFilter['group']; text: string }[];

/** The filter in an address; anything unknown means "all". */
export function readFilter(parameters: { get(name: string): string | null }): InstallFilter {
	const choice = filterChoices.find(({ value }) => value === parameters.get('show'));
	return { q: parameters.get('q') ?? '', group: choice?.value ?? 'all' };
}

/** The address of a filter; defaults leave no trace. */
export function writeFilter(filter: InstallFilter): string {
	const parameters = new URLSearchParams();
	if (filter.q !== '') parameters.set('q', filter.q);
	if (filter.group !== 'all') parameters.set('show', filter.group);
	const text = parameters.toString();
	return text === '' ? '/installs' : `/installs?${text}`;
}

/** Installs that fit, in the order given. Removed ones are listed only when asked for. */
export function filterInstalls(installs: readonly InstallSummary[], filter: InstallFilter): InstallSummary[] {
	const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
	return installs.filter((install) => {
		const group = groupOf[install.status.state];
		const fits =
			filter.group === 'all'
				? group !== 'removed'
				: filter.group === 'updates'
					? install.updateAvailable !== null && group !== 'removed'
					: group === filter.group || (filter.group === 'attention' && install.alarms.some(isUrgent));
		if (!fits) return false;
		const text = `${install.packName} ${install.slug} ${install.namespace} ${install.release}`.toLowerCase();
		return words.every((word) => text.includes(word));
	});
}
