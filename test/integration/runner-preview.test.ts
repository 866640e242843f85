import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	applyRequest,
	changeByHand,
	finish,
	giveEnvironment,
	helloChart,
	injectionFor,
	previewRequest,
	type RunnerWorld,
	startRunnerWorld,
} from '../support/runner-world';

let world: RunnerWorld;
let count = 0;
beforeAll(async () => {
	world = await startRunnerWorld();
});
afterAll(async () => {
	await world?.close();
});
const runner = () => world.runner;

async function installed(values = {}) {
	const target = { namespace: `apps-${++count}`, release: 'hello' };
	await giveEnvironment(runner(), target);
	expect(await finish(runner().apply(applyRequest(target, { values })))).toMatchObject({ ok: true });
	return target;
}

describe('a preview', () => {
	test('of a first install creates everything, although there is no namespace yet, and changes nothing', async () => {
		const target = { namespace: 'not-there', release: 'hello' };
		const preview = await runner().preview(
			previewRequest(target, { image: 'ghcr.io/khal-os/hello:latest', hookImage: 'busybox:1' }),
		);
		expect(preview.headline).toBe('2 resources are created.');
		expect(preview.resources.map(({ kind, action, namespace }) => [kind, action, namespace])).toEqual([
			['Service', 'create', 'not-there'],
			['Deployment', 'create', 'not-there'],
		]);
		expect(preview.injected).toContainEqual({
			workload: 'Deployment hello',
			container: 'main',
			image: 'ghcr.io/khal-os/hello:latest',
			shadowed: [],
		});
		expect(preview.keys).toEqual(['API_KEY', 'LOG_LEVEL']);
		expect(preview.powers.map(({ code }) => code)).toEqual(expect.arrayContaining(['mutable-image', 'hook']));
		expect(preview.images).toEqual(['busybox:1', 'ghcr.io/khal-os/hello:latest']);
		expect(preview.helmRevision).toBe(0);
		expect(world.cluster.store.peek('v1', 'Namespace', undefined, 'not-there')).toBeUndefined();
	});

	test('of what runs already says that nothing will happen, twice with the same digest', async () => {
		const target = await installed({ note: 'a' });
		const preview = await runner().preview(previewRequest(target, { note: 'a' }));
		expect(preview).toMatchObject({ headline: 'No changes will happen to the cluster.', helmRevision: 1 });
		expect(preview.resources.every(({ action }) => action === 'unchanged')).toBe(true);
		expect((await runner().preview(previewRequest(target, { note: 'a' }))).manifestDigest).toBe(preview.manifestDigest);
		expect((await runner().preview(previewRequest(target, { note: 'b' }))).manifestDigest).not.toBe(
			preview.manifestDigest,
		);
	});

	test('of an upgrade names fields, restarts, and what is deleted', async () => {
		const target = await installed({ note: 'old', password: 'chart-own-1' });
		const request = previewRequest(target, { password: 'chart-own-2' }, { chart: helloChart('1.1.0') });
		const preview = await runner().preview(request);
		expect(preview.headline).toBe('2 resources change, 1 restarts, 1 is deleted.');
		const change = (kind: string) => preview.resources.find((resource) => resource.kind === kind);
		expect(change('Deployment')).toMatchObject({
			action: 'update',
			restarts: true,
			fields: [
				{
					path: 'spec.template.spec.containers[main].image',
					from: 'ghcr.io/khal-os/hello:1.0.0',
					to: 'ghcr.io/khal-os/hello:1.1.0',
				},
			],
		});
		expect(change('Secret')).toMatchObject({
			action: 'update',
			keys: [{ key: 'password', state: 'changed' }],
			fields: [],
		});
		expect(change('ConfigMap')).toMatchObject({ action: 'delete', name: 'hello-note' });
		expect(JSON.stringify(preview)).not.toMatch(/chart-own/);
		expect(world.cluster.store.peek('apps/v1', 'Deployment', target.namespace, 'hello')?.metadata.generation).toBe(1);
	});

	test('of new configuration shows the new environment as the reason for the restart', async () => {
		const target = await installed();
		const preview = await runner().preview(previewRequest(target, {}, { injection: injectionFor(target, 2) }));
		expect(preview.headline).toBe('1 resource changes, 1 restarts, none are deleted.');
		expect(JSON.stringify(preview.resources)).toContain('hello-env-r2');
	});

	test('names whose an object is that exists already, and refuses what the cluster does not know', async () => {
		const target = await installed();
		const other = { ...target, release: 'second' };
		const note = { metadata: { name: 'second-note' }, data: {} };
		await changeByHand(world, 'POST', `/api/v1/namespaces/${target.namespace}/configmaps`, note);
		const preview = await runner().preview(previewRequest(other, { note: 'x', kind: 'ServiceMonitor' }));
		expect(preview.headline).toBe('1 resource is refused by the cluster.');
		const refused = preview.resources.filter(({ action }) => action === 'refused');
		expect(refused.map(({ kind, problem }) => `${kind}: ${problem}`)).toEqual([
			expect.stringMatching(/^ServiceMonitor: The cluster does not know/),
		]);
		const foreign = preview.resources.filter(({ owner }) => owner !== null);
		expect(foreign.map(({ kind, action, owner }) => [kind, action, owner])).toEqual([
			['ConfigMap', 'update', expect.stringMatching(/^somebody else \(.+\)$/)],
		]);
	});

	test('lets immutability speak up before anything is changed', async () => {
		const target = await installed();
		const preview = await runner().preview(previewRequest(target, { selector: 'other' }));
		expect(preview.resources.find(({ kind }) => kind === 'Deployment')).toMatchObject({
			action: 'refused',
			problem: expect.stringMatching(/immutable/),
		});
	});

	test('of a chart that cannot be rendered says why, and so does one with other bytes', async () => {
		const target = { namespace: 'x', release: 'hello' };
		await expect(runner().preview(previewRequest(target, { fail: 'a host is required' }))).rejects.toMatchObject({
			code: 'not_installable',
			details: { outcome: 'template', detail: expect.stringContaining('a host is required') },
		});
		const chart = { ...helloChart(), digest: `sha256:${'0'.repeat(64)}` };
		await expect(runner().preview(previewRequest(target, {}, { chart }))).rejects.toMatchObject({
			code: 'integrity_mismatch',
		});
	});
});

