import { randomUUID } from 'node:crypto';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Operation } from '@/lib/contracts/operations';
import { Problem } from '@/lib/contracts/problem';
import { SourceList } from '@/lib/contracts/sources';
import { at, isRecord, textAt } from '@/lib/core';
import { perform, rollBack } from '../support/changes';
import { type Eavesdropper, eavesdrop, everyRow, type Overheard } from '../support/eavesdropper';
import { askEveryRoute, routesNotIn } from '../support/every-route';
import { BOOM, LEAKY } from '../support/leaky-charts';
import { oddPack } from '../support/odd-pack';
import {
	type Answers,
	NAMESPACE,
	type Order,
	requestChange,
	requestFor,
	requestInstall,
	requestRemoval,
	requestRetry,
} from '../support/orders';
import { packOf } from '../support/packs';
import { type Portal, startPortal } from '../support/portal';
import { createHunt, type Finding } from '../support/secret-hunt';

/**
 * DESIGN section 1, rule 1: a secret goes from the request to the target's Secret and is found nowhere else. A whole
 * life with planted values, everything that left memory meanwhile, and then the search.
 */

const unique = () => randomUUID().replaceAll('-', '');
/** Characters that JSON, URLs, shells, YAML, HTML and base64 spell differently, and a second line. */
const tricky = `q"uo\\te/%2F+&=?#é✓'<b>$(id) {{ .Values }} : - ${unique()}\nsecond line ${unique()}==`;
const withCredentials = `postgres://billing:${unique()}@db.internal:5432/billing?sslmode=require`;

/** By who got them; those under `refused` must not even reach the cluster. */
const accepted = {
	billing: {
		PAYMENTS_API_KEY: `sk_live_${unique()}`,
		WEBHOOK_SIGNING_SECRET: tricky,
		FINANCE_CONTACT: withCredentials,
	},
	billingReplaced: { PAYMENTS_API_KEY: `sk_next_${unique()}` },
	turned: { TURNED: `turned-${unique()}` },
	ghost: { GHOST_SESSION_TOKEN: `ghost ${tricky.replace(/[0-9a-f]{32}/g, unique)}` },
	boom: { ODD_TOKEN: `boom-${unique()}` },
	spill: {
		ODD_TOKEN: `spill-${unique()}`,
		ODD_KEY: `-----BEGIN KEY-----\n${unique()}\n${unique()}\n-----END KEY-----`,
	},
};
const refused = {
	PAYMENTS_API_KEY: `refused-${unique()}`,
	WEBHOOK_SIGNING_SECRET: `refused-${unique()}`,
	FINANCE_CONTACT: '',
};
/** Its chart copies the secret where it does not belong, so the cluster itself is no proof there. */
const leaked = { ODD_TOKEN: `leaked-${unique()}` };
const plain = `https://plain-${unique()}.example.test/`;

const KINDS = [
	['v1', 'Secret'],
	['v1', 'ConfigMap'],
	['v1', 'Pod'],
	['v1', 'Event'],
	['v1', 'Service'],
	['apps/v1', 'Deployment'],
	['apps/v1', 'ReplicaSet'],
] as const;

const all = named({ ...accepted, leaked, refused });
const hunt = createHunt(all);
const clusterHunt = createHunt(named({ ...accepted, refused }));

