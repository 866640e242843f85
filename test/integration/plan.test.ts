import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UpgradeMatrix } from '@/lib/contracts/matrix';
import { PackDetail } from '@/lib/contracts/packs';
import { Problem } from '@/lib/contracts/problem';
import {
	BILLING,
	type Change,
	changeOrder,
	detailOf,
	environmentOf,
	installed,
	perform,
	planChange,
	refused,
} from '../support/changes';
import { NAMESPACE } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** What moves under a plan, what a plan cannot be made of, and what becomes of values nobody asks for any more. */

let portal: Portal;
let billing: string;
let ledger: string;

beforeAll(async () => {
	portal = await startPortal();
	portal.sandbox.registries.publish(
		packOf('ledger', [
			{ version: '1.0.0', keys: { REGION: 'string', OLD_TOKEN: 'secret', COLOUR: 'string', API_KEY: 'secret' } },
			{ version: '1.1.0', keys: null },
			{ version: '1.2.0', keys: { REGION: 'string', API_KEY: 'secret' } },
			{ version: '1.3.0', keys: { REGION: 'string', API_KEY: 'secret', OLD_TOKEN: 'secret', COLOUR: 'string' } },
			{ version: '1.4.0', keys: null },
		]),
	);
	await portal.runtime.catalog.syncAll();
	billing = await installed(portal, { slug: 'billing', version: '1.0.0', release: 'billing', answers: BILLING });
	ledger = await installed(portal, {
		slug: 'ledger',
		version: '1.0.0',
		release: 'ledger',
		answers: {
			plain: { REGION: 'eu', COLOUR: 'copper' },
			secrets: { OLD_TOKEN: 'old-planted', API_KEY: 'key-planted' },
		},
	});
});
afterAll(() => portal.close());

describe('between plan and order', () => {
	test('the version vanished: refused with that, then possible for who agrees to the stored copy', async () => {
		const change: Change = { version: '1.0.1' };
		const plan = await planChange(portal, billing, change);
		portal.sandbox.registries.unpublish('billing', '1.0.1');
		// One listing without it may be a hiccup; the third in a row is believed.
		for (let listing = 0; listing < 3; listing++) await portal.runtime.catalog.syncAll();
		const problem = await refused(portal, billing, changeOrder(plan, change));
		const again = await planChange(portal, billing, change);

		expect(problem).toMatchObject({ status: 409, code: 'plan_moved' });
		expect(problem.details).toMatchObject({
			moved: expect.arrayContaining(['1.0.1 is no longer published by its source.']),
		});
		expect(again.acknowledgements.map((item) => item.id)).toEqual(['vanished']);
		expect((await perform(portal, billing, change)).state).toBe('succeeded');
	});

	test('the tag moved: refused with that, and the bytes that were reviewed stay the ones', async () => {
		const change: Change = { version: '1.1.1', renames: { PAYMENTS_API_KEY: 'PAYMENT_PROVIDER_API_KEY' } };
		const plan = await planChange(portal, billing, change);
		const repository = 'khal-os/charts/pack-billing';
		const digest = portal.sandbox.registries.state.oci.get(repository)?.tags.get('1.2.0') ?? '';
		portal.sandbox.registries.retag({ repository, tag: '1.1.1', digest });
		await portal.runtime.catalog.syncAll();
		const problem = await refused(portal, billing, changeOrder(plan, change));
		const again = await planChange(portal, billing, change);

		expect(problem).toMatchObject({ status: 409, code: 'plan_moved' });
		expect(problem.detail).toContain('The tag 1.1.1 points to other bytes than the ones reviewed.');
		expect(again.chart).toEqual(plan.chart);
		expect(again.acknowledgements.map((item) => item.id)).toEqual(['notes-say-breaking', 'tag-moved']);
	});
});

describe('answers', () => {
	test('for an unknown key are named by plan and order, and are no question', async () => {
		const change: Change = { kind: 'configure', version: '1.0.1', plain: { NOBODY_KNOWS: '1' } };
		const plan = await planChange(portal, billing, change);

		expect(plan).toMatchObject({ questions: [], invalidParams: [{ name: 'NOBODY_KNOWS' }] });
		expect(await refused(portal, billing, changeOrder(plan, change))).toMatchObject({
			status: 422,
			invalidParams: [{ name: 'NOBODY_KNOWS', reason: expect.stringContaining('not part of this version') }],
		});
	});

	test('that fail the new type are refused although the old type takes them', async () => {
		const change: Change = {
			version: '1.3.0',
			renames: { PAYMENTS_API_KEY: 'PAYMENT_PROVIDER_API_KEY' },
			plain: { BILLING_TAX_ID: '1', INVOICE_DUE_DAYS: 'sessenta' },
		};
		const plan = await planChange(portal, billing, change);
		const sameKey: Change = { kind: 'configure', version: '1.0.1', plain: { INVOICE_DUE_DAYS: 'sessenta' } };

		expect((await planChange(portal, billing, sameKey)).invalidParams).toEqual([]);
		expect(await refused(portal, billing, changeOrder(plan, change))).toMatchObject({
			status: 422,
			invalidParams: [{ name: 'INVOICE_DUE_DAYS', reason: expect.stringContaining('number') }],
		});
	});

	test('are delivered as the contract writes them', async () => {
		const change: Change = { kind: 'configure', version: '1.0.1', plain: { SEND_RECEIPTS: ' FALSE ' } };
		await perform(portal, billing, change);

		expect((await environmentOf(portal, billing)).SEND_RECEIPTS).toBe('false');
	});
});

