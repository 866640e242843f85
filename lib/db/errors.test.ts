import { expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import { isWriteConflict, translateDatabaseError, violatedConstraint } from './errors';

const unique = {
	code: 'P2002',
	meta: {
		driverAdapterError: { cause: { kind: 'UniqueConstraintViolation', constraint: { index: 'pack_slug_key' } } },
	},
};

test.each([
	['a unique violation of Prisma', unique, 'conflict'],
	['a unique violation of node-postgres', { code: '23505', constraint: 'x' }, 'conflict'],
	['a missing row', { code: 'P2025' }, 'not_found'],
	['a serialisation failure', { code: 'P2034' }, 'conflict'],
	['a transaction that got no connection in time', { code: 'P2028' }, 'database_unavailable'],
	['a refused connection', { code: 'ECONNREFUSED' }, 'database_unavailable'],
	[
		'a server that shuts down',
		{ meta: { driverAdapterError: { cause: { originalCode: '57P01' } } } },
		'database_unavailable',
	],
	['a connection that died', new Error('Connection terminated unexpectedly'), 'database_unavailable'],
	['the same, wrapped', new Error('outer', { cause: { code: 'ECONNRESET' } }), 'database_unavailable'],
])('%s is translated', (_, error, code) => {
	expect(translateDatabaseError(error)).toMatchObject({ name: 'AppError', code, cause: error });
});

test('the violated index is named for those who want to say more', () => {
	expect(violatedConstraint(unique)).toBe('pack_slug_key');
	expect(violatedConstraint(translateDatabaseError(unique))).toBe('pack_slug_key');
	expect(violatedConstraint({ code: 'P2025' })).toBeUndefined();
});

test('other errors and our own come back as they were', () => {
	const ours = new AppError('forbidden', 'no');
	const foreign = new TypeError('bug');
	expect(translateDatabaseError(ours)).toBe(ours);
	expect(translateDatabaseError(foreign)).toBe(foreign);
});

test('a translated write conflict is still recognised, a unique violation is not one', () => {
	expect(isWriteConflict(translateDatabaseError({ code: 'P2034' }))).toBe(true);
	expect(isWriteConflict(translateDatabaseError(unique))).toBe(false);
});
