import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InstallDetail, InstallList, RevisionList } from '@/lib/contracts/installs';
import { Operation } from '@/lib/contracts/operations';
import { PackDetail, PackList, VersionDetail } from '@/lib/contracts/packs';
import { Plan } from '@/lib/contracts/plans';
import { Problem } from '@/lib/contracts/problem';
import { requestRemoval } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

const NAMESPACE = 'khal-acme';
let portal: Portal;

beforeAll(async () => {
	portal = await startPortal();
});
afterAll(() => portal.close());

describe('the catalog', () => {
	test('lists every example pack with its shape and why it cannot be installed', async () => {
		const { packs, health } = await portal.ask(PackList, 'GET', '/api/packs');

		expect(packs.length).toBeGreaterThanOrEqual(8);
		expect(packs.reduce((sum, pack) => sum + pack.versions, 0)).toBeGreaterThanOrEqual(30);
		expect(health).toMatchObject({ state: 'fresh', problem: null });
		expect(new Set(packs.map((pack) => pack.shape))).toEqual(
			new Set(['full-stack', 'frontend', 'bundle', 'services', 'backend', 'unknown']),
		);
		for (const pack of packs) if (!pack.installable) expect(pack.reasons.join(' ')).not.toBe('');
	});

	test('a malformed manifest is listed with the reason, and the version before it stays installable', async () => {
		const { versions } = await portal.ask(PackDetail, 'GET', '/api/packs/calendar');

		expect(versions[0]).toMatchObject({ version: '2.0.0', installable: false });
		expect(versions[0]?.reasons.join(' ')).not.toBe('');
		expect(versions.some((version) => version.installable)).toBe(true);
	});
});

describe('the first install', () => {
	test('goes from the form to a running pack that shows what runs, since when and by whom', async () => {
		const answers = { plain: {}, secrets: {} };
		const { operation, plan } = await install('terminal', '1.2.0', answers);
		const ended = await portal.finished(operation.id);

		expect(ended).toMatchObject({ state: 'succeeded', kind: 'install', toVersion: plan.toVersion });
		expect(ended.steps.map((step) => [step.name, step.state])).toEqual([
			['fetch', 'done'],
			['verify', 'done'],
			['environment', 'done'],
			['apply', 'done'],
			['rollout', 'done'],
			['frontend', 'done'],
			['leak-scan', 'done'],
			['commit', 'done'],
		]);
		const detail = await portal.ask(InstallDetail, 'GET', `/api/installs/${ended.installId}`);
		expect(detail.install.status).toMatchObject({ state: 'running', label: 'Running', runningVersion: plan.toVersion });
		expect(detail.revision?.chart?.archiveDigest).toMatch(/^sha256:/);
		expect(detail.revision?.createdBy.name).toBe('Ana Souza');
		expect(detail.live?.pods[0]).toMatchObject({ ready: true });
	});

	test('delivers plain values and secrets to the pod and shows secrets only as set', async () => {
		const { answers } = await billingAnswers();
		const { operation } = await install('billing', '1.0.0', answers);
		const ended = await portal.finished(operation.id);

		expect(ended.failure).toBeNull();
		const detail = await portal.ask(InstallDetail, 'GET', `/api/installs/${ended.installId}`);
		const [secret] = Object.keys(answers.secrets);
		expect(detail.configuration.find((entry) => entry.key === secret)).toMatchObject({
			kind: 'secret',
			state: 'set',
			setBy: { name: 'Ana Souza' },
		});
		const pod = detail.live?.pods[0]?.name ?? '';
		const environment = portal.sandbox.cluster.effectiveEnv(NAMESPACE, pod);
		expect(environment).toMatchObject({ ...answers.plain, ...answers.secrets });
	});

	test('an image that never starts ends as failed with pod, image and reason, and Remove works', async () => {
		const { operation } = await install('ghost', null, { plain: {}, secrets: { GHOST_SESSION_TOKEN: 'boo-4242' } });
		const ended = await portal.finished(operation.id);

		expect(ended.state).toBe('failed');
		expect(ended.failure?.blocker).toMatchObject({
			reason: expect.stringMatching(/ImagePull|ErrImage/),
			image: expect.stringContaining('ghost'),
		});
		expect(ended.failure?.blocker?.pod).toMatch(/ghost/);
		const { install: summary } = await portal.ask(InstallDetail, 'GET', `/api/installs/${ended.installId}`);
		expect(summary.status).toMatchObject({
			state: 'install-failed',
			label: 'Install failed (nothing running)',
			runningVersion: null,
		});

		const retry = await portal.ask(Operation, 'POST', `/api/installs/${ended.installId}/operations`, {
			kind: 'retry',
			requestId: randomUUID(),
			reason: null,
		});
		expect((await portal.finished(retry.id)).state).toBe('failed');

		const removal = await requestRemoval(portal, ended.installId, { removeSecrets: true });
		expect((await portal.finished(removal.id)).state).toBe('succeeded');
		const { installs } = await portal.ask(InstallList, 'GET', '/api/installs');
		expect(installs.find((candidate) => candidate.id === ended.installId)).toBeUndefined();
		const left = portal.sandbox.cluster.store
			.list('v1', 'Secret', NAMESPACE)
			.filter((secret) => JSON.stringify(secret).includes('ghost'));
		expect(left).toEqual([]);
	});
});