let folder: string;
let portal: Portal;
let ears: Eavesdropper;
let rows: Overheard[];
/** In the cluster at its fullest, and after the removals, as its own storage file has it. */
let before: unknown[];
let objects: unknown[];
const ends = new Map<string, Operation>();

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-secrets-'));
	process.env.TMPDIR = folder;
	ears = eavesdrop(folder);
	portal = await startPortal({ settings: { PACKYARD_LOG_LEVEL: 'debug' } });
	for (const pack of [
		oddPack('boom', [{ version: '1.0.0', templates: BOOM }]),
		oddPack('spill', [{ version: '1.0.0', imageTag: '1.0.0-crash-spill' }]),
		packOf('turned', [
			{ version: '1.0.0', keys: { TURNED: 'string' } },
			{ version: '1.1.0', keys: { TURNED: 'secret' } },
		]),
		oddPack('leaky', [{ version: '1.0.0', templates: LEAKY }]),
	])
		portal.sandbox.registries.publish(pack);
	await portal.runtime.catalog.syncAll();
	await live();
	rows = await everyRow(portal.runtime.db.pool);
	await portal.runtime.close();
	await ears.stop();
	const lines = (await readFile(join(portal.dataDir, 'sandbox', 'cluster.jsonl'), 'utf8')).trim().split('\n');
	objects = lines.map((line) => at(JSON.parse(line), 'put')).filter((object) => object !== undefined);
});
afterAll(async () => {
	await portal?.close();
	delete process.env.TMPDIR;
	await rm(folder, { recursive: true, force: true });
});

/** Every way a secret comes in, is used, kept, carried over, shown in a failure and left behind. */
async function live(): Promise<void> {
	const billing = await finish('install', requestInstall(portal, order('billing', '1.0.0', accepted.billing)));
	await portal.send('GET', `/api/installs/${billing.installId}`);
	await finish('upgrade', requestChange(portal, billing.installId, { version: '1.0.1' }));
	const replaced = { kind: 'configure', version: '1.0.1', secrets: accepted.billingReplaced } as const;
	await finish('secret replaced', perform(portal, billing.installId, replaced));
	const renames = { PAYMENTS_API_KEY: 'PAYMENT_PROVIDER_API_KEY' };
	await finish('secret renamed', perform(portal, billing.installId, { version: '1.1.0', renames }));
	await finish('back to the first', rollBack(portal, billing.installId, 1));
	const turned = await finish(
		'plain for now',
		requestInstall(portal, {
			...order('turned', '1.0.0', {}),
			answers: { plain: { TURNED: 'in clear' }, secrets: {} },
		}),
	);
	await finish(
		'plain becomes secret',
		perform(portal, turned.installId, { version: '1.1.0', secrets: accepted.turned }),
	);

	const wrongType = {
		...order('billing', '1.0.0', { ...refused, FINANCE_CONTACT: `refused-${unique()}` }),
		release: 'wrong',
	};
	wrongType.answers.plain.MAX_RETRIES = 'many';
	const answer = await portal.send('POST', '/api/installs', await requestFor(portal, wrongType));
	expect([answer.status, Problem.parse(await answer.json()).code]).toEqual([422, 'invalid_answers']);

	const ghost = await finish(
		'image that never starts',
		requestInstall(portal, order('ghost', undefined, accepted.ghost)),
	);
	await finish('retry', requestRetry(portal, ghost.installId));
	await finish('chart that fails', requestInstall(portal, order('boom', undefined, accepted.boom)));
	const spill = await finish(
		'program that prints its secrets',
		requestInstall(portal, order('spill', undefined, accepted.spill)),
	);
	const leaky = await finish('chart that copies its secret', requestInstall(portal, order('leaky', undefined, leaked)));
	// The plan for a change shows what differs between the leaked copy and what the chart would render now.
	await finish(
		'change of the leaky one',
		requestChange(portal, leaky.installId, {
			version: '1.0.0',
			answers: { plain: { ODD_LEVEL: 'loud' }, secrets: {} },
		}),
	);
	before = KINDS.flatMap(([version, kind]) => portal.sandbox.cluster.store.list(version, kind));
	const installs = [billing, ghost, spill, leaky, turned].map(({ installId }) => installId);
	await finish('cancelled', cancelInTheMiddle({ ...order('ghost', undefined, accepted.ghost), release: 'stopped' }));
	await portal.runtime.runnerClient.raiseFence({ namespace: NAMESPACE, release: 'nobody', fence: 1 });
	const { sources } = await portal.ask(SourceList, 'GET', '/api/sources');
	await askEveryRoute(
		portal,
		{
			installs,
			operations: [...ends.values()].map(({ id }) => id),
			sources: sources.map(({ id }) => id),
			slug: ['billing', 'ghost', 'boom', 'spill', 'leaky', 'turned'],
			version: ['1.0.0', '1.0.1'],
		},
		{
			answers: { plain: {}, secrets: refused },
			secrets: refused,
			credential: refused,
			password: refused.PAYMENTS_API_KEY,
		},
	);
	for (const { id } of ends.values()) await portal.send('GET', `/api/operations/${id}?after=0`);
	await portal.runtime.installs.observeAll(AbortSignal.timeout(10_000));
	await finish('removal', requestRemoval(portal, billing.installId, { removeSecrets: false }));
	await finish('removal after failure', requestRemoval(portal, ghost.installId, { removeSecrets: false }));
}

