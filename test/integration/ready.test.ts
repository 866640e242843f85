import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Health, Ready } from '@/lib/contracts/health';
import { type Portal, startPortal } from '../support/portal';

/** `/api/ready` tells what does not work and why; `/api/health` only that the process is alive. In order: each breaks more. */

let portal: Portal;
beforeAll(async () => {
	portal = await startPortal();
});
afterAll(() => portal.close());

async function ready(at = portal): Promise<{ status: number } & Ready> {
	const response = await fetch(`${at.url}/api/ready`);
	return { status: response.status, ...Ready.parse(await response.json()) };
}

test('a portal that works says so part by part, to anybody', async () => {
	expect(await ready()).toMatchObject({
		status: 200,
		ready: true,
		checks: {
			database: { ok: true, detail: 'embedded' },
			worker: { ok: true },
			runner: { ok: true, detail: expect.stringMatching(/^Helm v4\.\d.*, Kubernetes v1\./) },
			disk: { ok: true, detail: expect.stringMatching(/MB free/) },
		},
	});
});

test('a data folder that is gone is the disk’s reason', async () => {
	await rename(portal.dataDir, `${portal.dataDir}.away`);
	const found = await ready();
	await rename(`${portal.dataDir}.away`, portal.dataDir);

	expect(found).toMatchObject({
		status: 503,
		checks: { disk: { ok: false, detail: expect.stringContaining('ENOENT') } },
	});
	expect(await ready()).toMatchObject({ status: 200 });
});

test('a worker that does not look for work any more is named, and only that', async () => {
	await portal.runtime.worker.stop();
	const later = Date.now() + 20_000;
	vi.spyOn(Date, 'now').mockReturnValue(later);
	const found = await ready();
	vi.restoreAllMocks();

	expect(found).toMatchObject({ status: 503, checks: { database: { ok: true }, runner: { ok: true } } });
	expect(found.checks.worker).toEqual({ ok: false, detail: 'The worker has not looked for work for a while.' });
});

test('a database that does not answer is named after a moment instead of hanging', async () => {
	// The embedded database has one connection: whoever has it keeps everybody else waiting.
	const held = await portal.runtime.db.pool.connect();
	const found = await ready();
	held.release();

	expect(found).toMatchObject({ status: 503, checks: { runner: { ok: true } } });
	expect(found.checks.database).toEqual({ ok: false, detail: 'The database has not answered for 5 seconds.' });
});

test('alive is alive whatever else is broken', async () => {
	await portal.runtime.db.close();
	const response = await fetch(`${portal.url}/api/health`);

	expect([response.status, Health.parse(await response.json()).status]).toEqual([200, 'ok']);
	const { status, checks } = await ready();
	expect([status, checks.database.ok]).toEqual([503, false]);
	expect(checks.database.detail).not.toBe('');
});

test('a runner that is away, and a cluster that is away, are told apart', async () => {
	const alone = await startPortal({
		settings: { PACKYARD_RUNNER_URL: 'http://127.0.0.1:1', PACKYARD_RUNNER_TOKEN: 'long enough to be a token' },
	});
	const withoutRunner = await ready(alone);
	await alone.close();
	const lost = await startPortal({
		settings: async (sandbox) => {
			const path = join(portal.dataDir, 'kubeconfig');
			const text = sandbox.cluster.kubeconfig().replaceAll(sandbox.cluster.url, 'https://127.0.0.1:1');
			await writeFile(path, text);
			return { PACKYARD_KUBECONFIG: path };
		},
	});
	const withoutCluster = await ready(lost);
	await lost.close();

	expect(withoutRunner).toMatchObject({ status: 503, checks: { database: { ok: true }, runner: { ok: false } } });
	expect(withoutRunner.checks.runner.detail).toMatch(/^The runner at http:\/\/127\.0\.0\.1:1 does not answer/);
	expect(withoutCluster).toMatchObject({ status: 503, checks: { database: { ok: true }, runner: { ok: false } } });
	expect(withoutCluster.checks.runner.detail).toMatch(/cluster|Kubernetes/i);
});
