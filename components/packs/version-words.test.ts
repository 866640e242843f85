import { expect, test } from 'vitest';
import type { VersionSummary } from '@/lib/contracts/packs';
import { bytes, chooseVersion, listedVersions, newestInstallable } from './version-words';

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