describe('the story went as told, so that the search means something', () => {
	test('each operation ended as it should', () => {
		expect(Object.fromEntries([...ends].map(([name, { state }]) => [name, state]))).toEqual({
			install: 'succeeded',
			upgrade: 'succeeded',
			'secret replaced': 'succeeded',
			'secret renamed': 'succeeded',
			'back to the first': 'succeeded',
			'plain for now': 'succeeded',
			'plain becomes secret': 'succeeded',
			'image that never starts': 'failed',
			retry: 'failed',
			'chart that fails': 'failed',
			'program that prints its secrets': 'failed',
			'chart that copies its secret': 'succeeded',
			'change of the leaky one': 'succeeded',
			cancelled: 'cancelled',
			removal: 'succeeded',
			'removal after failure': 'succeeded',
		});
	});

	test("every accepted secret is in the target's Secret, through an upgrade and a removal that keeps it", () => {
		for (const [release, secrets, revisions] of [
			['billing', accepted.billing, [1, 2, 5]],
			['billing', { ...accepted.billing, ...accepted.billingReplaced }, [3]],
			['turned', accepted.turned, [2]],
			['ghost', accepted.ghost, [1]],
			['boom', accepted.boom, [1]],
			['spill', accepted.spill, [1]],
		] as const) {
			for (const number of revisions) expect(secretOf(release, number)).toEqual(secrets);
		}
	});

	test('the log lines of the program that printed its secrets were kept, without them', () => {
		const logs = ends.get('program that prints its secrets')?.failure?.blocker?.logs ?? [];

		expect(logs.join('\n')).toContain('ODD_TOKEN=[secret]');
		expect(logs.join('\n')).toContain('ODD_KEY=[secret]');
		expect(logs.join('\n')).toContain('fatal: simulated failure');
	});

	test('a plain value is found where it belongs', async () => {
		const control = createHunt({ plain });

		expect(placesOf(heardIn(control, rows))).toContain('public.revision.config');
		expect(control.in('the cluster', objects)).not.toEqual([]);
		expect(heardIn(control, await ears.heard()).some(({ place }) => place.startsWith('body of GET'))).toBe(true);
	});

	test('no route of ours was left out', async () => {
		expect(await routesNotIn(await ears.heard())).toEqual([]);
	});
});

