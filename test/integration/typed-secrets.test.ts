import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '@/lib/contracts/problem';
import { changeOrder, environmentOf, installed, perform, planChange, refused } from '../support/changes';
import { requestFor } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** Numbers, switches and addresses that are kept secret: checked like any other, without ever being repeated. */

let portal: Portal;
beforeAll(async () => {
	portal = await startPortal();
	const hidden = (type: 'string' | 'number' | 'url') => ({ type, visibility: 'vault' }) as const;
	portal.sandbox.registries.publish(
		packOf('typed', [
			{ version: '1.0.0', keys: { LIMIT: 'string' } },
			{ version: '1.1.0', keys: { LIMIT: hidden('number') } },
			{ version: '1.2.0', keys: { LIMIT: hidden('string') } },
			{ version: '1.3.0', keys: { LIMIT: hidden('number'), PLACE: hidden('url') } },
		]),
	);
	await portal.runtime.catalog.syncAll();
});
afterAll(() => portal.close());

test('a secret number that is no number is refused by name, and what was entered is not repeated', async () => {
	const secrets = { LIMIT: 'hunter-many-2', PLACE: 'no-address-at-all' };
	const body = await requestFor(portal, { slug: 'typed', release: 'ty1', answers: { plain: {}, secrets } });
	const response = await portal.send('POST', '/api/installs', body);
	const text = await response.text();

	expect(response.status).toBe(422);
	expect(Problem.parse(JSON.parse(text)).invalidParams.map(({ name }) => name)).toEqual(['LIMIT', 'PLACE']);
	expect(text).not.toMatch(/hunter|no-address/);
});

test('control: what fits is delivered, as a plain value of that type would be', async () => {
	const answers = { plain: {}, secrets: { LIMIT: ' 42 ', PLACE: 'https://acme.test/in' } };
	const id = await installed(portal, { slug: 'typed', version: '1.3.0', release: 'ty2', answers });

	expect(await environmentOf(portal, id)).toMatchObject({ LIMIT: '42', PLACE: 'https://acme.test/in' });
});

test('a plain text that becomes a secret number stops the upgrade until a number is entered', async () => {
	const answers = { plain: { LIMIT: 'many' }, secrets: {} };
	const id = await installed(portal, { slug: 'typed', version: '1.0.0', release: 'ty3', answers });
	const plan = await planChange(portal, id, { version: '1.1.0' });

	expect(plan).toMatchObject({ questions: ['LIMIT'], invalidParams: [{ name: 'LIMIT' }] });
	expect(plan.blocked.map(({ reason }) => reason).join()).toContain('LIMIT');
	expect(await refused(portal, id, changeOrder(plan, { version: '1.1.0' }))).toMatchObject({
		status: 422,
		code: 'invalid_answers',
		invalidParams: [{ name: 'LIMIT' }],
	});
	expect(await perform(portal, id, { version: '1.1.0', secrets: { LIMIT: '7' } })).toMatchObject({
		state: 'succeeded',
	});
	expect(await environmentOf(portal, id)).toMatchObject({ LIMIT: '7' });
});

test('a stored secret whose type gets narrower is asked for again, because nobody may read it', async () => {
	const answers = { plain: {}, secrets: { LIMIT: 'many' } };
	const id = await installed(portal, { slug: 'typed', version: '1.2.0', release: 'ty4', answers });
	const change = { version: '1.3.0', secrets: { PLACE: 'https://acme.test' } };
	const plan = await planChange(portal, id, change);

	expect(plan).toMatchObject({ questions: expect.arrayContaining(['LIMIT']), invalidParams: [{ name: 'LIMIT' }] });
	expect(await refused(portal, id, changeOrder(plan, change))).toMatchObject({ status: 422, code: 'invalid_answers' });
	const answered = { ...change, secrets: { ...change.secrets, LIMIT: '8' } };
	expect(await perform(portal, id, answered)).toMatchObject({ state: 'succeeded' });
});
