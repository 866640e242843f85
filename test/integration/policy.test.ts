import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Operation, OperationView } from '@/lib/contracts/operations';
import { PackDetail } from '@/lib/contracts/packs';
import { Plan } from '@/lib/contracts/plans';
import { Policy, type PolicyVerdicts } from '@/lib/contracts/policy';
import { Problem } from '@/lib/contracts/problem';
import type { PackDefinition } from '@/lib/sandbox';
import {
	BILLING,
	changeOrder,
	detailOf,
	installed,
	order,
	perform,
	planChange,
	refused,
	rollBack,
} from '../support/changes';
import { NAMESPACE, requestFor, requestInstall, requestRetry } from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';

/** Powers against policy, over the real routes, the real Helm and what it renders. */

let portal: Portal;
let telemetry: string;

beforeAll(async () => {
	portal = await startPortal();
	portal.sandbox.registries.publish(twoFaced());
	await portal.runtime.catalog.syncAll();
	telemetry = (await portal.ask(PackDetail, 'GET', '/api/packs/telemetry')).pack.id;
});
afterAll(() => portal.close());
afterEach(async () => {
	const { exceptions, defaults } = await policy();
	for (const { id } of exceptions) await portal.ask(Policy, 'DELETE', `/api/policy/exceptions/${id}`);
	await change(defaults.verdicts, { returnAfterFailure: true });
});

describe('the policy', () => {
	test('has a verdict for every power from the first start, and says that nobody changed it', async () => {
		expect(await policy()).toMatchObject({
			revision: 0,
			changedBy: null,
			returnAfterFailure: true,
			verdicts: { privileged: 'refuse', 'host-access': 'refuse', rbac: 'confirm', volume: 'allow' },
			exceptions: [],
		});
	});

	test('is changed as a whole, on what it was, and the audit has what changed key by key', async () => {
		const { revision } = await policy();
		const after = await change({ volume: 'confirm' }, { returnAfterFailure: false });
		const stale = await portal.send('PUT', '/api/policy', {
			verdicts: after.verdicts,
			returnAfterFailure: true,
			revision,
		});

		expect(after).toMatchObject({ revision: revision + 1, changedBy: { name: 'Ana Souza' } });
		expect(stale.status).toBe(409);
		expect(Problem.parse(await stale.json()).detail).toContain('Somebody else changed the policy');
		expect(await policy()).toEqual(after);
		expect(await lastEvent('policy.changed')).toEqual({
			revision: revision + 1,
			changes: [
				{ key: 'volume', from: 'allow', to: 'confirm' },
				{ key: 'return-after-failure', from: 'true', to: 'false' },
			],
		});
	});

	test('of two first changes at once one is refused', async () => {
		await portal.runtime.db.client.policy.deleteMany();
		const { verdicts, returnAfterFailure } = await policy();
		const bodies = (['confirm', 'refuse'] as const).map((volume) => ({
			verdicts: { ...verdicts, volume },
			returnAfterFailure,
			revision: 0,
		}));
		const answers = await Promise.all(bodies.map((body) => portal.send('PUT', '/api/policy', body)));

		expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
	});

	test('takes an exception only for what it refuses, once per pack, with a reason', async () => {
		const statuses = [];
		for (const body of [
			{ packId: telemetry, power: 'rbac', reason: 'why not' },
			{ packId: telemetry, power: 'privileged', reason: '  ' },
			{ packId: randomUUID(), power: 'privileged', reason: 'no such pack' },
			{ packId: telemetry, power: 'privileged', reason: 'It measures nodes.' },
			{ packId: telemetry, power: 'privileged', reason: 'Again.' },
		])
			statuses.push((await portal.send('POST', '/api/policy/exceptions', body)).status);

		expect(statuses).toEqual([409, 400, 404, 201, 409]);
		expect((await policy()).exceptions).toMatchObject([
			{ slug: 'telemetry', power: 'privileged', reason: 'It measures nodes.', by: { name: 'Ana Souza' } },
		]);
	});
});