describe('no secret', () => {
	test('is in the address, headers or answer of any request, ours or the runner’s', async () => {
		const heard = (await ears.heard()).filter(({ place }) => /^(request|headers|body)/.test(place));

		expect(heard.filter(({ place }) => place.includes('/api/runner/apply')).length).toBeGreaterThan(5);
		expect(heard.filter(({ place }) => place.startsWith('body of POST')).length).toBeGreaterThan(20);
		expect(heardIn(hunt, heard)).toEqual([]);
		expect(hunt.in('requests at the registries', portal.sandbox.requests)).toEqual([]);
	});

	test('is in the command line or environment of Helm, its post-renderer or any other child', async () => {
		const heard = (await ears.heard()).filter(({ place }) => /^(command|environment)/.test(place));

		expect(ears.programs().join(' ')).toMatch(/helm/);
		expect(ears.programs().join(' ')).toMatch(/node/);
		expect(heardIn(hunt, heard)).toEqual([]);
	});

	test('is in a temporary file, however short its life', async () => {
		const heard = (await ears.heard()).filter(({ place }) => place.startsWith('temporary file pky-'));

		expect(heard.some(({ place }) => place.endsWith('/kubeconfig'))).toBe(true);
		expect(heard.some(({ place }) => place.endsWith('/chart.tgz'))).toBe(true);
		expect(heardIn(hunt, heard)).toEqual([]);
	});

	test('is in any row of any table', () => {
		const tables = new Set(rows.map(({ place }) => place.split('.').slice(0, 2).join('.')));

		for (const table of [
			'operation',
			'operation_line',
			'operation_step',
			'revision',
			'install',
			'plan',
			'audit_event',
			'artifact',
		])
			expect(tables).toContain(`public.${table}`);
		expect(heardIn(hunt, rows)).toEqual([]);
	});

	test('is in any file of the data folder: database pages, write-ahead log, log, caches, state', async () => {
		const log = await readFile(join(portal.dataDir, 'packyard.log'), 'utf8');

		expect(log.split('\n').length).toBeGreaterThan(100);
		expect(await hunt.inFolder(portal.dataDir, [join('sandbox', 'cluster.jsonl')])).toEqual([]);
	});

	test('is anywhere else in the cluster: release records, ConfigMaps, workloads, pods, events', () => {
		const records = before.filter((object) => textAt(object, 'type') === 'helm.sh/release.v1');

		for (const release of ['billing.v1', 'billing.v2', 'ghost.v1', 'spill.v1'])
			expect(records.map(nameOf)).toContain(`Secret/sh.helm.release.v1.${release}`);
		expect(
			[...before, ...objects].flatMap((object) => clusterHunt.in(nameOf(object), outsideEnvironment(object))),
		).toEqual([]);
	});

	test('of a refused request got anywhere at all', () => {
		expect(createHunt(named({ refused })).in('the cluster', objects)).toEqual([]);
	});
});

describe('the search itself', () => {
	const planted = createHunt({ planted: tricky });

	test.each([
		['plain text', `before ${tricky} after`],
		['a JSON document', JSON.stringify({ deep: [{ down: tricky }] })],
		['JSON inside JSON', JSON.stringify({ annotation: JSON.stringify({ env: tricky }) })],
		['an address', `https://example.test/?key=${encodeURIComponent(tricky)}&b=1`],
		['a form', new URLSearchParams({ key: tricky }).toString()],
		['a Kubernetes Secret', { data: { KEY: Buffer.from(tricky).toString('base64') } }],
		['base64 of a longer text', Buffer.from(`KEY=${tricky}\nOTHER=1`).toString('base64')],
		['bytes', Buffer.concat([Buffer.alloc(300), Buffer.from(tricky), Buffer.alloc(300)])],
	])('finds it in %s', (_, content) => {
		expect(planted.in('control', content)).not.toEqual([]);
	});

	test('finds nothing where there is nothing', () => {
		expect(planted.in('control', { other: 'text', bytes: Buffer.from('nothing here') })).toEqual([]);
	});

	test('finds what a chart leaked, unpacked from Helm’s own record, and the leak scan had said so', () => {
		const records = objects.filter((object) =>
			/^sh\.helm\.release\.v1\.leaky/.test(nameOf(object).split('/')[1] ?? ''),
		);
		const scan = ends.get('chart that copies its secret')?.steps.find(({ name }) => name === 'leak-scan');

		expect(records).toHaveLength(2);
		expect(placesOf(records.flatMap((record) => hunt.in(nameOf(record), record)))).not.toEqual([]);
		expect(scan).toMatchObject({ state: 'failed', detail: expect.stringContaining('ODD_TOKEN in ConfigMap') });
	});

	test('finds a copy in the database, in its files and in the log', async () => {
		const copy = await mkdtemp(join(folder, 'copy-'));
		await cp(join(portal.dataDir, 'packyard.log'), join(copy, 'packyard.log'));
		await appendFile(
			join(copy, 'packyard.log'),
			JSON.stringify({ message: `oops: ${JSON.stringify({ key: tricky })}` }),
		);

		expect((await hunt.inFolder(copy)).map(({ place }) => place)).toContain('packyard.log');
		const [row] = rows.filter(({ place }) => place.startsWith('public.operation_line.text'));
		expect(
			heardIn(hunt, [{ place: row?.place ?? '', content: `${row?.content} ${accepted.billing.PAYMENTS_API_KEY}` }]),
		).not.toEqual([]);
	});
});