describe('bad input', () => {
	test('a value of the wrong type is refused with 422 naming the key, and nothing is created', async () => {
		const { answers, version } = await billingAnswers();
		const number = version.manifest?.contract.find((variable) => variable.type === 'number');
		const body = await requestFor(
			'billing',
			'1.0.0',
			{ ...answers, plain: { ...answers.plain, [number?.key ?? '']: 'many' } },
			'wrong-type',
		);
		const response = await portal.send('POST', '/api/installs', body);

		expect(response.status).toBe(422);
		expect(Problem.parse(await response.json()).invalidParams).toEqual([
			{ name: number?.key, reason: expect.any(String) },
		]);
		expect(await portal.runtime.db.client.install.count({ where: { release: 'wrong-type' } })).toBe(0);
	});

	test('an answer for an unknown key is refused by name', async () => {
		const body = await requestFor(
			'terminal',
			'1.2.0',
			{ plain: { NOT_IN_THE_CONTRACT: 'x' }, secrets: {} },
			'unknown-key',
		);
		const response = await portal.send('POST', '/api/installs', body);

		expect(response.status).toBe(422);
		expect(Problem.parse(await response.json()).invalidParams[0]?.name).toBe('NOT_IN_THE_CONTRACT');
	});

	test('the same request twice is one operation', async () => {
		const body = await requestFor('terminal', '1.2.0', { plain: {}, secrets: {} }, 'twice');
		const [first, second] = await Promise.all([
			portal.ask(Operation, 'POST', '/api/installs', body),
			portal.ask(Operation, 'POST', '/api/installs', body),
		]);

		expect(second.id).toBe(first.id);
		await portal.finished(first.id);
	});

	test('a second admin who wants the same release gets 409 with who is doing what', async () => {
		const body = await requestFor('terminal', '1.2.0', { plain: {}, secrets: {} }, 'contested');
		const first = await portal.ask(Operation, 'POST', '/api/installs', body);
		const response = await portal.send('POST', '/api/installs', { ...body, requestId: randomUUID() });

		expect(response.status).toBe(409);
		expect(Problem.parse(await response.json())).toMatchObject({
			code: 'conflict',
			detail: expect.stringContaining('started by Ana Souza'),
			details: { operationId: first.id },
		});
		await portal.finished(first.id);
	});

	test('a plan that was made for something else is refused with what moved', async () => {
		const body = await requestFor('terminal', '1.2.0', { plain: {}, secrets: {} }, 'moved');
		const response = await portal.send('POST', '/api/installs', { ...body, release: 'moved-elsewhere' });

		expect(response.status).toBe(409);
		expect(Problem.parse(await response.json())).toMatchObject({
			code: 'plan_moved',
			details: { moved: ['The target is another one.'] },
		});
	});

	test('a pack that Helm cannot install is refused with the reason', async () => {
		const { packs } = await portal.ask(PackList, 'GET', '/api/packs');
		const services = packs.find((pack) => pack.shape === 'services');
		const response = await portal.send(
			'POST',
			'/api/installs',
			await requestFor(services?.slug ?? '', null, { plain: {}, secrets: {} }, 'impossible'),
		);

		expect(response.status).toBe(422);
		expect(Problem.parse(await response.json()).code).toBe('not_installable');
	});

	test('a chart whose bytes changed under its digest is refused, and the operation says so', async () => {
		const { chart } = await portal.ask(VersionDetail, 'GET', '/api/packs/terminal/versions/1.1.0');
		const body = await requestFor('terminal', '1.1.0', { plain: {}, secrets: {} }, 'tampered');
		await portal.runtime.db.client.artifact.deleteMany({ where: { digest: chart?.archiveDigest ?? '' } });
		portal.sandbox.registries.tamper(chart?.archiveDigest ?? '');
		const operation = await portal.ask(Operation, 'POST', '/api/installs', body);
		const ended = await portal.finished(operation.id);

		expect(ended).toMatchObject({ state: 'failed', failure: { code: 'integrity_mismatch', step: 'fetch' } });
	});

	test('with no source reachable the catalog shows its last good state, its age and the reason', async () => {
		portal.sandbox.registries.goOffline(true);
		await portal.runtime.catalog.syncAll();
		const { packs, health } = await portal.ask(PackList, 'GET', '/api/packs');
		portal.sandbox.registries.goOffline(false);
		await portal.runtime.catalog.syncAll();

		expect(packs.length).toBeGreaterThanOrEqual(8);
		expect(health).toMatchObject({ state: 'stale', problem: expect.any(String), lastGoodSyncAt: expect.any(String) });
		expect((await portal.ask(PackList, 'GET', '/api/packs')).health.state).toBe('fresh');
	});
});