describe('an install that asks for what the policy refuses', () => {
	test('is blocked in the plan, naming the objects and where an owner can allow it', async () => {
		const plan = await planInstall('telemetry', '2.3.0', 'nodes');
		const refusal = plan.blocked.find(({ reason }) => reason.includes('privileged'));

		expect(refusal).toEqual({
			reason: 'Your policy refuses privileged containers: DaemonSet nodes-node / agent.',
			remedy: 'Allow it for this pack',
			href: `/settings/policy?pack=${telemetry}&power=privileged#allow`,
		});
		expect(plan.powers.find(({ code }) => code === 'host-access')).toMatchObject({
			standing: 'refused',
			verdict: 'refuse',
			exception: null,
		});
	});

	test('sends somebody who is no owner to one', async () => {
		await portal.runtime.db.client.user.updateMany({ data: { role: 'platform-admin' } });
		const plan = await planInstall('telemetry', '2.3.0', 'nodes');
		const forbidden = await portal.send('POST', '/api/policy/exceptions', {
			packId: telemetry,
			power: 'privileged',
			reason: 'Let me.',
		});
		await portal.runtime.db.client.user.updateMany({ data: { role: 'platform-owner' } });

		expect(plan.blocked.find(({ reason }) => reason.includes('privileged'))).toMatchObject({
			reason: expect.stringMatching(/Ask an owner to allow it for this pack\.$/),
			remedy: 'See the policy',
		});
		expect(forbidden.status).toBe(403);
	});

	test('is refused on submit whatever is acknowledged, and creates nothing', async () => {
		const body = await requestFor(portal, { slug: 'telemetry', version: '2.3.0', release: 'nodes' });
		const acknowledged = [...body.acknowledged, 'power:privileged', 'power:host-access'];
		const response = await portal.send('POST', '/api/installs', { ...body, acknowledged });

		expect(response.status).toBe(422);
		expect(Problem.parse(await response.json())).toMatchObject({
			code: 'policy_refused',
			detail: expect.stringContaining('Your policy refuses access to the node: DaemonSet nodes-node.'),
			hint: expect.stringContaining('An owner can allow it'),
			invalidParams: [{ name: 'power:privileged' }, { name: 'power:host-access' }],
		});
		expect(await portal.runtime.db.client.install.count({ where: { release: 'nodes' } })).toBe(0);
	});

	test('with exceptions still wants a word, then runs, and the audit has who allowed what and what was confirmed', async () => {
		await allow('privileged', 'It measures nodes.');
		await allow('host-access', 'It reads /sys.');
		const plan = await planInstall('telemetry', '2.3.0', 'nodes');
		const body = await requestFor(portal, { slug: 'telemetry', version: '2.3.0', release: 'nodes' });
		const silent = await portal.send('POST', '/api/installs', { ...body, acknowledged: ['power:rbac'] });
		const operation = await portal.ask(Operation, 'POST', '/api/installs', body);

		expect(plan.blocked).toEqual([]);
		expect(plan.acknowledgements.find(({ id }) => id === 'power:privileged')?.sentence).toBe(
			'It runs privileged containers: DaemonSet nodes-node / agent. Refused by your policy, allowed for this pack by Ana Souza: It measures nodes.',
		);
		expect(silent.status).toBe(422);
		expect(Problem.parse(await silent.json()).invalidParams.map(({ name }) => name)).toEqual([
			'power:privileged',
			'power:host-access',
			'power:sandbox',
		]);
		expect((await portal.finished(operation.id)).state).toBe('succeeded');
		const { exceptions } = await policy();
		expect(await lastEvent('install.requested')).toMatchObject({
			acknowledged: ['power:privileged', 'power:host-access', 'power:rbac', 'power:sandbox'],
			gained: expect.arrayContaining([
				{
					code: 'privileged',
					subject: 'DaemonSet nodes-node / agent',
					exceptionId: exceptions.find(({ power }) => power === 'privileged')?.id,
				},
				{ code: 'permission', subject: 'pty:spawn', exceptionId: null },
			]),
		});
		expect(await lastEvent('policy.exception-added')).toMatchObject({ pack: 'Telemetry', reason: 'It reads /sys.' });
	});
});

