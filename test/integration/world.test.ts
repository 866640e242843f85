import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '@/lib/config';
import { Me } from '@/lib/contracts/people';
import { SourceList } from '@/lib/contracts/sources';
import { messageOf } from '@/lib/core';
import { lockFolder } from '@/lib/db';
import { startRuntime } from '@/lib/runtime';
import type { Sandbox } from '@/lib/sandbox';
import { migratedDump } from '../support/database';
import { startPortal } from '../support/portal';

/** Each setting replaces one piece of the pretend world, and nobody is told that a real piece is pretend. */

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-world-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Stands in for a cluster of somebody's own: all that is known of it is a file. */
async function kubeconfigOf(sandbox: Sandbox): Promise<{ PACKYARD_KUBECONFIG: string }> {
	const path = join(folder, 'kubeconfig');
	await writeFile(path, sandbox.cluster.kubeconfig());
	return { PACKYARD_KUBECONFIG: path };
}

const github = ({ githubApiUrl, githubToken }: Sandbox) => ({
	PACKYARD_GITHUB_ORG: 'khal-os',
	PACKYARD_GITHUB_TOKEN: githubToken,
	PACKYARD_GITHUB_API_URL: githubApiUrl,
});

test.each([
	['nothing is set', async () => ({}), 'everything', 'Sandbox'],
	['a kubeconfig is set', kubeconfigOf, 'packs', 'Sandbox'],
	['an organisation is set', async (sandbox: Sandbox) => github(sandbox), 'cluster', 'GitHub khal-os'],
	[
		'both are set',
		async (sandbox: Sandbox) => ({ ...github(sandbox), ...(await kubeconfigOf(sandbox)) }),
		null,
		'GitHub khal-os',
	],
])('when %s, what is pretend is said', async (_, settings, pretend, source) => {
	const portal = await startPortal({ settings });
	const me = await portal.ask(Me, 'GET', '/api/me');
	const { sources } = await portal.ask(SourceList, 'GET', '/api/sources');
	const ready = await portal.send('GET', '/api/ready');
	await portal.close();

	expect(me.sandbox).toBe(pretend);
	expect(sources.map(({ name }) => name)).toEqual([source]);
	expect([ready.status, await ready.json()]).toMatchObject([200, { checks: { runner: { ok: true } } }]);
});

test('a runner with a cluster of its own plays nothing', async () => {
	const portal = await startPortal();
	const dataDir = join(folder, 'runner');
	const runner = await startRuntime(
		readConfig({
			PACKYARD_ROLE: 'runner',
			PACKYARD_RUNNER_TOKEN: 'a token of the test, long enough',
			PACKYARD_DATA_DIR: dataDir,
			PACKYARD_LOG_FILE: join(folder, 'runner.log'),
			...(await kubeconfigOf(portal.sandbox)),
		}),
		{ loadDump: await migratedDump() },
	);
	const { cluster } = await runner.localRunner().health();
	await runner.close();
	await portal.close();

	expect(runner.sandbox).toBeNull();
	expect(cluster).toMatchObject({ ok: true });
	await expect(access(join(dataDir, 'sandbox'))).rejects.toThrow('ENOENT');
});

test('a data folder is for one process, with a database server as well', async () => {
	const dataDir = join(folder, 'shared');
	const start = () =>
		startRuntime(
			readConfig({
				DATABASE_URL: 'postgres://nobody:planted-4711@127.0.0.1:1/none',
				PACKYARD_DATA_DIR: dataDir,
				PACKYARD_LOG_FILE: join(folder, 'shared.log'),
			}),
		);
	const held = await lockFolder(dataDir);
	const whileHeld = await start().catch(messageOf);
	await held.release();

	expect(whileHeld).toContain(`The data folder ${dataDir} is in use by another Packyard`);
	// The lock of a start that failed is given back: the next one gets as far again.
	for (const attempt of [1, 2])
		expect([attempt, await start().catch(messageOf)]).toEqual([
			attempt,
			'The database at 127.0.0.1:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1',
		]);
	expect(await readFile(join(folder, 'shared.log'), 'utf8')).not.toContain('planted-4711');
});
