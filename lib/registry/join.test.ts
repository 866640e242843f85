import { expect, test } from 'vitest';
import { chartVersions, joinPacks, joinVersions } from './join';

const place = { org: 'Khal-OS', host: 'ghcr.io' };
const linked = (name: string) => ({ full_name: `khal-os/${name}` });
const digest = `sha256:${'a'.repeat(64)}`;

test('charts and frontends of one name are one pack; other packages and the index of packs are none', () => {
	const packs = joinPacks(
		place,
		[
			{ name: 'charts/pack-notes', updated_at: '2026-01-02', version_count: 3 },
			{ name: 'pack-notes-service' },
			{ name: 'charts/other' },
			{ name: 'charts/pack-index' },
		],
		[{ name: 'pack-notes', updated_at: '2026-01-05', version_count: 2 }, { name: 'sdk' }],
	);

	expect(packs).toEqual([
		{
			name: 'notes',
			chart: { host: 'ghcr.io', repository: 'khal-os/charts/pack-notes' },
			npm: { package: '@khal-os/pack-notes' },
			repository: 'Khal-OS/pack-notes',
			updatedAt: '2026-01-05',
			fingerprint: '2026-01-02/3 2026-01-05/2',
			listed: null,
		},
	]);
});

test('an app of a bundle is no pack of its own, a pack with its own repository is', () => {
	const packs = joinPacks(
		place,
		[{ name: 'charts/pack-hello', repository: linked('pack-hello') }],
		[
			{ name: 'pack-hello-console', repository: linked('pack-hello') },
			{ name: 'pack-hello-world', repository: linked('pack-hello-world') },
		],
	);

	expect(packs.map(({ name }) => name)).toEqual(['hello', 'hello-world']);
});

test('a version exists as soon as one artifact does, newest first', () => {
	const chart = (version: string) => ({
		version,
		chart: { host: 'h', repository: 'r', tag: version, manifestDigest: null },
		publishedAt: null,
	});
	const npm = (version: string) => ({
		package: '@a/b',
		version,
		integrity: null,
		deprecated: null,
		distTags: [],
		publishedAt: '2026-02-01',
	});

	const joined = joinVersions([chart('1.0.0'), chart('1.2.0')], [npm('1.0.0'), npm('1.3.0-next.1')]);

	expect(
		joined.map(({ version, chart, npm, prerelease }) => [version, chart !== null, npm !== null, prerelease]),
	).toEqual([
		['1.3.0-next.1', false, true, true],
		['1.2.0', true, false, false],
		['1.0.0', true, true, false],
	]);
});

test('container versions without a version tag or a digest are left out', () => {
	const tagged = (name: string, tags: string[]) => ({
		name,
		created_at: '2026-01-01',
		metadata: { container: { tags } },
	});
	const versions = chartVersions({ host: 'h', repository: 'r' }, [
		tagged(digest, ['v1.0.0', 'latest']),
		tagged(digest, []),
		tagged('not-a-digest', ['2.0.0']),
		{ name: digest },
	]);

	expect(versions).toEqual([
		{
			version: '1.0.0',
			chart: { host: 'h', repository: 'r', tag: 'v1.0.0', manifestDigest: digest },
			publishedAt: '2026-01-01',
		},
	]);
});

test('what is offered as next and not as latest is a prerelease, until it is', () => {
	const frontend = (version: string, distTags: string[]) => ({
		package: '@acme/pack-a',
		version,
		integrity: null,
		deprecated: null,
		distTags,
		publishedAt: null,
	});
	const chart = { host: 'ghcr.io', repository: 'acme/charts/pack-a', tag: '2.0.0', manifestDigest: null };
	const early = (distTags: string[]) =>
		joinVersions(
			[{ version: '2.0.0', chart, publishedAt: null }],
			[frontend('2.0.0', distTags), frontend('1.0.0', []), frontend('1.1.0-rc.1', ['latest'])],
		).map(({ version, prerelease }) => `${version} ${prerelease}`);

	expect(early(['next'])).toEqual(['2.0.0 true', '1.1.0-rc.1 true', '1.0.0 false']);
	expect(early(['next', 'latest'])).toEqual(['2.0.0 false', '1.1.0-rc.1 true', '1.0.0 false']);
});