describe('a target', () => {
	test('with a malformed manifest, and one without any, cannot be planned, and the reason is said', async () => {
		const broken = await portal.send('POST', '/api/plans', {
			kind: 'install',
			packId: (await portal.ask(PackDetail, 'GET', '/api/packs/calendar')).pack.id,
			version: '2.0.0',
			namespace: NAMESPACE,
			release: 'calendar',
			plain: {},
			secretKeys: [],
		});
		const absent = await portal.send('POST', '/api/plans', upgradeOf(ledger, '1.4.0'));

		for (const response of [broken, absent]) {
			expect(response.status).toBe(422);
			expect(Problem.parse(await response.json())).toMatchObject({
				code: 'not_installable',
				detail: expect.stringContaining('cannot be installed'),
			});
		}
	});

	test('that another version must precede is not reachable in one step', async () => {
		const telemetry = await installed(portal, { slug: 'telemetry', version: '2.0.0', release: 'telemetry' });
		const plan = await planChange(portal, telemetry, { version: '2.2.0' });

		expect(plan.blocked.map(({ reason }) => reason).join()).toContain('2.1.0');
		expect(await refused(portal, telemetry, changeOrder(plan, { version: '2.2.0' }))).toMatchObject({ status: 409 });
		expect(plan.powers.map(({ code }) => code)).toEqual(expect.arrayContaining(['permission', 'sandbox', 'rbac']));
		expect(plan.warnings.join()).toContain('LOG_LEVEL reaches nothing: the chart sets it itself');
	});

	test('is not another version than the running one when configuring', async () => {
		const response = await portal.send('POST', '/api/plans', { ...upgradeOf(ledger, '1.2.0'), kind: 'configure' });

		expect(response.status).toBe(409);
		expect(Problem.parse(await response.json()).detail).toContain('runs 1.0.0 now, not 1.2.0');
	});
});

describe('values of keys that a version drops', () => {
	test('across a version without a manifest: it is said, and the ends are compared', async () => {
		const plan = await planChange(portal, ledger, { version: '1.2.0' });

		expect(plan.warnings).toContain('1.1.0 has no manifest; the versions around it were compared instead.');
		expect(plan.changes.map(({ change }) => [change.id, change.gate])).toEqual([
			['removed:OLD_TOKEN', 'choose-archive-or-delete'],
			['removed:COLOUR', 'choose-archive-or-delete'],
		]);
		expect(plan.configuration.filter(({ state }) => state === 'removed')).toMatchObject([
			{ key: 'COLOUR', value: 'copper' },
			{ key: 'OLD_TOKEN', secret: true, origin: 'archived' },
		]);
	});

	test('are archived when nothing else is chosen, secrets unread, and come back with the key', async () => {
		await perform(portal, ledger, { version: '1.2.0' });
		const without = await environmentOf(portal, ledger);
		const { archivedKeys } = await detailOf(portal, ledger);
		await perform(portal, ledger, { version: '1.3.0' });

		expect(without).not.toHaveProperty('OLD_TOKEN');
		expect(without).not.toHaveProperty('COLOUR');
		expect(archivedKeys).toEqual(['COLOUR', 'OLD_TOKEN']);
		expect(await environmentOf(portal, ledger)).toMatchObject({ OLD_TOKEN: 'old-planted', COLOUR: 'copper' });
		expect((await detailOf(portal, ledger)).archivedKeys).toEqual([]);
	});

	test('are deleted when that is chosen', async () => {
		await perform(portal, ledger, { version: '1.2.0', discard: ['OLD_TOKEN', 'COLOUR'] });
		const plan = await planChange(portal, ledger, { version: '1.3.0' });

		expect((await detailOf(portal, ledger)).archivedKeys).toEqual([]);
		expect(plan.questions.sort()).toEqual(['COLOUR', 'OLD_TOKEN']);
	});
});

describe('"Can I upgrade?"', () => {
	test('is answered for every install and every newer version, without asking the cluster', async () => {
		const { rows } = await portal.ask(UpgradeMatrix, 'GET', '/api/matrix');
		const cells = (release: string) =>
			Object.fromEntries(
				rows.find((row) => row.release === release)?.cells.map((cell) => [cell.version, cell.state]) ?? [],
			);

		expect(rows).toHaveLength(3);
		expect(cells('telemetry')).toEqual({ '2.1.0': 'safe', '2.2.0': 'blocked', '2.3.0': 'blocked' });
		expect(cells('ledger')).toEqual({ '1.3.0': 'answers', '1.4.0': 'blocked' });
		expect(cells('billing')).toMatchObject({ '1.1.0': 'answers', '1.5.0': 'answers' });
		const stone = rows.find((row) => row.release === 'telemetry')?.cells.at(-1);
		expect(stone?.blockedBy.join()).toContain('2.1.0');
	});
});

function upgradeOf(installId: string, version: string) {
	return { kind: 'upgrade', installId, version, plain: {}, secretKeys: [], renames: {}, discard: [] };
}
