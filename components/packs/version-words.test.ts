import { expect, test } from 'vitest';
import type { VersionSummary } from '@/lib/contracts/packs';
import { bytes, chooseVersion, listedVersions, newestInstallable, ownBadges } from './version-words';

const versions = [
	version('2.0.0', { installable: false }),
	version('2.0.0-rc.1', { prerelease: true }),
	version('1.1.0'),
	version('1.0.0'),
];

test('the pack page opens with the version of the address, else with the latest, blocked or not', () => {
	expect(chooseVersion(versions, '1.0.0', '2.0.0')?.version).toBe('1.0.0');
	expect(chooseVersion(versions, 'gone', '2.0.0')?.version).toBe('2.0.0');
	expect(chooseVersion([], null, null)).toBeNull();
});

test('what is offered instead is the newest stable version that can be installed', () => {
	expect(newestInstallable(versions)?.version).toBe('1.1.0');
	expect(newestInstallable(versions.slice(0, 2))?.version).toBe('2.0.0-rc.1');
	expect(newestInstallable(versions.slice(0, 1))).toBeNull();
});

test('prereleases are hidden unless wanted, chosen, or all there is', () => {
	const listed = (prereleases: boolean, chosen: string | null, of = versions) =>
		listedVersions(of, { prereleases, chosen }).map((each) => each.version);
	expect(listed(false, null)).toEqual(['2.0.0', '1.1.0', '1.0.0']);
	expect(listed(false, '2.0.0-rc.1')).toContain('2.0.0-rc.1');
	expect(listed(true, null)).toHaveLength(4);
	expect(listed(false, null, versions.slice(1, 2))).toEqual(['2.0.0-rc.1']);
});

test('what a version changes is said from where the installs are, once per verdict', () => {
	const cell = (name: string, text: string) => ({
		version: name,
		state: 'answers' as const,
		answers: 1,
		blockedBy: [],
		deprecations: [],
		badge: { tone: 'breaking' as const, text },
	});
	const row = (packId: string, release: string, from: string, cells: ReturnType<typeof cell>[]) => ({
		installId: release,
		packId,
		packName: 'Billing',
		slug: 'billing',
		namespace: 'khal',
		release,
		version: from,
		cells,
	});
	const rows = [
		row('p', 'a', '1.0.0', [cell('1.1.0', 'breaking: 1'), cell('2.0.0', 'breaking: 4')]),
		row('p', 'b', '1.0.0', [cell('1.1.0', 'breaking: 1'), cell('2.0.0', 'breaking: 3')]),
		row('p', 'c', '1.1.0', [cell('2.0.0', 'breaking: 3')]),
		row('other', 'd', '1.0.0', [cell('2.0.0', 'breaking: 9')]),
	];
	const said = (name: string) =>
		ownBadges({ rows }, 'p', name).map(({ from, badge, installs }) => [from, badge.text, installs.length]);

	expect(said('1.1.0')).toEqual([['1.0.0', 'breaking: 1', 2]]);
	expect(said('2.0.0')).toEqual([
		['1.0.0', 'breaking: 4', 1],
		['1.0.0', 'breaking: 3', 1],
		['1.1.0', 'breaking: 3', 1],
	]);
	expect(said('1.0.0')).toEqual([]);
});

test('sizes are counted as registries count them', () => {
	expect([bytes(999), bytes(18_342), bytes(1_449_000)]).toEqual(['999 B', '18 kB', '1.4 MB']);
});

function version(name: string, part: Partial<VersionSummary> = {}): VersionSummary {
	return {
		version: name,
		prerelease: false,
		publishedAt: null,
		installable: true,
		reasons: [],
		hasChart: true,
		hasFrontend: true,
		badge: { tone: 'none', text: 'no config change' },
		vanished: false,
		tagMoved: false,
		deprecations: [],
		...part,
	};
}