describe('an upgrade', () => {
	let id: string;

	test('is asked about what it gains and not about what it keeps', async () => {
		id = await installed(portal, { slug: 'telemetry', version: '2.1.0', release: 'meter' });
		const plan = await planChange(portal, id, { version: '2.2.0' });
		const standing = (code: string) =>
			plan.powers.filter((power) => power.code === code).map(({ standing: one }) => one);

		expect(standing('rbac')).toEqual(['before', 'before']);
		expect(standing('sandbox')).toEqual(['confirm']);
		// The contract asks about the new sandbox in its own words; nobody has to say yes to the same thing twice.
		expect(plan.acknowledgements.map((item) => item.id)).toEqual([
			'permissions-widened',
			'sandbox-added',
			'notes-silent',
		]);
		expect((await perform(portal, id, { version: '2.2.0' })).state).toBe('succeeded');
	});

	test('that keeps what is refused by now goes through, with a word about it', async () => {
		await change({ rbac: 'refuse', sandbox: 'refuse' });
		const plan = await planChange(portal, id, { kind: 'configure', version: '2.2.0', plain: { RETENTION_DAYS: '7' } });

		expect(plan).toMatchObject({ blocked: [], acknowledgements: [] });
		expect(plan.powers.filter(({ code }) => code === 'rbac')).toMatchObject([
			{ standing: 'before', verdict: 'refuse' },
			{ standing: 'before', verdict: 'refuse' },
		]);
		const ended = await perform(portal, id, { kind: 'configure', version: '2.2.0', plain: { RETENTION_DAYS: '7' } });
		expect(ended.state).toBe('succeeded');
	});

	test('that must go over another version first is shown the way there', async () => {
		const older = await installed(portal, { slug: 'telemetry', version: '2.0.0', release: 'older' });
		const plan = await planChange(portal, older, { version: '2.2.0' });

		expect(plan.blocked).toContainEqual({
			reason: 'Version 2.1.0 must be installed first: 2.2.0 accepts upgrades from 2.1.0 or newer.',
			remedy: 'Upgrade to 2.1.0',
			href: `/installs/${older}/upgrade?version=2.1.0`,
		});
	});

	test('that gains what is refused is stopped at plan and at submit', async () => {
		const plan = await planChange(portal, id, { version: '2.3.0' });
		const problem = await refused(portal, id, changeOrder(plan, { version: '2.3.0' }));

		expect(plan.blocked.map(({ reason }) => reason).join()).toContain(
			'This version gains what the running one does not have. Your policy refuses privileged containers',
		);
		expect(problem).toMatchObject({ status: 422, code: 'policy_refused' });
	});

	test('from a revision whose powers nobody wrote down counts everything as new', async () => {
		await portal.runtime.db.pool.query('update revision set powers = null where install_id = $1', [id]);
		const plan = await planChange(portal, id, { kind: 'configure', version: '2.2.0' });

		expect(plan.powers.map(({ standing }) => standing)).not.toContain('before');
		expect(plan.acknowledgements.map((item) => item.id)).toEqual(['power:rbac', 'power:sandbox']);
		expect((await perform(portal, id, { kind: 'configure', version: '2.2.0' })).state).toBe('succeeded');
	});

	test('and the way back are possible when the policy refuses by then what comes back, which is said', async () => {
		await allow('privileged', 'For a day.');
		await allow('host-access', 'For a day.');
		expect((await perform(portal, id, { version: '2.3.0' })).state).toBe('succeeded');
		const wide = (await detailOf(portal, id)).revision?.number ?? 0;
		expect((await rollBack(portal, id, wide - 1)).state).toBe('succeeded');
		for (const exception of (await policy()).exceptions)
			await portal.ask(Policy, 'DELETE', `/api/policy/exceptions/${exception.id}`);
		await change({ rbac: 'refuse', permission: 'refuse' });
		const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'rollback', installId: id, revision: wide });
		const ended = await rollBack(portal, id, wide);

		expect(plan).toMatchObject({ blocked: [], acknowledgements: [] });
		expect(plan.warnings).toContain(
			'This brings back privileged containers, which your policy refuses today: DaemonSet meter-node / agent. Going back is possible all the same.',
		);
		expect(ended).toMatchObject({ state: 'succeeded', kind: 'rollback' });
		// The revision that came back is the one compared with from now on.
		const next = await planChange(portal, id, { kind: 'configure', version: '2.3.0' });
		expect(new Set(next.powers.map(({ standing }) => standing))).toEqual(new Set(['before']));
	});
});

