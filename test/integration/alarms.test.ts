import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditPage } from '@/lib/contracts/audit';
import { Home } from '@/lib/contracts/home';
import { type Alarm, InstallDetail, InstallList } from '@/lib/contracts/installs';
import { MovedTag, PackDetail, VersionDetail } from '@/lib/contracts/packs';
import { Problem } from '@/lib/contracts/problem';
import {
	changeOrder,
	detailOf,
	environmentOf,
	installed,
	order,
	perform,
	planChange,
	refused,
} from '../support/changes';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** A tag that stands for other bytes than the ones that were reviewed, and a version its source took back. */

const REPOSITORY = 'khal-os/charts/pack-ledger';
const keys = { REGION: 'string' } as const;
let portal: Portal;
let id: string;

beforeAll(async () => {
	portal = await startPortal();
	publish({ REGION: 'string' });
	await portal.runtime.catalog.syncAll();
	const answers = { plain: { REGION: 'eu' }, secrets: {} };
	id = await installed(portal, { slug: 'ledger', version: '1.0.0', release: 'ledger', answers });
});
afterAll(() => portal.close());

describe('a tag that moved under an install', () => {
	test('is no alarm while it points to what was reviewed', async () => {
		await portal.runtime.catalog.syncAll();

		expect(await alarms()).toEqual([]);
		expect((await home()).alarms).toEqual([]);
		expect((await home()).quiet).toHaveLength(1);
	});

	test('is an alarm on the install, in the list and in the inbox, with both digests', async () => {
		const before = digest();
		publish({ REGION: 'string', LIMIT: 'number' });
		await portal.runtime.catalog.syncAll();
		const { install } = await detailOf(portal, id);
		const inbox = await home();

		expect(install.status.state).toBe('running');
		expect(install.alarms).toEqual([
			{
				id: `tag-moved:1.0.0:${digest()}`,
				kind: 'tag-moved',
				version: '1.0.0',
				since: expect.stringMatching(/^\d{4}-/),
				sentence: 'The tag 1.0.0 points to other bytes now than the ones that run here.',
				digests: { running: before, published: digest() },
			},
		]);
		expect((await portal.ask(InstallList, 'GET', '/api/installs')).installs[0]?.alarms).toEqual(install.alarms);
		expect(inbox.alarms.map((one) => one.install.id)).toEqual([id]);
		expect(inbox.quiet).toEqual([]);
	});

	test('can be compared: which files, and what the contract asks', async () => {
		const compared = await portal.ask(MovedTag, 'GET', '/api/packs/ledger/versions/1.0.0/moved');

		expect(compared).toMatchObject({ version: '1.0.0', sameChart: false, reasons: [] });
		expect(compared.now?.manifestDigest).toBe(digest());
		expect(compared.files).toContainEqual({ path: 'khal-app.json', change: 'changed' });
		expect(compared.changes).toContainEqual({ verdict: 'breaking', sentence: expect.stringContaining('LIMIT') });
	});

	test('is settled by an admin for that digest, with a reason in the audit, and stays known', async () => {
		const [alarm] = await alarms();
		const settled = await patch({ id: alarm?.id ?? '', settled: true, reason: 'The publisher rebuilt it.' });
		const { events } = await portal.ask(AuditPage, 'GET', '/api/audit');

		expect(settled.install.alarms).toEqual([]);
		expect(settled.settledAlarms).toEqual([alarm]);
		expect((await home()).alarms).toEqual([]);
		expect(events[0]).toMatchObject({
			kind: 'alarm.settled',
			actor: { name: 'Ana Souza' },
			data: { installId: id, digest: digest(), settled: true, reason: 'The publisher rebuilt it.' },
		});
	});

	test('can be raised again, once', async () => {
		const [alarm] = (await detailOf(portal, id)).settledAlarms;
		const raised = { id: alarm?.id ?? '', settled: false, reason: null };

		expect((await patch(raised)).install.alarms).toEqual([alarm]);
		await patch(raised);
		const { events } = await portal.ask(AuditPage, 'GET', '/api/audit');
		expect(events.filter(({ kind }) => kind === 'alarm.settled')).toHaveLength(2);
		await patch({ ...raised, settled: true });
	});

	test('comes back for another digest', async () => {
		publish({ REGION: 'string', LIMIT: 'number', COLOUR: 'string' });
		await portal.runtime.catalog.syncAll();

		expect(await alarms()).toMatchObject([{ kind: 'tag-moved', digests: { published: digest() } }]);
	});

	test('is not settled by an id that is no alarm of this install', async () => {
		const old = { id: `tag-moved:1.0.0:sha256:${'0'.repeat(64)}`, settled: true, reason: null };
		const response = await portal.send('PATCH', `/api/installs/${id}`, { alarm: old });

		expect(response.status).toBe(409);
		expect(Problem.parse(await response.json()).hint).toContain('Load the page again');
	});
});

