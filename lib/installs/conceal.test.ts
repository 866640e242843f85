import { describe, expect, test } from 'vitest';
import { manifestOf } from '@/test/support/manifests';
import { heldInClear, withoutValues } from './conceal';
import type { StoredRevision } from './store';

const ana = { id: 'u', name: 'Ana' };
const entry = { fingerprint: 'f', setBy: ana, setAt: '2026-11-21T10:00:00.000Z' };

function revision(number: number, held: Partial<StoredRevision> = {}): StoredRevision {
	return {
		number,
		version: `1.${number}.0`,
		chart: null,
		frontends: [],
		manifest: manifestOf([]),
		manifestDigest: null,
		answers: {},
		config: {},
		secrets: {},
		archived: {},
		planHash: null,
		powers: null,
		createdAt: '2026-11-20T10:00:00.000Z',
		createdBy: ana,
		reason: null,
		note: null,
		operationId: 'o',
		operationKind: 'upgrade',
		outcome: 'good',
		activatedAt: '2026-11-20T10:00:00.000Z',
		retiredAt: null,
		helmRevision: null,
		...held,
	};
}

const plain = { HOOK: 'x' };
const running = revision(3, { secrets: { HOOK: entry, constructor: entry } });

function found(revisions: StoredRevision[], now: StoredRevision): [number, string[]][] {
	return heldInClear(revisions, now).map(({ revision: one, keys }) => [one.number, keys]);
}

describe('what older revisions hold in clear', () => {
	test.each<[string, Partial<StoredRevision>, string[]]>([
		['an answer', { answers: { HOOK: 'x' } }, ['HOOK']],
		['a delivered answer', { config: { HOOK: { value: 'x', origin: 'answer' } } }, ['HOOK']],
		['an archived answer', { archived: { HOOK: 'x' } }, ['HOOK']],
		['a value everybody knows', { config: { HOOK: { value: 'x', origin: 'default' } } }, []],
		['an archived secret', { archived: { HOOK: { ...entry, revision: 1 } } }, []],
		['another key', { answers: { REGION: 'eu' } }, []],
		['a key with the name of what every object has', { answers: { constructor: 'x' } }, ['constructor']],
	])('%s', (_words, held, keys) => {
		expect(found([running, revision(2, held)], running)).toEqual(keys.length === 0 ? [] : [[2, keys]]);
	});

	test('by every older revision, those that never ran included', () => {
		const older = [revision(0, { answers: plain, activatedAt: null }), revision(1, { answers: plain })];
		expect(found([running, revision(2, { answers: plain }), ...older], running).map(([number]) => number)).toEqual([
			2, 0, 1,
		]);
	});

	test('is found again when an earlier attempt got only half-way', () => {
		const moved = revision(2, { secrets: { HOOK: { ...entry, heldIn: 'p-env-r2-moved-r3' } } });
		expect(found([running, moved, revision(1, { answers: plain })], running)).toEqual([[1, ['HOOK']]]);
	});

	test('going back to where a key was secret makes nothing secret: everybody was meant to read it', () => {
		const secret = revision(1, { secrets: { HOOK: entry } });
		const back = revision(3, { secrets: { HOOK: entry }, operationKind: 'rollback' });
		const later = revision(4, { secrets: { HOOK: entry } });
		expect(found([secret, revision(2, { answers: plain }), back], back)).toEqual([]);
		expect(found([secret, revision(2, { answers: plain }), back, later], later)).toEqual([]);
	});

	test('what is plain again since stays', () => {
		const again = revision(4, { answers: plain });
		expect(found([revision(2, { answers: plain }), running, again], again)).toEqual([]);
	});

	test('the running revision is never touched', () => {
		const odd = { ...running, answers: { HOOK: 'x' } };
		expect(heldInClear([odd], odd)).toEqual([]);
	});
});

test('a value that is taken out leaves an entry that says where it lies now, and everything else as it was', () => {
	const old = revision(1, {
		answers: { HOOK: 'planted', REGION: 'eu' },
		config: { HOOK: { value: 'planted', origin: 'answer' }, REGION: { value: 'eu', origin: 'answer' } },
		secrets: { API_KEY: entry },
	});
	const facts = { heldIn: 'p-env-r1-moved-r3', fingerprint: () => 'keyed' };
	const left = withoutValues(old, ['HOOK'], facts);

	expect(JSON.stringify(left)).not.toContain('planted');
	expect(left).toEqual({
		answers: { REGION: 'eu' },
		config: { REGION: { value: 'eu', origin: 'answer' } },
		archived: {},
		secrets: {
			API_KEY: entry,
			HOOK: { fingerprint: 'keyed', setBy: ana, setAt: '2026-11-20T10:00:00.000Z', heldIn: 'p-env-r1-moved-r3' },
		},
	});
});