describe('proof', () => {
	test('the audit chain verifies and names who asked for what', async () => {
		const page = await portal.runtime.audit.list({ limit: 200 });

		expect(page.events.find((event) => event.kind === 'install.requested')).toMatchObject({
			actor: { name: 'Ana Souza' },
			data: { pack: expect.any(String), planHash: expect.stringMatching(/^sha256:/) },
		});
		expect(await portal.runtime.audit.verify()).toMatchObject({ ok: true });
	});

	test('revisions keep digests, answers and who asked', async () => {
		const { installs } = await portal.ask(InstallList, 'GET', '/api/installs');
		const running = installs.find((candidate) => candidate.release === 'terminal');
		const { revisions } = await portal.ask(RevisionList, 'GET', `/api/installs/${running?.id}/revisions`);

		expect(revisions[0]).toMatchObject({
			number: 1,
			outcome: 'good',
			createdBy: { name: 'Ana Souza' },
			activatedAt: expect.any(String),
		});
	});
});

type Answers = { plain: Record<string, string>; secrets: Record<string, string> };

async function install(
	slug: string,
	version: string | null,
	answers: Answers,
): Promise<{ operation: Operation; plan: Plan }> {
	const { pack } = await portal.ask(PackDetail, 'GET', `/api/packs/${slug}`);
	const wanted = {
		kind: 'install',
		packId: pack.id,
		version: version ?? pack.latestVersion,
		namespace: NAMESPACE,
		release: slug,
		plain: answers.plain,
		secretKeys: Object.keys(answers.secrets),
	};
	const plan = await portal.ask(Plan, 'POST', '/api/plans', wanted);
	expect(plan.blocked).toEqual([]);
	const operation = await portal.ask(
		Operation,
		'POST',
		'/api/installs',
		await requestFor(slug, version, answers, slug),
	);
	return { operation, plan };
}

async function requestFor(slug: string, version: string | null, answers: Answers, release: string) {
	const { pack } = await portal.ask(PackDetail, 'GET', `/api/packs/${slug}`);
	const target = { packId: pack.id, version: version ?? pack.latestVersion, namespace: NAMESPACE, release };
	const wanted = { kind: 'install', ...target, plain: answers.plain, secretKeys: Object.keys(answers.secrets) };
	const response = await portal.send('POST', '/api/plans', wanted);
	const plan = Plan.safeParse(await response.json());
	return {
		requestId: randomUUID(),
		...target,
		answers,
		planHash: plan.data?.hash ?? `sha256:${'0'.repeat(64)}`,
		acknowledged: plan.data?.acknowledgements.map((item) => item.id) ?? [],
		reason: null,
	};
}

/** Something fitting for every required key of billing 1.0.0. */
async function billingAnswers(): Promise<{ answers: Answers; version: VersionDetail }> {
	const version = await portal.ask(VersionDetail, 'GET', '/api/packs/billing/versions/1.0.0');
	const answers: Answers = { plain: {}, secrets: {} };
	const texts = {
		string: 'text',
		number: '42',
		boolean: 'true',
		url: 'https://api.example.test/v1',
		secret: 'sk-test-4242',
	};
	for (const variable of version.manifest?.contract ?? []) {
		if (variable.storage === 'vault') answers.secrets[variable.key] = `${texts.secret}-${variable.key}`;
		else answers.plain[variable.key] = texts[variable.type];
	}
	return { answers, version };
}
