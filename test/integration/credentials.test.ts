import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	changeOrder,
	detailOf,
	environmentOf,
	installed,
	perform,
	planChange,
	refused,
	rollBack,
} from '../support/changes';
import { NAMESPACE } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** Addresses with a password or token in them, stored in clear: delivered as they are, shown without that part. */

const HOOK = 'https://hook.acme.test/in?room=7&token=planted-7731-old';
const NEW_HOOK = 'https://hook.acme.test/in?room=7&token=planted-7731-new';
const PLANTED = /planted-7731/;

let portal: Portal;
beforeAll(async () => {
	portal = await startPortal({ settings: { PACKYARD_PATIENCE_SECONDS: '2' } });
	const secret = { type: 'url', visibility: 'vault' } as const;
	const pack = packOf('hooks', [
		{ version: '1.0.0', keys: { HOOK: 'url', REGION: 'string' } },
		{ version: '1.1.0', keys: { HOOK: 'url', REGION: 'string' } },
		{ version: '1.2.0', keys: { HOOK: secret, REGION: 'string' } },
		{ version: '1.3.0', keys: { HOOK: secret, REGION: 'string' } },
	]);
	// The image of the newest version was never pushed.
	const versions = pack.versions.map((one) => {
		if (one.version !== '1.3.0' || !one.chart) return one;
		return { ...one, chart: { ...one.chart, imageTag: '1.3.0-does-not-exist' } };
	});
	portal.sandbox.registries.publish({ ...pack, versions });
	await portal.runtime.catalog.syncAll();
});
afterAll(() => portal.close());

test('the credential in a plain address is in no answer, and in the pod it is whole', async () => {
	const id = await hooks('cr1');
	await perform(portal, id, { version: '1.1.0', plain: { HOOK: NEW_HOOK } });
	const plan = await planChange(portal, id, { version: '1.1.0', kind: 'configure', plain: { HOOK } });

	expect(JSON.stringify(plan)).not.toMatch(PLANTED);
	expect(plan.configuration.find(({ key }) => key === 'HOOK')).toMatchObject({
		state: 'changed',
		value: 'https://hook.acme.test/in?room=7&token=[hidden]',
	});
	expect(await everythingReadable(id)).not.toMatch(PLANTED);
	expect((await detailOf(portal, id)).configuration).toContainEqual(
		expect.objectContaining({ key: 'HOOK', hidden: true, value: 'https://hook.acme.test/in?room=7&token=[hidden]' }),
	);
	expect(await environmentOf(portal, id)).toMatchObject({ HOOK: NEW_HOOK });
});

test('control: an address without a credential is shown as it is, in the audit trail too', async () => {
	const id = await hooks('cr2', 'https://hook.acme.test/control-4711');

	expect(await everythingReadable(id)).toMatch(/"to":"https:\/\/hook.acme.test\/control-4711"/);
});

test('what was shown is not what was stored, so it is not taken back as an answer', async () => {
	const id = await hooks('cr3');
	const shown = 'https://other.acme.test/in?room=7&token=[hidden]';
	const change = { version: '1.1.0', plain: { HOOK: shown } };
	const plan = await planChange(portal, id, change);

	expect(plan.invalidParams).toEqual([{ name: 'HOOK', reason: expect.stringContaining('Enter the whole value') }]);
	expect(await refused(portal, id, changeOrder(plan, change))).toMatchObject({ status: 422 });
});

test('a value that becomes a secret leaves no trace of itself in the trail, kept or replaced', async () => {
	const [kept, replaced] = [await hooks('cr4'), await hooks('cr5')];
	await perform(portal, kept, { version: '1.2.0' });
	await perform(portal, replaced, { version: '1.2.0', secrets: { HOOK: NEW_HOOK } });

	for (const id of [kept, replaced]) {
		const { events } = await portal.runtime.audit.list({ limit: 50 });
		const asked = events.find(
			({ kind, data }) => kind === 'upgrade.requested' && Reflect.get(data, 'installId') === id,
		);
		expect(asked?.data).toMatchObject({
			changes: expect.arrayContaining([{ secret: true, key: 'HOOK', change: 'added' }]),
		});
		expect(await everythingReadable(id)).not.toMatch(PLANTED);
	}
	expect(await environmentOf(portal, kept)).toMatchObject({ HOOK });
	expect(await environmentOf(portal, replaced)).toMatchObject({ HOOK: NEW_HOOK });
});

