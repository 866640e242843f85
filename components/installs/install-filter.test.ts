import { expect, test } from 'vitest';
import type { InstallState, InstallSummary } from '@/lib/contracts/installs';
import { filterInstalls, readFilter, writeFilter } from './install-filter';

const id = '00000000-0000-4000-8000-000000000001';

function install(packName: string, state: InstallState, updateAvailable: string | null = null): InstallSummary {
	return {
		id,
		packId: id,
		packName,
		slug: packName.toLowerCase(),
		namespace: 'khal-acme',
		release: packName.toLowerCase(),
		targetName: 'default',
		status: { state, label: state, desiredVersion: null, runningVersion: null, reason: null, observedAt: null },
		version: null,
		updateAvailable,
		alarms: [],
		dataKept: false,
		installedAt: '2026-01-01T00:00:00Z',
		changedAt: '2026-01-01T00:00:00Z',
		changedBy: { id: null, name: 'system' },
		activeOperation: null,
	};
}

const all = [
	install('Billing', 'running', '1.3.0'),
	install('Genie', 'degraded'),
	install('Files', 'unknown'),
	install('Old', 'removed-data-kept', '2.0.0'),
	install('New', 'installing'),
];

test.each([
	['all', ['Billing', 'Genie', 'Files', 'New']],
	['attention', ['Genie', 'Files']],
	['moving', ['New']],
	['updates', ['Billing']],
	['running', ['Billing']],
	['removed', ['Old']],
] as const)('the filter %s shows %j', (group, names) => {
	expect(filterInstalls(all, { q: '', group }).map((each) => each.packName)).toEqual(names);
});

test('an install whose tag moved needs attention although it runs; one that is only no longer published does not', () => {
	const alarm = { id: 'x', version: '1.0.0', since: null, sentence: '', digests: null };
	const moved = { ...install('Moved', 'running'), alarms: [{ ...alarm, kind: 'tag-moved' as const }] };
	const gone = { ...install('Gone', 'running'), alarms: [{ ...alarm, kind: 'vanished' as const }] };

	expect(filterInstalls([moved, gone], { q: '', group: 'attention' })).toEqual([moved]);
});

test('every word of a search must fit somewhere', () => {
	expect(filterInstalls(all, { q: 'ACME gen', group: 'all' }).map((each) => each.packName)).toEqual(['Genie']);
});

test('a filter survives its way through the address', () => {
	const filter = { q: 'a b', group: 'attention' } as const;
	expect(readFilter(new URL(writeFilter(filter), 'http://x').searchParams)).toEqual(filter);
	expect(writeFilter({ q: '', group: 'all' })).toBe('/installs');
	expect(readFilter(new URLSearchParams('show=nonsense'))).toEqual({ q: '', group: 'all' });
});
