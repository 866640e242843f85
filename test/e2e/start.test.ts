import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { InstallDetail } from '@/lib/contracts/installs';
import { type Operation, OperationList } from '@/lib/contracts/operations';
import { openDatabase } from '@/lib/db';
import { MIGRATIONS } from '../support/database';
import { requestInstall } from '../support/orders';
import { finishedAt, ownerDoor, signInAsOwner, sourcesRead } from '../support/owner-door';
import { type PortalProcess, startProcess } from '../support/portal-process';
import { processesIn } from '../support/processes';

/** `npm start` as a program: ports, folders, signals. The tests follow one portal through its life, in order. */

const WAIT = { timeout: 60_000, interval: 50 };

let folder: string;
let dataDir: string;
let taken: Server;
let takenPort: number;
let portal: PortalProcess;
let cookie = '';
const door = ownerDoor(() => ({ url: portal.url, cookie }));

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-start-'));
	dataDir = join(folder, 'data');
	taken = createServer().listen(0, '127.0.0.1');
	await once(taken, 'listening');
	const address = taken.address();
	takenPort = typeof address === 'object' && address !== null ? address.port : 0;
	portal = await start();
	cookie = await signInAsOwner(portal.url, portal.setupUrl);
	await sourcesRead(door);
});
afterAll(async () => {
	await portal?.kill();
	taken?.close();
	await rm(folder, { recursive: true, force: true });
});

/** On the taken port, with a temporary folder of its own, so that its Helms can be found. */
function start(): Promise<PortalProcess> {
	const settings = {
		PORT: String(takenPort),
		PACKYARD_DATA_DIR: dataDir,
		PACKYARD_PATIENCE_SECONDS: '5',
		TMPDIR: folder,
	};
	return startProcess(settings);
}

test('a taken port means the next free one, and the start says so', () => {
	const port = Number(new URL(portal.url).port);

	expect(port).toBeGreaterThan(takenPort);
	expect(portal.output()).toContain(`port ${takenPort} is taken, so this is the next free one`);
	expect(portal.setupUrl).toContain(`:${port}/setup?token=`);
});

test('a data folder in use by another process is refused in one sentence with folder and process, exit 1', async () => {
	const refusal = await start().then(
		() => null,
		(error: unknown) => String(error),
	);

	expect(refusal).toContain('ended with 1');
	expect(refusal).toContain(`The data folder ${dataDir} is in use by another Packyard (process ${portal.pid}).`);
	expect(refusal).toContain('PACKYARD_DATA_DIR');
	expect(refusal).not.toMatch(/\n\s+at /);
	expect((await door.send('GET', '/api/ready')).status).toBe(200);
});

test('settings that cannot be used are refused in one list, without a stack, exit 1', async () => {
	const settings = { PACKYARD_DATA_DIR: join(folder, 'unused'), PACKYARD_SECRET: 'short', PACKYARD_ROLE: 'queen' };
	const refusal = await startProcess(settings).then(
		() => null,
		(error: unknown) => String(error),
	);

	expect(refusal).toContain('ended with 1');
	expect(refusal).toMatch(/The settings cannot be used:\n- PACKYARD_SECRET: .*\n- PACKYARD_ROLE: .*\nSee the conf/);
	expect(refusal).not.toMatch(/\n\s+at |AppError/);
});

test.each([
	['GET', '/sign-in', 200],
	['GET', '/no-such-page', 404],
	['GET', '/api/no-such-route', 401],
	['GET', '/api/health', 200],
	['GET', '/api/packs', 401],
	['PUT', '/api/health', 405],
	['OPTIONS', '/api/packs', 204],
	['GET', '/api/health/', 308],
	['GET', '/icon.svg', 200],
	['GET', '/icon.svg-that-is-none', 404],
	['GET', '/favicon.ico', 404],
	['GET', '/_next/static/none.js', 404],
	['GET', '/_next/image?url=x', 404],
])('%s %s (%i) cannot be framed, sniffed or made to run foreign scripts', async (method, path, status) => {
	const response = await fetch(`${portal.url}${path}`, { method, redirect: 'manual' });
	const policy = response.headers.get('content-security-policy');

	expect(response.status).toBe(status);
	expect(policy).toMatch(/frame-ancestors 'none'/);
	expect(policy).toMatch(/^default-src '(none|self)'/);
	expect(policy).not.toMatch(/unsafe|, /);
	expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

test('SIGTERM in the middle of an install gives the lease back, stops Helm, closes the database and exits 0', async () => {
	const { id } = await order('ghost');
	await vi.waitFor(async () => expect(await processesIn(folder)).not.toEqual([]), WAIT);

	expect(await portal.stop()).toBe(0);
	expect(await processesIn(folder)).toEqual([]);
	// Opening it takes the lock of the folder and would say that a database was not closed.
	const database = await openDatabase({ url: null, dataDir, migrationsDir: MIGRATIONS });
	const { rows } = await database.pool.query('select state, lease_until < now() as free from operation where id = $1', [
		id,
	]);
	await database.close();
	expect(rows).toEqual([{ state: 'running', free: true }]);
	const log = await readFile(join(dataDir, 'packyard.log'), 'utf8');
	expect(log).not.toContain('something did not close');
});

test('the second start installs, generates and builds nothing, needs no set-up and goes on with the install', async () => {
	portal = await start();
	const output = portal.output();
	console.log(`second start: ${/Started in .* s/.exec(output)?.[0]}`);

	expect(output).not.toMatch(/Installing|Generating|Building|Fetching|Create the first owner/);
	const [operation] = await openOperations();
	expect(operation).toMatchObject({ kind: 'install', release: 'ghost' });
	const ended = await finishedAt(door, operation?.id ?? '');
	expect(ended).toMatchObject({
		state: 'failed',
		attempt: 2,
		failure: { blocker: { reason: expect.stringMatching(/Pull/) } },
	});
});

test('kill -9 of everything at once, pretend cluster included, changes nothing of the outcome', async () => {
	const { id, installId } = await order('terminal');
	await vi.waitFor(async () => expect(await processesIn(folder)).not.toEqual([]), WAIT);
	await portal.kill();
	portal = await start();

	expect(await finishedAt(door, id)).toMatchObject({ state: 'succeeded', attempt: 2, failure: null });
	const { install } = await door.ask(InstallDetail, 'GET', `/api/installs/${installId}`);
	expect(install.status).toMatchObject({ state: 'running', label: 'Running' });
	expect(await processesIn(folder)).toEqual([]);
	expect(await portal.stop()).toBe(0);
});

function order(slug: string): Promise<Operation> {
	const secrets: Record<string, string> = slug === 'ghost' ? { GHOST_SESSION_TOKEN: 'boo-4242' } : {};
	return requestInstall(door, { slug, release: slug, answers: { plain: {}, secrets } });
}

async function openOperations(): Promise<Operation[]> {
	return (await door.ask(OperationList, 'GET', '/api/operations?active=true')).operations;
}
