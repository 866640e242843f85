import { expect, test } from 'vitest';
import { RequestOperation } from '@/lib/contracts/installs';
import { RequestPlan } from '@/lib/contracts/plans';
import { type ChangeTarget, emptyDraft, operationRequest, planRequest } from './change-draft';

const target: ChangeTarget = {
	kind: 'upgrade',
	installId: '00000000-0000-4000-8000-000000000001',
	version: '1.3.0',
};
const approved = {
	plan: { hash: `sha256:${'a'.repeat(64)}` },
	acknowledged: ['exposed:API_KEY'],
	requestId: '00000000-0000-4000-8000-000000000002',
};
const draft = {
	...emptyDraft,
	plain: { PORT: '9090', PREFIX: '' },
	secrets: { API_KEY: 'hunter2-planted', TOKEN: 't' },
	unset: ['OLD_SECRET'],
	deleted: ['GONE'],
	oldDefaults: { LEVEL: 'info' },
	renames: { A: 'B' },
	separate: ['C'],
	reason: '  asked for by sales ',
};

test('a plan is asked for with the names of secrets and never with their values', () => {
	const request = RequestPlan.parse(planRequest(target, draft));
	expect(request).toMatchObject({ secretKeys: ['API_KEY', 'TOKEN'] });
	expect(JSON.stringify(request)).not.toContain('hunter2-planted');
	// The control twin: the order does carry it.
	expect(JSON.stringify(operationRequest(target, draft, approved))).toContain('hunter2-planted');
});

test('the order repeats what was planned, so that its hash can be the same', () => {
	const plan = planRequest(target, draft);
	const order = RequestOperation.parse(operationRequest(target, draft, approved));
	if (plan.kind !== 'upgrade' || order.kind !== 'upgrade') throw new Error('other kinds');
	expect(order.answers.plain).toEqual(plan.plain);
	expect(Object.keys(order.answers.secrets).sort()).toEqual(plan.secretKeys);
	expect(order.discard).toEqual(plan.discard);
	expect(order.renames).toEqual(plan.renames);
	expect(order.separate).toEqual(plan.separate);
	expect(order.reason).toBe('asked for by sales');
});

test('a plain answer is taken back with an empty text, a secret by discarding its key', () => {
	const plan = planRequest(target, draft);
	expect(plan).toMatchObject({
		plain: { PREFIX: '', LEVEL: 'info', PORT: '9090' },
		discard: ['GONE', 'OLD_SECRET'],
	});
});

test('the published default of a secret that is kept travels like any secret, and gives way to what is entered', () => {
	const kept = { ...emptyDraft, oldSecrets: { TOKEN: 'published-planted' } };
	expect(planRequest(target, kept)).toMatchObject({ plain: {}, secretKeys: ['TOKEN'] });
	expect(JSON.stringify(planRequest(target, kept))).not.toContain('planted');
	const order = (draft: typeof kept) => operationRequest(target, draft, approved);
	expect(order(kept)).toMatchObject({ answers: { secrets: { TOKEN: 'published-planted' } } });
	expect(order({ ...kept, secrets: { TOKEN: 'mine' } })).toMatchObject({ answers: { secrets: { TOKEN: 'mine' } } });
});

test('nothing decided means nothing edited', () => {
	expect(planRequest(target, emptyDraft)).toMatchObject({ plain: {}, secretKeys: [], renames: {}, discard: [] });
	expect(operationRequest(target, emptyDraft, approved)).toMatchObject({ reason: null, takeOver: false });
});
