import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InstallList } from '@/lib/contracts/installs';
import { Plan } from '@/lib/contracts/plans';
import { at } from '@/lib/core';
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
import { everyObject } from '../support/leftovers';
import { requestInstall } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

/** What a removal leaves is what its plan said; what was kept can be used again. */

const ANSWERS = { plain: { RETENTION_DAYS: '7' }, secrets: { OTEL_EXPORT_HEADERS: 'x-key=planted-headers' } };
/** Made by controllers from other objects, or Helm's own record. */
const DERIVED = ['Pod', 'ReplicaSet', 'ControllerRevision', 'Endpoints', 'EndpointSlice', 'Event'];
let portal: Portal;
let id: string;
let before: string[];
let plan: Plan;

beforeAll(async () => {
	portal = await startPortal();
	const untouched = objects();
	id = await installed(portal, { slug: 'telemetry', version: '2.2.0', release: 'telemetry', answers: ANSWERS });
	before = objects().filter((name) => !untouched.includes(name) && !/^ServiceAccount default$|kube-root-ca/.test(name));
	plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'uninstall', installId: id });
});
afterAll(() => portal.close());

describe('the plan of a removal', () => {
	test('names every object as deleted, kept or left, and nothing else', () => {
		const { deleted = [], kept = [], volumes = [], environments = [] } = plan.removal ?? {};
		const named = [
			...deleted,
			...kept.map(({ object }) => object),
			...volumes.map((name) => `PersistentVolumeClaim ${name}`),
			...environments,
		];

		expect(named.sort()).toEqual(before);
		expect(kept).toEqual([
			{ object: 'PersistentVolumeClaim telemetry-archive', reason: expect.stringContaining('keep') },
		]);
		expect(volumes).toEqual(['data-telemetry-0']);
		expect(environments.sort()).toEqual(['ConfigMap telemetry-env-r1', 'Secret telemetry-env-r1']);
	});

	test('is refused without the name of the release, and when the release moved since', async () => {
		const wrong = await refused(portal, id, { ...removal(plan.hash), confirm: 'tele' });
		const moved = await refused(portal, id, removal(`sha256:${'0'.repeat(64)}`));

		expect(wrong).toMatchObject({ status: 422, invalidParams: [{ name: 'confirm' }] });
		expect(moved).toMatchObject({ status: 409, code: 'plan_moved' });
	});
});

describe('a removal that keeps secrets and data', () => {
	test('leaves exactly what the plan said', async () => {
		const { id: operationId } = await order(portal, id, removal(plan.hash));
		const ended = await portal.finished(operationId);

		const { events } = await portal.runtime.audit.list({ limit: 5 });
		const removed = events.find(({ kind }) => kind === 'install.removed');

		expect(ended).toMatchObject({ state: 'succeeded', kind: 'uninstall', planHash: plan.hash });
		expect(at(removed?.data, 'kept')).toEqual([
			'PersistentVolumeClaim telemetry-archive',
			'PersistentVolumeClaim data-telemetry-0',
			'ConfigMap telemetry-env-r1',
			'Secret telemetry-env-r1',
		]);
		expect(objects().filter((name) => before.includes(name))).toEqual(
			before.filter((name) => !plan.removal?.deleted.includes(name)),
		);
		expect((await detailOf(portal, id)).install.status).toMatchObject({
			state: 'removed-data-kept',
			label: 'Removed, data kept',
		});
	});

	test('can be taken back: the kept secret is used again without being entered', async () => {
		const change = { version: '2.2.0' };
		const again = await planChange(portal, id, change);
		const ended = await perform(portal, id, change);

		expect(again).toMatchObject({ kind: 'install', questions: [], blocked: [], carried: 2 });
		expect(ended).toMatchObject({ state: 'succeeded', kind: 'install' });
		expect(await environmentOf(portal, id)).toMatchObject({ ...ANSWERS.plain, ...ANSWERS.secrets });
		expect((await detailOf(portal, id)).install.status).toMatchObject({ state: 'running' });
	});

	test('does not stand in the way of a new install of the same name', async () => {
		const now = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'uninstall', installId: id });
		await portal.finished((await order(portal, id, removal(now.hash))).id);
		const fresh = await requestInstall(portal, { slug: 'telemetry', version: '2.2.0', release: 'telemetry' });
		const ended = await portal.finished(fresh.id);

		expect(ended).toMatchObject({ state: 'succeeded', revision: 3 });
		expect(await environmentOf(portal, ended.installId)).not.toHaveProperty('OTEL_EXPORT_HEADERS');
		// What the first install kept is still there, and it cannot come back while its place is taken.
		expect(objects()).toContain('Secret telemetry-env-r2');
		const change = { version: '2.2.0' };
		const back = await refused(portal, id, changeOrder(await planChange(portal, id, change), change));
		expect(back).toMatchObject({ status: 409, detail: expect.stringContaining('installed already') });
		id = ended.installId;
	});
});

describe('a removal of everything', () => {
	test('leaves only what the chart itself asks to keep', async () => {
		const now = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'uninstall', installId: id });
		const { id: operationId } = await order(portal, id, {
			...removal(now.hash),
			removeSecrets: true,
			removeVolumes: true,
		});
		const ended = await portal.finished(operationId);

		expect(ended.state).toBe('succeeded');
		expect(objects().filter((name) => before.includes(name) || name.includes('telemetry'))).toEqual([
			'PersistentVolumeClaim telemetry-archive',
		]);
		const { installs } = await portal.ask(InstallList, 'GET', '/api/installs');
		expect(installs).toEqual([]);
	});
});

function objects(): string[] {
	return everyObject(portal)
		.filter(({ kind, name }) => !DERIVED.includes(kind) && !name.startsWith('Secret sh.helm.release'))
		.map(({ name }) => name)
		.sort();
}

function removal(planHash: string) {
	return {
		kind: 'uninstall' as const,
		requestId: randomUUID(),
		planHash,
		removeSecrets: false,
		removeVolumes: false,
		confirm: 'telemetry',
		reason: null,
	};
}