describe('a value that became a secret', () => {
	// Values of its own: other installs here hold theirs in clear, which the leak scan rightly finds.
	const [first, second] = [`${HOOK}-first`, `${NEW_HOOK}-second`];
	let id: string;
	beforeAll(async () => {
		id = await hooks('cr6', first);
		await perform(portal, id, { version: '1.1.0', plain: { HOOK: second } });
		await perform(portal, id, { version: '1.2.0', secrets: { HOOK: `${HOOK}-secret` } });
	});

	test('is forgotten for the revisions that held it in clear, and that is in the trail', async () => {
		const { rows } = await portal.runtime.db.pool.query(
			'select number, answers, config, archived from revision where install_id = $1 order by number',
			[id],
		);

		expect(rows).toHaveLength(3);
		expect(JSON.stringify(rows)).not.toMatch(PLANTED);
		expect(rows[0]).toMatchObject({ answers: { REGION: 'eu' }, config: { REGION: { value: 'eu' } } });
		const { events } = await portal.runtime.audit.list({ limit: 50 });
		const concealed = events.filter(
			({ kind, data }) => kind === 'revision.concealed' && Reflect.get(data, 'installId') === id,
		);
		expect(concealed.map(({ data }) => Reflect.get(data, 'revision')).sort()).toEqual([1, 2]);
		expect(await portal.runtime.audit.verify()).toMatchObject({ ok: true });
	});

	test('is in no ConfigMap any more, and what stays beside it is as it was', async () => {
		const maps = portal.sandbox.cluster.store.list('v1', 'ConfigMap', NAMESPACE);
		const own = maps.filter(({ metadata }) => metadata.name.startsWith('cr6-env-'));

		expect(JSON.stringify(own)).not.toMatch(PLANTED);
		expect(own.map(({ data }) => data)).toEqual([{ REGION: 'eu' }, { REGION: 'eu' }, { REGION: 'eu' }]);
	});

	test('comes back exactly with the revision that had it, from the cluster alone', async () => {
		expect(await rollBack(portal, id, 1)).toMatchObject({ state: 'succeeded' });
		expect(await environmentOf(portal, id)).toMatchObject({ HOOK: first, REGION: 'eu' });
		expect(await rollBack(portal, id, 2)).toMatchObject({ state: 'succeeded' });
		expect(await environmentOf(portal, id)).toMatchObject({ HOOK: second, REGION: 'eu' });
		expect(await everythingReadable(id)).not.toMatch(PLANTED);
	});

	test('is searched for and found nowhere by the leak scan of the operation that made it one', async () => {
		const operations = await portal.runtime.installs.operations({ installId: id, limit: 10 });
		const scans = operations.flatMap(({ steps }) => steps.filter(({ name }) => name === 'leak-scan'));

		expect(scans.map(({ state }) => state)).toEqual(Array(5).fill('done'));
	});
});

test('an upgrade that fails leaves everything where it was: what ran is returned to with its plain value', async () => {
	const id = await hooks('cr7');
	const ended = await perform(portal, id, { version: '1.3.0' });

	expect(ended).toMatchObject({ state: 'failed', returned: { version: '1.0.0', ok: true } });
	expect(await environmentOf(portal, id)).toMatchObject({ HOOK });
	const { rows } = await portal.runtime.db.pool.query(
		'select answers from revision where install_id = $1 and number = 1',
		[id],
	);
	expect(rows[0]?.answers).toMatchObject({ HOOK });
});

function hooks(release: string, hook = HOOK): Promise<string> {
	const answers = { plain: { HOOK: hook, REGION: 'eu' }, secrets: {} };
	return installed(portal, { slug: 'hooks', version: '1.0.0', release, answers });
}

/** Every answer that people with the right to look get about an install. */
async function everythingReadable(id: string): Promise<string> {
	const { events } = await portal.runtime.audit.list({ limit: 200 });
	const about = events.filter(({ data }) => JSON.stringify(data).includes(id));
	const paths = [
		`/api/installs/${id}`,
		`/api/installs/${id}/revisions`,
		'/api/installs',
		'/api/home',
		'/api/operations',
	];
	const texts = await Promise.all(paths.map(async (path) => (await portal.send('GET', path)).text()));
	return [...texts, JSON.stringify(about)].join('\n');
}
