import { expect, test } from 'vitest';
import { deprecationsOf } from './deprecations';

const frontend = { package: '@acme/pack-x', version: '1.0.0' };

test("a deprecation is told in the publisher's words, one sentence per package", () => {
	expect(
		deprecationsOf([
			{ ...frontend, deprecated: 'Loses drafts, use 1.0.1 ' },
			{ ...frontend, package: '@acme/pack-x-admin', deprecated: null },
		]),
	).toEqual(['The publisher deprecated @acme/pack-x 1.0.0: “Loses drafts, use 1.0.1”']);
});

test('a publisher who gave no reason is not quoted', () => {
	expect(deprecationsOf([{ ...frontend, deprecated: 'deprecated' }])).toEqual([
		'The publisher deprecated @acme/pack-x 1.0.0.',
	]);
	expect(deprecationsOf([])).toEqual([]);
});