describe('the new bytes', () => {
	test('are not accepted for a digest the tag has left', async () => {
		const response = await adopt(`sha256:${'0'.repeat(64)}`);

		expect(response.status).toBe(409);
	});

	test('are accepted by an admin for the version; what runs stays, and says so', async () => {
		const before = (await detailOf(portal, id)).revision?.chart?.manifestDigest;
		const accepted = VersionDetail.parse(await (await adopt(digest())).json());
		const { events } = await portal.ask(AuditPage, 'GET', '/api/audit');
		const { versions } = await portal.ask(PackDetail, 'GET', '/api/packs/ledger');

		expect(accepted.chart?.manifestDigest).toBe(digest());
		expect(versions.map(({ version, tagMoved }) => [version, tagMoved])).toEqual([['1.0.0', false]]);
		expect(events[0]).toMatchObject({
			kind: 'version.adopted',
			data: { version: '1.0.0', from: before, to: digest(), reason: 'Looked at it.' },
		});
		expect((await detailOf(portal, id)).revision?.chart?.manifestDigest).toBe(before);
		expect(await alarms()).toMatchObject([{ kind: 'replaced', digests: { running: before, published: digest() } }]);
	});

	test('are not taken by re-applying the configuration', async () => {
		const plan = await planChange(portal, id, { kind: 'configure', version: '1.0.0' });

		expect(plan.chart?.manifestDigest).toBe((await detailOf(portal, id)).revision?.chart?.manifestDigest);
		expect(plan.questions).toEqual([]);
		// The form asks for what this plan is made of: the contract of what runs.
		const { manifest } = await detailOf(portal, id);
		expect(manifest?.contract.map(({ key }) => key)).toEqual(Object.keys(keys));
	});

	test('are planned and reviewed like any other change, and run after that', async () => {
		const change = { version: '1.0.0', plain: { LIMIT: '5', COLOUR: 'copper' }, adopt: true };
		const asking = await planChange(portal, id, { version: '1.0.0', adopt: true });
		const plan = await planChange(portal, id, change);

		expect(asking.questions.sort()).toEqual(['COLOUR', 'LIMIT']);
		expect(plan).toMatchObject({ action: 'Take the new bytes of 1.0.0', chart: { manifestDigest: digest() } });
		expect(plan.acknowledgements.map((item) => item.id)).toContain('other-bytes');
		expect(await refused(portal, id, changeOrder(plan, change, []))).toMatchObject({ status: 422 });
		const { id: operation } = await order(portal, id, changeOrder(plan, change));
		expect(await portal.finished(operation)).toMatchObject({ state: 'succeeded', kind: 'configure' });
		expect(await environmentOf(portal, id)).toMatchObject({ REGION: 'eu', LIMIT: '5', COLOUR: 'copper' });
		expect((await detailOf(portal, id)).revision?.chart?.manifestDigest).toBe(digest());
		expect(await alarms()).toEqual([]);
	});
});

describe('a version its source took back', () => {
	test('is a quiet notice on what runs it, and no business of the inbox', async () => {
		portal.sandbox.registries.unpublish('ledger', '1.0.0');
		for (let listing = 0; listing < 3; listing++) await portal.runtime.catalog.syncAll();

		expect(await alarms()).toMatchObject([
			{ kind: 'vanished', version: '1.0.0', since: expect.any(String), digests: null },
		]);
		expect((await home()).alarms).toEqual([]);
		expect((await home()).quiet.map((install) => install.id)).toEqual([id]);
	});

	test('is still repaired and configured from the stored copy', async () => {
		const ended = await perform(portal, id, { kind: 'configure', version: '1.0.0', plain: { REGION: 'us' } });

		expect(ended.state).toBe('succeeded');
		expect((await environmentOf(portal, id)).REGION).toBe('us');
	});

	test('is no notice any more once it is listed again', async () => {
		publish({ REGION: 'string', LIMIT: 'number', COLOUR: 'string' });
		await portal.runtime.catalog.syncAll();

		expect(await alarms()).toEqual([]);
	});
});

/** The same version again, with this contract: a publisher's release workflow that moves its tag. */
function publish(contract: Record<string, 'string' | 'number'>): void {
	portal.sandbox.registries.publish(packOf('ledger', [{ version: '1.0.0', keys: { ...keys, ...contract } }]));
}

function digest(): string {
	return portal.sandbox.registries.state.oci.get(REPOSITORY)?.tags.get('1.0.0') ?? '';
}

async function alarms(): Promise<Alarm[]> {
	return (await detailOf(portal, id)).install.alarms;
}

async function home(): Promise<Home> {
	return portal.ask(Home, 'GET', '/api/home');
}

async function patch(alarm: { id: string; settled: boolean; reason: string | null }): Promise<InstallDetail> {
	return portal.ask(InstallDetail, 'PATCH', `/api/installs/${id}`, { alarm });
}

async function adopt(wanted: string): Promise<Response> {
	const body = { digest: wanted, reason: 'Looked at it.' };
	return portal.send('POST', '/api/packs/ledger/versions/1.0.0/moved', body);
}