describe('between plan and submit', () => {
	test('a policy that became stricter is told, and the same plan cannot be used', async () => {
		const body = await requestFor(portal, { slug: 'terminal', version: '1.2.0', release: 'stricter' });
		await change({ permission: 'confirm' });
		const asked = await portal.send('POST', '/api/installs', body);
		await change({ permission: 'refuse' });
		const stopped = await portal.send('POST', '/api/installs', body);

		expect(Problem.parse(await asked.json())).toMatchObject({
			status: 409,
			code: 'plan_moved',
			details: { moved: ['The policy changed: these permissions inside KhalOS need your word now.'] },
		});
		expect(Problem.parse(await stopped.json())).toMatchObject({
			code: 'plan_moved',
			details: { moved: ['The policy changed: these permissions inside KhalOS are refused now.'] },
		});
	});

	test('one that became kinder, or stricter about something else, stops nobody', async () => {
		await change({ permission: 'confirm' });
		const body = await requestFor(portal, { slug: 'terminal', version: '1.2.0', release: 'kinder' });
		await change({ permission: 'allow', crd: 'refuse' });
		const operation = await portal.ask(Operation, 'POST', '/api/installs', body);

		expect(body.acknowledged).toEqual(['power:permission']);
		expect((await portal.finished(operation.id)).state).toBe('succeeded');
	});

	test('who never planned gets nothing, whatever they send', async () => {
		const body = await requestFor(portal, { slug: 'terminal', version: '1.2.0', release: 'unplanned' });
		const other = await requestFor(portal, { slug: 'hello', release: 'unplanned' });
		const invented = await portal.send('POST', '/api/installs', { ...body, planHash: `sha256:${'1'.repeat(64)}` });
		const borrowed = await portal.send('POST', '/api/installs', { ...body, planHash: other.planHash });
		const padded = await portal.send('POST', '/api/installs', { ...body, powers: [] });

		expect(Problem.parse(await invented.json())).toMatchObject({
			code: 'plan_moved',
			details: { moved: ['The plan is not known any more.'] },
		});
		expect(Problem.parse(await borrowed.json()).code).toBe('plan_moved');
		expect(padded.status).toBe(400);
	});

	test('a chart that asks for more while Helm renders it than while it was planned is not applied', async () => {
		const operation = await requestInstall(portal, { slug: 'twofaced', version: '1.0.0', release: 'twofaced' });
		const ended = await portal.finished(operation.id);

		expect(ended).toMatchObject({
			state: 'failed',
			failure: {
				step: 'apply',
				code: 'plan_moved',
				message: expect.stringMatching(/asks for more now than in the approved plan.*privileged/),
				hint: expect.stringContaining('Nothing was changed.'),
			},
		});
		const pods = portal.sandbox.cluster.store.list('v1', 'Pod', NAMESPACE);
		expect(pods.filter((pod) => JSON.stringify(pod).includes('twofaced'))).toEqual([]);
	});
});

describe('a change that fails', () => {
	let id: string;

	test('while the policy says so is returned, even when the policy changed under way', async () => {
		id = await installed(portal, { slug: 'billing', version: '1.5.0', release: 'billing', answers: ANSWERS });
		const plan = await planChange(portal, id, { version: '1.6.0' });
		const operation = await order(portal, id, changeOrder(plan, { version: '1.6.0' }));
		await change({}, { returnAfterFailure: false });

		expect(plan.wayBack).toContain('If it fails, it is returned to 1.5.0 by itself.');
		expect(await portal.finished(operation.id)).toMatchObject({
			state: 'failed',
			returned: { version: '1.5.0', ok: true },
		});
	});

	test('planned while it was returned and ordered when it is not is a plan that moved', async () => {
		const plan = await planChange(portal, id, { version: '1.6.0' });
		await change({}, { returnAfterFailure: false });

		expect((await refused(portal, id, changeOrder(plan, { version: '1.6.0' }))).details).toMatchObject({
			moved: ['The policy changed: what fails is no longer returned to the last good revision by itself.'],
		});
	});

	test('with the policy off is diagnosed and left, and both facts are said', async () => {
		await change({}, { returnAfterFailure: false });
		const plan = await planChange(portal, id, { version: '1.6.0' });
		const ended = await perform(portal, id, { version: '1.6.0' });
		const { install } = await detailOf(portal, id);
		const { lines } = await portal.ask(OperationView, 'GET', `/api/operations/${ended.id}?after=0`);

		expect(plan.wayBack).toContain('If it fails, it stays as it is');
		expect(ended).toMatchObject({ state: 'failed', returned: null });
		expect(ended.steps.slice(-2)).toMatchObject([
			{ name: 'diagnose', state: 'done' },
			{ name: 'return', state: 'skipped', detail: expect.stringContaining('Roll back to return to 1.5.0') },
		]);
		expect(lines.filter(({ step }) => step === 'diagnose')).not.toEqual([]);
		expect(install.status).toMatchObject({
			state: 'degraded',
			label: 'Upgrade failed (1.5.0 degraded)',
			desiredVersion: '1.6.0',
			runningVersion: '1.5.0',
		});
	});

	test('is not retried into what the policy refuses by then', async () => {
		const wanted = { slug: 'billing', version: '1.6.0', release: 'never', answers: ANSWERS };
		const failed = await portal.finished((await requestInstall(portal, wanted)).id);
		await change({ permission: 'refuse' });
		const problem = await refused(portal, failed.installId, { kind: 'retry', requestId: randomUUID(), reason: null });
		await change({ permission: 'allow' });
		const again = await portal.finished((await requestRetry(portal, failed.installId)).id);

		expect(failed.state).toBe('failed');
		expect(problem).toMatchObject({
			status: 422,
			code: 'policy_refused',
			invalidParams: [{ name: 'power:permission' }],
		});
		expect(again).toMatchObject({ state: 'failed', failure: { step: failed.failure?.step } });
	});

	test('can be retried where it gains nothing, and rolled back under any policy', async () => {
		await change({ permission: 'refuse', 'exposed-port': 'refuse' });
		const retried = await portal.finished((await requestRetry(portal, id)).id);
		const good = (await detailOf(portal, id)).revision?.number ?? 0;
		const other = await perform(portal, id, { kind: 'configure', version: '1.5.0', plain: { MAX_RETRIES: '6' } });
		const back = await rollBack(portal, id, good);

		// By the policy of the moment the retry was asked for.
		expect(retried).toMatchObject({ state: 'failed', returned: { version: '1.5.0', ok: true } });
		expect(other.state).toBe('succeeded');
		expect(back).toMatchObject({ state: 'succeeded', kind: 'rollback' });
	});

	test('and was left as it is can be returned from what it left behind to what ran before', async () => {
		await change({}, { returnAfterFailure: false });
		const ran = await detailOf(portal, id);
		const number = ran.revision?.number ?? 0;
		const early = await portal.send('POST', '/api/plans', { kind: 'rollback', installId: id, revision: number });
		await perform(portal, id, { version: '1.6.0' });
		const left = await detailOf(portal, id);
		const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'rollback', installId: id, revision: number });
		const back = await rollBack(portal, id, number);
		const healed = await detailOf(portal, id);

		expect(early.status).toBe(409);
		expect(left.install.status).toMatchObject({ state: 'degraded', runningVersion: '1.5.0', desiredVersion: '1.6.0' });
		expect(plan).toMatchObject({ action: 'Roll back to 1.5.0', blocked: [] });
		expect(plan.preview?.resources.filter(({ action }) => action === 'update')).not.toEqual([]);
		expect(back).toMatchObject({ state: 'succeeded', kind: 'rollback' });
		expect(healed.install.status).toMatchObject({ state: 'running', runningVersion: '1.5.0' });
		expect(healed.configuration).toEqual(ran.configuration);
	});
});

