import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditPage } from '@/lib/contracts/audit';
import { InstallList, type RequestInstall } from '@/lib/contracts/installs';
import { Operation } from '@/lib/contracts/operations';
import { Plan } from '@/lib/contracts/plans';
import { Problem } from '@/lib/contracts/problem';
import { at } from '@/lib/core';
import { allOf, byHand, installed } from '../support/changes';
import { NAMESPACE, requestFor, requestInstall } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** Objects a chart wants to create are there already: of somebody with kubectl, or of another release. */

const answers = { plain: { REGION: 'eu' }, secrets: {} };
const services = `/api/v1/namespaces/${NAMESPACE}/services`;
const order = (release: string) => ({ slug: 'ledger', version: '1.0.0', release, answers });
let portal: Portal;

beforeAll(async () => {
	portal = await startPortal();
	portal.sandbox.registries.publish(packOf('ledger', [{ version: '1.0.0', keys: { REGION: 'string' } }]));
	await portal.runtime.catalog.syncAll();
	// The first install creates the namespace.
	await installed(portal, order('first'));
	await byHand(portal, 'POST', services, serviceOf('mine', {}));
	await byHand(
		portal,
		'POST',
		services,
		serviceOf('theirs', {
			labels: { 'app.kubernetes.io/managed-by': 'Helm' },
			annotations: { 'meta.helm.sh/release-name': 'other', 'meta.helm.sh/release-namespace': NAMESPACE },
		}),
	);
});
afterAll(() => portal.close());

describe('the plan of an install', () => {
	test('says which object exists already, whose it is, and what would change in it', async () => {
		const plan = await planOf('mine');

		expect(plan.blocked).toEqual([]);
		expect(plan.preview?.resources.filter(({ owner }) => owner !== null)).toMatchObject([
			{ kind: 'Service', name: 'mine', action: 'update', owner: 'somebody else (kubectl-edit)' },
		]);
		expect(plan.acknowledgements).toMatchObject([
			{ id: 'take-over:Service mine', typed: null, sentence: expect.stringContaining('somebody else (kubectl-edit)') },
		]);
	});

	test('wants the name typed where another release loses the object', async () => {
		expect((await planOf('theirs')).acknowledgements).toMatchObject([
			{ id: 'take-over:Service theirs', typed: 'theirs', sentence: expect.stringContaining(`${NAMESPACE}/other`) },
		]);
	});

	test('asks nothing where nothing is there', async () => {
		expect((await planOf('new')).acknowledgements).toEqual([]);
	});
});

describe('an install over an object of somebody else', () => {
	test('is refused until the take-over is agreed to, and nothing is created', async () => {
		const body = await orderFor('mine', []);
		const response = await portal.send('POST', '/api/installs', body);

		expect(response.status).toBe(422);
		expect(Problem.parse(await response.json()).invalidParams).toMatchObject([{ name: 'take-over:Service mine' }]);
		expect(await releases()).toEqual(['first']);
	});

	test('is refused with the wrong text typed', async () => {
		const response = await portal.send('POST', '/api/installs', await orderFor('theirs', ['take-over:Service theirs']));

		expect(response.status).toBe(422);
	});

	test('takes it over for who agreed, and the audit names the object', async () => {
		const body = await orderFor('mine', ['take-over:Service mine']);
		const { id } = await portal.ask(Operation, 'POST', '/api/installs', body);
		const ended = await portal.finished(id);
		const { events } = await portal.ask(AuditPage, 'GET', '/api/audit');
		const asked = events.find(({ kind }) => kind === 'install.requested');
		const service = portal.sandbox.cluster.store.peek('v1', 'Service', NAMESPACE, 'mine');

		expect(ended).toMatchObject({ state: 'succeeded' });
		expect(at(asked?.data, 'acknowledged')).toEqual(['take-over:Service mine']);
		expect(service?.metadata.annotations).toMatchObject({ 'meta.helm.sh/release-name': 'mine' });
		expect(JSON.stringify(at(service, 'spec', 'ports'))).toContain('8080');
	});

	test('that appeared after the plan ends the install untouched, with the way on', async () => {
		const body = await orderFor('late', []);
		await byHand(portal, 'POST', services, serviceOf('late', {}));
		const { id } = await portal.ask(Operation, 'POST', '/api/installs', body);
		const ended = await portal.finished(id);

		expect(ended).toMatchObject({
			state: 'failed',
			failure: { code: 'conflict', hint: expect.stringContaining('take it over') },
		});
		expect(portal.sandbox.cluster.store.peek('v1', 'Service', NAMESPACE, 'late')?.metadata.annotations).toBeUndefined();
	});
});

test('a control twin: an install beside them needs no such agreement', async () => {
	const { id } = await requestInstall(portal, order('beside'));

	expect((await portal.finished(id)).state).toBe('succeeded');
});

function serviceOf(name: string, metadata: object) {
	return { metadata: { ...metadata, name }, spec: { selector: { app: 'elsewhere' }, ports: [{ port: 8443 }] } };
}

async function planOf(release: string): Promise<Plan> {
	const { packId, version, namespace } = await requestFor(portal, order(release));
	const wanted = { packId, version, namespace, release, plain: answers.plain, secretKeys: [] };
	return portal.ask(Plan, 'POST', '/api/plans', { kind: 'install', ...wanted });
}

async function orderFor(release: string, acknowledged: string[]): Promise<RequestInstall> {
	const plan = await planOf(release);
	expect(allOf(plan).length).toBeGreaterThanOrEqual(acknowledged.length);
	return { ...(await requestFor(portal, order(release))), planHash: plan.hash, acknowledged };
}

async function releases(): Promise<string[]> {
	return (await portal.ask(InstallList, 'GET', '/api/installs')).installs.map(({ release }) => release);
}
