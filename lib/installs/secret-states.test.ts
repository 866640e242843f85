import { describe, expect, test } from 'vitest';
import { envVar, manifestOf } from '@/test/support/manifests';
import type { SecretLedger } from './schema';
import { keptState, publishedState } from './secret-states';

const entry = (fingerprint: string) => ({
	fingerprint,
	setBy: { id: 'u', name: 'Ana' },
	setAt: '2026-11-20T10:00:00.000Z',
});
const secret = { type: 'secret', storage: 'vault' } as const;

function revision(secrets: SecretLedger, published: string | null = null) {
	return {
		secrets,
		config: {},
		archived: {},
		manifest: manifestOf([envVar('KEY', { ...secret, default: published })]),
	};
}

const nothing = revision({});
const one = revision({ KEY: entry('1') });
const other = revision({ KEY: entry('2') });
const clear = { ...nothing, config: { KEY: { value: 'x', origin: 'answer' as const } } };
const away = { ...nothing, archived: { KEY: { ...entry('1'), revision: 3 } } };

describe('a secret that is copied', () => {
	test.each([
		['where nothing ran', null, one, 'added'],
		['of the running state itself', one, one, 'unchanged'],
		['of another state with the same text', one, revision({ KEY: entry('1') }), 'unchanged'],
		['of another state with another text', one, other, 'changed'],
		['where it stands in clear now', clear, one, 'changed'],
		['where the key has nothing now', nothing, one, 'added'],
		['where a published text counts now', revision({}, 'p'), one, 'changed'],
		['out of the archive', nothing, away, 'added'],
		['that is a published text, the same in both', revision({}, 'p'), revision({}, 'p'), 'unchanged'],
		['that is a published text, another one in both', revision({}, 'p'), revision({}, 'q'), 'changed'],
	])('%s', (_words, before, base, state) => {
		expect(keptState({ before, base }, { key: 'KEY', fromKey: 'KEY' })).toBe(state);
	});

	test('under a new name is new there', () => {
		const renamed = { ...nothing, manifest: manifestOf([envVar('OLD', secret)]), secrets: { OLD: entry('1') } };
		expect(keptState({ before: renamed, base: renamed }, { key: 'KEY', fromKey: 'OLD' })).toBe('added');
	});
});

test.each([
	['where nothing ran', null, 'added'],
	['that counts already', revision({}, 'p'), 'unchanged'],
	['in place of another one', revision({}, 'q'), 'changed'],
	['where there was none', nothing, 'added'],
	['in place of what was entered', one, 'changed'],
])('a published text of a secret %s', (_words, before, state) => {
	expect(publishedState(before, { key: 'KEY', value: 'p' })).toBe(state);
});
