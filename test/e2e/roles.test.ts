import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { InstallDetail } from '@/lib/contracts/installs';
import { Problem } from '@/lib/contracts/problem';
import { requestInstall } from '../support/orders';
import { finishedAt, ownerDoor, signInAsOwner, sourcesRead } from '../support/owner-door';
import { type PortalProcess, startProcess } from '../support/portal-process';
import { processesIn } from '../support/processes';
import { createHunt } from '../support/secret-hunt';

/** Portal and runner as two processes that share nothing but an address and a token (DESIGN section 1, rule 5). */

const TOKEN = 'two-processes-one-token-0123456789abcdef';
const SECRET = 'boo-two-processes-4242';
const WAIT = { timeout: 60_000, interval: 50 };

let folder: string;
let runner: PortalProcess;
let portal: PortalProcess;
let cookie = '';
const door = ownerDoor(() => ({ url: portal.url, cookie }));
const dataOf = (role: 'portal' | 'runner') => join(folder, role, 'data');
const clusterOf = (role: 'portal' | 'runner') => readFile(join(dataOf(role), 'sandbox', 'cluster.jsonl'), 'utf8');

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-roles-'));
	runner = await startRunner('0');
	portal = await startProcess({
		PORT: '0',
		PACKYARD_ROLE: 'portal',
		PACKYARD_RUNNER_URL: runner.url,
		PACKYARD_RUNNER_TOKEN: TOKEN,
		PACKYARD_DATA_DIR: dataOf('portal'),
		PACKYARD_PATIENCE_SECONDS: '30',
	});
	cookie = await signInAsOwner(portal.url, portal.setupUrl);
	await sourcesRead(door);
});
afterAll(async () => {
	await portal?.kill();
	await runner?.kill();
	await rm(folder, { recursive: true, force: true });
});

function startRunner(port: string): Promise<PortalProcess> {
	return startProcess({
		PORT: port,
		PACKYARD_ROLE: 'runner',
		PACKYARD_RUNNER_TOKEN: TOKEN,
		PACKYARD_DATA_DIR: dataOf('runner'),
		TMPDIR: folder,
	});
}

test('the runner has no people: it offers no set-up link, and nobody can sign in', async () => {
	expect(runner.setupUrl).toBeNull();
	const setup = await fetch(`${runner.url}/api/setup`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: runner.url },
		body: JSON.stringify({ token: 'guess', name: 'Eve', email: 'eve@example.test', password: 'a long enough one' }),
	});
	expect(setup.ok).toBe(false);
	expect((await fetch(`${runner.url}/api/packs`)).status).toBe(401);
});

test('the portal has no door to a cluster, and says that its runner is another process', async () => {
	const answer = await fetch(`${portal.url}/api/runner/health`, { headers: { authorization: `Bearer ${TOKEN}` } });

	expect(answer.status).toBe(503);
	expect(Problem.parse(await answer.json())).toMatchObject({ code: 'runner_unavailable' });
	expect((await fetch(`${portal.url}/api/ready`)).status).toBe(200);
});

test('an install through both ends Running, in the cluster of the runner', async () => {
	const { id, installId } = await requestInstall(door, {
		slug: 'billing',
		version: '1.0.0',
		release: 'billing',
		answers: {
			plain: { BILLING_PORTAL_URL: 'https://pay.example.test/' },
			secrets: {
				PAYMENTS_API_KEY: SECRET,
				WEBHOOK_SIGNING_SECRET: `${SECRET}-sign`,
				FINANCE_CONTACT: 'money@example.test',
			},
		},
	});

	expect(await finishedAt(door, id)).toMatchObject({ state: 'succeeded', failure: null });
	const { install } = await door.ask(InstallDetail, 'GET', `/api/installs/${installId}`);
	expect(install.status).toMatchObject({ state: 'running' });
	expect(await clusterOf('runner')).toContain('sh.helm.release.v1.billing.v1');
	expect(await clusterOf('portal')).not.toContain('billing');
});

test('the secret passed through the portal and stayed nowhere in its folder', async () => {
	const hunt = createHunt({ 'api key': SECRET });

	expect(await hunt.inFolder(dataOf('portal'), [])).toEqual([]);
	expect(await hunt.inFolder(dataOf('runner'), [])).not.toEqual([]);
	expect(await hunt.inFolder(dataOf('runner'), [join('sandbox', 'cluster.jsonl')])).toEqual([]);
});

test('a runner that is killed in the middle of an install and started again is attached to, and the install ends well', async () => {
	const { id } = await requestInstall(door, { slug: 'terminal', release: 'terminal' });
	await vi.waitFor(async () => expect(await processesIn(folder)).not.toEqual([]), WAIT);
	const { port } = new URL(runner.url);
	await runner.kill();
	runner = await startRunner(port);

	expect(await finishedAt(door, id)).toMatchObject({ state: 'succeeded', failure: null });
	expect(await processesIn(folder)).toEqual([]);
});
