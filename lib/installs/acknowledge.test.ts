import { describe, expect, test } from 'vitest';
import { givenAs, missingFrom, whatMoved } from './acknowledge';
import type { PlanFacts } from './schema';

const tick = { id: 'removed:OLD', sentence: 'OLD is gone.', typed: null };
const typed = { id: 'exposed:API_KEY', sentence: 'API_KEY becomes readable.', typed: 'API_KEY' };

describe('acknowledgements', () => {
	test('a tick is its id, an exposure its id and the typed text', () => {
		expect([tick, typed].map(givenAs)).toEqual(['removed:OLD', 'exposed:API_KEY=API_KEY']);
	});

	test.each<[string, string[], string[]]>([
		['nothing', [], ['removed:OLD', 'exposed:API_KEY']],
		['only the tick', ['removed:OLD'], ['exposed:API_KEY']],
		['a tick where text is wanted', ['removed:OLD', 'exposed:API_KEY'], ['exposed:API_KEY']],
		['other text', ['removed:OLD', 'exposed:API_KEY=api_key'], ['exposed:API_KEY']],
		['everything, and more', ['x', 'removed:OLD', 'exposed:API_KEY=API_KEY'], []],
	])('with %s given the rest is missing', (_words, given, missing) => {
		expect(missingFrom([tick, typed], given).map((item) => item.id)).toEqual(missing);
	});
});

describe('what moved', () => {
	const facts: PlanFacts = {
		kind: 'upgrade',
		packId: 'p',
		installId: 'i',
		namespace: 'khal-acme',
		release: 'billing',
		baseRevision: 1,
		targetRevision: null,
		version: '1.5.0',
		chartDigest: 'sha256:a',
		frontends: ['x@1'],
		manifestDigest: 'sha256:m',
		answersDigest: 'sha256:q',
		secretKeys: [],
		acknowledgements: [],
		vanished: false,
		tagMovedTo: null,
		helmRevision: 3,
		foreign: null,
		powers: null,
		policy: null,
	};

	test.each<[Partial<PlanFacts>, string]>([
		[{ baseRevision: 2 }, 'Another revision runs now.'],
		[{ vanished: true }, '1.5.0 is no longer published by its source.'],
		[{ tagMovedTo: 'sha256:b' }, 'The tag 1.5.0 points to other bytes than the ones reviewed.'],
		[{ chartDigest: 'sha256:b' }, 'The chart has other bytes than the ones reviewed.'],
		[{ frontends: ['x@2'] }, 'A frontend package has other bytes than the ones reviewed.'],
		[{ manifestDigest: 'sha256:n' }, 'The manifest changed.'],
		[{ answersDigest: 'sha256:r' }, 'The answers are not the ones the plan was made for.'],
		[{ secretKeys: ['API_KEY'] }, 'The answers are not the ones the plan was made for.'],
		[{ acknowledgements: ['downgrade'] }, 'What has to be acknowledged changed.'],
		[{ namespace: 'khal-other', helmRevision: 0 }, 'The target is another one.'],
		[{ helmRevision: 4 }, 'The release changed in the cluster: Helm revision 4, it was 3.'],
		[{ kind: 'configure' }, 'Something else about the plan changed.'],
	])('%j is told as "%s"', (change, sentence) => {
		expect(whatMoved(facts, { ...facts, ...change })).toEqual([sentence]);
	});

	test('a plan made while the cluster was away says that, not that the release changed', () => {
		expect(whatMoved({ ...facts, helmRevision: null }, facts)).toEqual([
			'The cluster could not be asked when the plan was made.',
		]);
	});
});
