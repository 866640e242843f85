import { describe, expect, test } from 'vitest';
import { readVersionTag, versionTags } from './tags';

describe('readVersionTag', () => {
	test.each([
		['1.2.0', '1.2.0', false],
		['v1.2.0', '1.2.0', false],
		['1.2.0_build.5', '1.2.0+build.5', false],
		['1.3.0-next.2', '1.3.0-next.2', true],
		['V2.0.0-rc.1_a', '2.0.0-rc.1+a', true],
	])('%s is version %s', (tag, version, prerelease) => {
		expect(readVersionTag(tag)).toEqual({ version, tag, prerelease });
	});

	test.each([
		'latest',
		'next',
		'main',
		'1',
		'1.2',
		'vv1.2.0',
		`sha256-${'a'.repeat(64)}`,
		`sha256-${'a'.repeat(64)}.sig`,
		'1.2.0.sig',
		'artifacthub.io',
		'',
	])('%s is no version', (tag) => {
		expect(readVersionTag(tag)).toBeNull();
	});
});

test('versions are sorted newest first, prereleases below their release, and the plain tag wins over the one with v', () => {
	const tags = ['v1.0.0', '1.10.0', '1.0.0', '1.9.0', 'latest', '2.0.0-rc.1', '2.0.0', 'v0.9.0'];

	expect(versionTags(tags).map(({ tag }) => tag)).toEqual([
		'2.0.0',
		'2.0.0-rc.1',
		'1.10.0',
		'1.9.0',
		'1.0.0',
		'v0.9.0',
	]);
});