const ANSWERS = {
	plain: { ...BILLING.plain, INVOICE_DUE_DAYS: '30', BILLING_TAX_ID: '1', FINANCE_CONTACT: 'finance@acme.test' },
	secrets: {
		PAYMENT_PROVIDER_API_KEY: 'sk-live-policy-4711',
		WEBHOOK_SIGNING_SECRET: 'whsec-policy-0815',
	},
};

function policy(): Promise<Policy> {
	return portal.ask(Policy, 'GET', '/api/policy');
}

async function change(verdicts: Partial<PolicyVerdicts>, rest: { returnAfterFailure?: boolean } = {}): Promise<Policy> {
	const { verdicts: before, returnAfterFailure, revision } = await policy();
	const body = { verdicts: { ...before, ...verdicts }, returnAfterFailure, revision, ...rest };
	return portal.ask(Policy, 'PUT', '/api/policy', body);
}

function allow(power: string, reason: string): Promise<Policy> {
	return portal.ask(Policy, 'POST', '/api/policy/exceptions', { packId: telemetry, power, reason });
}

async function planInstall(slug: string, version: string, release: string): Promise<Plan> {
	const { pack } = await portal.ask(PackDetail, 'GET', `/api/packs/${slug}`);
	const target = { packId: pack.id, version, namespace: NAMESPACE, release };
	return portal.ask(Plan, 'POST', '/api/plans', { kind: 'install', ...target, plain: {}, secretKeys: [] });
}

async function lastEvent(kind: string): Promise<unknown> {
	const { events } = await portal.runtime.audit.list({ limit: 50 });
	return events.find((event) => event.kind === kind)?.data;
}

/** A chart that becomes privileged once the configuration of its release is in the cluster, which is after the plan. */
function twoFaced(): PackDefinition {
	const pack = packOf('twofaced', [{ version: '1.0.0', keys: {} }]);
	const hidden = `{{- if lookup "v1" "ConfigMap" .Release.Namespace (printf "%s-env-r1" .Release.Name) }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-miner
spec:
  containers:
    - name: miner
      image: "ghcr.io/khal-os/pack-twofaced-service:1.0.0"
      securityContext:
        privileged: true
{{- end }}
`;
	return {
		...pack,
		versions: pack.versions.map((version) => ({
			...version,
			chart: version.chart === null ? null : { ...version.chart, templates: { 'hidden.yaml': hidden } },
		})),
	};
}