async function finish(name: string, asked: Promise<Operation>): Promise<Operation> {
	const ended = await portal.finished((await asked).id);
	ends.set(name, ended);
	await forget();
	return ended;
}

async function cancelInTheMiddle(wanted: Order): Promise<Operation> {
	const { id } = await requestInstall(portal, wanted);
	await vi.waitFor(async () => {
		const { operation } = await portal.runtime.installs.view(id, 0);
		expect(operation.steps.find(({ name }) => name === 'apply')?.state).toBe('running');
	}, 30_000);
	return portal.ask(Operation, 'POST', `/api/operations/${id}/cancel`, {});
}

/**
 * The redactor knows a value as long as anything in memory holds it. What comes next must not be saved by a value that
 * has merely not been collected yet.
 */
async function forget(): Promise<void> {
	setFlagsFromString('--expose-gc');
	await setImmediate();
	runInNewContext('gc')();
	await setImmediate();
}

function order(
	slug: string,
	version: string | undefined,
	secrets: Record<string, string>,
): Order & { answers: Answers } {
	const values: Record<string, string> = slug === 'billing' ? { BILLING_PORTAL_URL: plain } : {};
	return { slug, ...(version === undefined ? {} : { version }), release: slug, answers: { plain: values, secrets } };
}

function secretOf(release: string, revision: number): Record<string, string> {
	const name = `Secret/${release}-env-r${revision}`;
	const data = objects
		.filter((object) => nameOf(object) === name)
		.map((object) => (isRecord(object) ? object.data : null));
	return Object.fromEntries(
		Object.entries(isRecord(data[0]) ? data[0] : {}).map(([key, value]) => [
			key,
			Buffer.from(String(value), 'base64').toString('utf8'),
		]),
	);
}

/** Everything but the one place a value belongs to. */
function outsideEnvironment(object: unknown): unknown {
	const isEnvironment = /^Secret\/\w+-env-r\d+$/.test(nameOf(object));
	if (!isEnvironment || !isRecord(object) || textAt(object, 'metadata', 'namespace') !== NAMESPACE) return object;
	return { ...object, data: Object.keys(isRecord(object.data) ? object.data : {}) };
}

function nameOf(object: unknown): string {
	return `${textAt(object, 'kind')}/${textAt(object, 'metadata', 'name')}`;
}

function named(groups: Record<string, Record<string, string>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(groups).flatMap(([group, values]) =>
			Object.entries(values)
				.filter(([, value]) => value !== '')
				.map(([key, value]) => [`${group}.${key}`, value]),
		),
	);
}

function heardIn(search: ReturnType<typeof createHunt>, heard: readonly Overheard[]): Finding[] {
	return heard.flatMap(({ place, content }) => search.in(place, content));
}

function placesOf(findings: readonly Finding[]): string[] {
	return [...new Set(findings.map(({ place }) => place.replace(/ #\d+$/, '')))];
}
