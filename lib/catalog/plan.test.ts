import { describe, expect, test } from 'vitest';
import { type KnownVersion, planLook, planSync, type Standing } from './plan';

const chart = (version: string, digest: string) => ({
	version,
	prerelease: false,
	chart: { host: 'ghcr.io', repository: 'acme/charts/pack-x', tag: version, manifestDigest: digest },
	npm: null,
	publishedAt: null,
});
const known = (version: string, change: Partial<KnownVersion> = {}): KnownVersion => ({
	version,
	prerelease: false,
	chartDigest: 'sha256:a',
	frontendIntegrity: null,
	incomplete: false,
	frontends: [],
	vanished: false,
	missingLooks: 0,
	movedTo: null,
	...change,
});

describe('planSync', () => {
	test('an unchanged pack needs nothing', () => {
		expect(planSync([chart('1.0.0', 'sha256:a')], [known('1.0.0')])).toEqual({
			read: [],
			moved: [],
			restored: [],
			missing: [],
			vanished: [],
			deprecated: [],
			rechannelled: [],
			returned: [],
		});
	});

	test('a version that becomes the latest is no prerelease any more', () => {
		expect(planSync([chart('1.0.0', 'sha256:a')], [known('1.0.0', { prerelease: true })]).rechannelled).toEqual([
			{ version: '1.0.0', prerelease: false },
		]);
	});

	test('a new version is read', () => {
		expect(
			planSync([chart('1.1.0', 'sha256:b'), chart('1.0.0', 'sha256:a')], [known('1.0.0')]).read.map((v) => v.version),
		).toEqual(['1.1.0']);
	});

	test('a tag that points to other bytes is an alarm and is not read again', () => {
		const plan = planSync([chart('1.0.0', 'sha256:other')], [known('1.0.0')]);

		expect(plan.moved).toEqual([{ version: '1.0.0', to: 'sha256:other' }]);
		expect(plan.read).toEqual([]);
	});

	test('a tag that was moved and points to the first bytes again is no alarm any more', () => {
		const moved = known('1.0.0', { movedTo: 'sha256:other' });

		expect(planSync([chart('1.0.0', 'sha256:a')], [moved]).restored).toEqual(['1.0.0']);
		expect(planSync([chart('1.0.0', 'sha256:other')], [moved]).moved).toEqual([]);
	});

	test('a version is believed to be gone only after the third listing without it', () => {
		expect(planSync([], [known('1.0.0')])).toMatchObject({ missing: ['1.0.0'], vanished: [] });
		expect(planSync([], [known('1.0.0', { missingLooks: 1 })])).toMatchObject({ missing: ['1.0.0'], vanished: [] });
		expect(planSync([], [known('1.0.0', { missingLooks: 2 })])).toMatchObject({ missing: [], vanished: ['1.0.0'] });
		expect(planSync([], [known('1.0.0', { vanished: true, missingLooks: 3 })]).vanished).toEqual([]);
	});

	test('a version that was missing once and is listed again starts from zero', () => {
		const plan = planSync([chart('1.0.0', 'sha256:a')], [known('1.0.0', { missingLooks: 2 })]);

		expect(plan).toMatchObject({ returned: ['1.0.0'], missing: [], vanished: [], read: [] });
	});

	test('a version that comes back is marked so, and read only when it was incomplete', () => {
		const plan = planSync([chart('1.0.0', 'sha256:a')], [known('1.0.0', { vanished: true })]);

		expect(plan.returned).toEqual(['1.0.0']);
		expect(plan.read).toEqual([]);
		expect(planSync([chart('1.0.0', 'sha256:a')], [known('1.0.0', { incomplete: true })]).read).toHaveLength(1);
	});

	test('a frontend that appears later makes its version worth another look', () => {
		const late = {
			...chart('1.0.0', 'sha256:a'),
			npm: {
				package: '@acme/x',
				version: '1.0.0',
				integrity: 'sha512-x',
				deprecated: null,
				distTags: [],
				publishedAt: null,
			},
		};

		expect(planSync([late], [known('1.0.0')]).read).toHaveLength(1);
	});

	test('what the publisher says about a frontend later is noted, taken back too, and no reason to read it again', () => {
		const npm = { package: '@acme/x', version: '1.0.0', integrity: 'sha512-x', distTags: [], publishedAt: null };
		const listed = (deprecated: string | null) => ({ ...chart('1.0.0', 'sha256:a'), npm: { ...npm, deprecated } });
		const stored = (deprecated: string | null) =>
			known('1.0.0', { frontendIntegrity: 'sha512-x', frontends: [{ package: '@acme/x', deprecated }] });
		const noted = (text: string | null) => [{ version: '1.0.0', package: '@acme/x', text }];

		expect(planSync([listed('broken')], [stored(null)])).toMatchObject({ deprecated: noted('broken'), read: [] });
		expect(planSync([listed(null)], [stored('broken')]).deprecated).toEqual(noted(null));
		expect(planSync([listed('broken')], [stored('broken')]).deprecated).toEqual([]);
	});
});

describe('planLook', () => {
	const now = new Date('2026-11-20T12:00:00Z');
	const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
	const quiet: Standing = {
		fingerprint: 'same',
		lookedAt: hoursAgo(1),
		unsettled: false,
		unexplained: false,
		installed: false,
	};

	const look = (standing: Standing | null, spread = 1) => planLook(standing, 'same', { now, spread });

	test('a pack whose listing reports no change is left alone', () => {
		expect(look(quiet)).toBe('none');
	});

	test.each([
		['that was never seen', null],
		['whose listing changed', { ...quiet, fingerprint: 'other' }],
		['that waits for a frontend or a confirmation', { ...quiet, unsettled: true }],
		['that somebody runs', { ...quiet, installed: true }],
	])('a pack %s is looked at', (_title, standing) => {
		expect(look(standing)).toBe('look');
	});

	test.each([
		['without a manifest after an hour', { ...quiet, unexplained: true, lookedAt: hoursAgo(2) }],
		['after a day', { ...quiet, lookedAt: hoursAgo(25) }],
	])('a pack is looked at thoroughly %s', (_title, standing) => {
		expect(look(standing)).toBe('thorough');
	});

	test('the daily look comes at another hour for every pack', () => {
		expect(look({ ...quiet, lookedAt: hoursAgo(20) }, 0)).toBe('thorough');
		expect(look({ ...quiet, lookedAt: hoursAgo(20) }, 1)).toBe('none');
	});
});
