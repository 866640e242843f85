import { describe, expect, test } from 'vitest';
import { whatMoved } from './facts';
import type { PlanFacts } from './schema';

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
		configDigest: 'sha256:c',
		instanceKeys: ['KHAL_ORG_ID'],
		missing: [],
		drift: [],
		removal: null,
		seen: null,
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
		[{ configDigest: 'sha256:d' }, 'A value that is set for all packs changed, and with it the configuration.'],
		[
			{ configDigest: 'sha256:d', instanceKeys: ['KHAL_ORG_ID', 'KHAL_NATS_URL'] },
			'What is set for all packs (KHAL_NATS_URL) changed, and with it the configuration.',
		],
		[{ missing: ['Service billing'] }, 'No longer in the cluster: Service billing.'],
		[
			{ drift: ['Deployment billing: spec.replicas (by kubectl)'] },
			'Changed outside Packyard, or changed back: Deployment billing: spec.replicas (by kubectl).',
		],
		[
			{ removal: ['Service billing goes'] },
			'What a removal deletes and what it leaves is not what was shown: Service billing goes.',
		],
		[{ kind: 'configure' }, 'Something else about the plan changed.'],
	])('%j is told as "%s"', (change, sentence) => {
		expect(whatMoved(facts, { ...facts, ...change })).toEqual([sentence]);
	});

	test('what is in the cluster again is told as that', () => {
		expect(whatMoved({ ...facts, missing: ['Service billing'] }, facts)).toEqual([
			'In the cluster again: Service billing.',
		]);
	});

	test('another Helm revision says it all: its objects are other ones', () => {
		const now = { ...facts, helmRevision: 4, missing: ['Service billing'] };
		expect(whatMoved(facts, now)).toEqual(['The release changed in the cluster: Helm revision 4, it was 3.']);
	});

	test('a plan made while the cluster was away says that, not that the release changed', () => {
		expect(whatMoved({ ...facts, helmRevision: null }, facts)).toEqual([
			'The cluster could not be asked when the plan was made.',
		]);
	});
});