describe('the leak scan', () => {
	const secret = 'planted-s3cret-value-1';

	test('is clean after an ordinary install, and says how much it read', async () => {
		const target = await installed({ note: 'harmless', hookImage: 'busybox:1' });
		const scan = await runner().leakScan({ ...target, revision: 1 });
		expect(scan).toMatchObject({ leaks: [], secrets: 1, skipped: [] });
		const places = Object.fromEntries(scan.scanned.map(({ place, count }) => [place, count]));
		expect(places['release records']).toBe(1);
		expect(places.ConfigMaps).toBeGreaterThan(1);
		expect(places.workloads).toBeGreaterThan(2);
		expect(places.events).toBeGreaterThan(0);
	});

	test('finds a value that went through Helm values, in every place it reached', async () => {
		const target = { namespace: `apps-${++count}`, release: 'hello' };
		await giveEnvironment(runner(), target, { secret });
		await finish(runner().apply(applyRequest(target, { values: { note: `x ${secret}`, password: secret } })));
		const { leaks } = await runner().leakScan({ ...target, revision: 1 });
		expect(leaks).toEqual(
			expect.arrayContaining([
				{ key: 'API_KEY', place: 'Helm release record v1' },
				{ key: 'API_KEY', place: 'ConfigMap hello-note' },
				{ key: 'API_KEY', place: 'Secret hello-own' },
			]),
		);
		expect(JSON.stringify(leaks)).not.toContain(secret);
	});

	test('finds a value that was packed away', async () => {
		const target = { namespace: `apps-${++count}`, release: 'hello' };
		await giveEnvironment(runner(), target, { secret });
		const note = gzipSync(JSON.stringify({ password: secret })).toString('base64');
		await finish(runner().apply(applyRequest(target, { values: { note } })));
		const { leaks } = await runner().leakScan({ ...target, revision: 1 });
		expect(leaks).toContainEqual({ key: 'API_KEY', place: 'ConfigMap hello-note' });
	});

	test('says which values were too short, and refuses to vouch for a revision without a Secret', async () => {
		const target = { namespace: `apps-${++count}`, release: 'hello' };
		await giveEnvironment(runner(), target, { secret: '123' });
		expect(await runner().leakScan({ ...target, revision: 1 })).toMatchObject({ leaks: [], skipped: ['API_KEY'] });
		await expect(runner().leakScan({ ...target, revision: 7 })).rejects.toMatchObject({ code: 'not_found' });
	});

	test('a failed install and its log lines do not carry it either', async () => {
		const target = { namespace: `apps-${++count}`, release: 'hello' };
		await giveEnvironment(runner(), target, { secret });
		// The chart prints the value, so Helm's own error text holds it.
		const result = await finish(runner().apply(applyRequest(target, { values: { fail: `bad ${secret}` } })));
		expect(result).toMatchObject({ ok: false, outcome: 'template' });
		expect(JSON.stringify(result)).not.toContain(secret);
		expect(JSON.stringify(result)).toContain('[secret]');
	});
});
