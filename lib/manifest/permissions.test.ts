import { expect, test } from 'vitest';
import { describePermission, knownPermissions } from './permissions';

test('every known permission has a sentence of its own in both languages', () => {
	for (const locale of ['en', 'pt-BR'] as const) {
		const sentences = knownPermissions.map((permission) => describePermission(permission, locale));
		expect(sentences.every(({ known }) => known)).toBe(true);
		expect(new Set(sentences.map(({ sentence }) => sentence)).size).toBe(knownPermissions.length);
	}
});

test.each(['user:read', 'constructor', '', 'nats:os.task.*'])(
	'%j is shown verbatim and marked unknown',
	(permission) => {
		const described = describePermission(permission);
		expect(described.known).toBe(false);
		expect(described.sentence).toContain(permission);
	},
);
