import { expect, test } from 'vitest';
import { compareVersions, parseVersion } from './version';

test('versions are ordered as semver.org prescribes', () => {
	const ordered = [
		'0.9.9',
		'1.0.0-alpha',
		'1.0.0-alpha.1',
		'1.0.0-alpha.beta',
		'1.0.0-beta',
		'1.0.0-beta.2',
		'1.0.0-beta.11',
		'1.0.0-rc.1',
		'1.0.0',
		'1.2.0',
		'1.10.0',
		'2.0.0',
	];
	expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
});

test.each(['1.2', '01.2.3', '1.2.3.4', '1.2.3-', '1.2.3+', ' 1.2.3', '', 'latest', `1.2.3-${'a'.repeat(300)}`])(
	'%j is no version',
	(text) => {
		expect(parseVersion(text)).toBeNull();
	},
);

test.each(['1.2.3', 'v1.2.3', '1.2.3-rc.1', '1.2.3+build.5', '0.0.0'])('%j is a version', (text) => {
	expect(parseVersion(text)).not.toBeNull();
});
