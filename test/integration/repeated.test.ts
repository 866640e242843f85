import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestOperation } from '@/lib/contracts/installs';
import { Operation, OperationList } from '@/lib/contracts/operations';
import { Problem } from '@/lib/contracts/problem';
import { type Change, changeOrder, environmentOf, installed, order, planChange, refused } from '../support/changes';
import { requestFor } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** A request that comes twice: the same one is one operation, another one under its id is refused. */

const answers = { plain: { REGION: 'eu' }, secrets: { API_KEY: 'key-planted-4711' } };
const configure = (REGION: string): Change => ({ kind: 'configure', version: '1.0.0', plain: { REGION } });

let portal: Portal;
let one: string;
let other: string;

beforeAll(async () => {
	portal = await startPortal();
	const keys = { REGION: 'string', API_KEY: 'secret' } as const;
	portal.sandbox.registries.publish(packOf('ledger', [{ version: '1.0.0', keys }]));
	await portal.runtime.catalog.syncAll();
	one = await installed(portal, { slug: 'ledger', version: '1.0.0', release: 'one', answers });
	other = await installed(portal, { slug: 'ledger', version: '1.0.0', release: 'other', answers });
});
afterAll(() => portal.close());

describe('a request id that was used', () => {
	let first: ReturnType<typeof changeOrder>;
	let done: Operation;

	beforeAll(async () => {
		first = changeOrder(await planChange(portal, one, configure('us')), configure('us'));
		done = await portal.finished((await order(portal, one, first)).id);
	});

	test('for exactly the same gives the same operation', async () => {
		expect(await order(portal, one, first)).toMatchObject({ id: done.id, state: 'succeeded' });
	});

	test('for another plan is refused, and nothing is changed', async () => {
		const next = changeOrder(await planChange(portal, one, configure('br')), configure('br'));
		const problem = await refused(portal, one, { ...next, requestId: first.requestId });

		expect(problem).toMatchObject({ status: 409, code: 'conflict', hint: expect.stringContaining('ask once more') });
		expect(problem.detail).toContain('used before for something else (configure of one in khal-acme)');
		expect((await environmentOf(portal, one)).REGION).toBe('us');
		expect(await openOperations()).toEqual([]);
	});

	test('for another value of a secret is refused, although no plan shows it', async () => {
		const secret = (value: string): Change => ({ kind: 'configure', version: '1.0.0', secrets: { API_KEY: value } });
		const body = changeOrder(await planChange(portal, one, secret('key-planted-1')), secret('key-planted-1'));
		await portal.finished((await order(portal, one, body)).id);
		const again = { ...body, answers: { plain: {}, secrets: { API_KEY: 'key-planted-2' } } };

		expect(await refused(portal, one, again)).toMatchObject({ status: 409, code: 'conflict' });
		expect((await environmentOf(portal, one)).API_KEY).toBe('key-planted-1');
		const { rows } = await portal.runtime.db.pool.query(`select request::text as text from operation`);
		expect(JSON.stringify(rows)).not.toContain('key-planted');
	});

	test('for another install or another kind is refused', async () => {
		const { requestId } = first;
		const removal = {
			kind: 'uninstall',
			requestId,
			planHash: first.planHash,
			removeSecrets: true,
			removeVolumes: true,
		};
		const retry: RequestOperation = { kind: 'retry', requestId, reason: null };

		expect(await refused(portal, other, first)).toMatchObject({ status: 409, code: 'conflict' });
		expect(await refused(portal, other, { ...removal, confirm: 'other', reason: null })).toMatchObject({ status: 409 });
		expect(await refused(portal, one, retry)).toMatchObject({ status: 409, code: 'conflict' });
		expect((await environmentOf(portal, other)).REGION).toBe('eu');
	});

	test('for another new install is refused, at the same moment too', async () => {
		const requestId = randomUUID();
		const bodies = await Promise.all(
			['left', 'right'].map((release) => requestFor(portal, { slug: 'ledger', release, answers })),
		);
		const responses = await Promise.all(
			bodies.map((body) => portal.send('POST', '/api/installs', { ...body, requestId })),
		);
		const accepted = responses.find(({ status }) => status === 202);
		const turnedDown = responses.find(({ status }) => status === 409);

		expect(Problem.parse(await turnedDown?.json()).detail).toContain('used before for something else (install of');
		const { id } = Operation.parse(await accepted?.json());
		expect(await portal.finished(id)).toMatchObject({ state: 'succeeded' });
	});
});

async function openOperations(): Promise<Operation[]> {
	return (await portal.ask(OperationList, 'GET', '/api/operations?active=true')).operations;
}
