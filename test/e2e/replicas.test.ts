import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditVerification } from '@/lib/contracts/audit';
import { OperationList } from '@/lib/contracts/operations';
import { PackList } from '@/lib/contracts/packs';
import { type Sandbox, startSandbox } from '@/lib/sandbox';
import { ensureHelm } from '@/scripts/fetch-helm.mjs';
import { type Gate, startGate } from '../support/gate';
import { type Door, requestFor, requestInstall } from '../support/orders';
import { finishedAt, ownerDoor, signInAsOwner, sourcesRead } from '../support/owner-door';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres';
import { type SpawnedPortal, spawnPortal } from '../support/spawn-portal';

/** Two portals on one PostgreSQL with one runner (DESIGN section 2), each a process of its own. */

const postgres = findPostgres();
if (postgres === null && process.env.CI !== undefined) throw new Error('PostgreSQL is needed here: Debian has it.');
if (postgres === null) console.log('The replicas are not tested: no PostgreSQL was found.');

const shared = {
	PACKYARD_RUNNER_TOKEN: 'replicas-share-one-token-0123456789',
	PACKYARD_SECRET: 'replicas-share-one-secret-0123456789abcdef',
	PACKYARD_LEASE_SECONDS: '1',
	PACKYARD_SIGN_IN_LIMIT: '1000',
};
const timing = { pullMs: 20, startMs: 20, jobMs: 20, deleteMs: 10, crashMs: 30 };

describe.skipIf(postgres === null)('two portals on one database', () => {
	let folder: string;
	let server: PostgresServer;
	let sandbox: Sandbox;
	let gate: Gate;
	let runner: SpawnedPortal;
	let first: SpawnedPortal;
	let second: SpawnedPortal;
	let cookie = '';
	const atFirst = ownerDoor(() => ({ url: first.url, cookie }));
	const atSecond = ownerDoor(() => ({ url: second.url, cookie }));

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'packyard-replicas-'));
		server = await startPostgres(postgres ?? '');
		sandbox = await startSandbox({ dataDir: null, cluster: { timing } });
		gate = await startGate();
		const helm = await ensureHelm({ helmBin: process.env.HELM_BIN });
		runner = await spawn('runner', { PACKYARD_ROLE: 'runner', HELM_BIN: helm.path });
		gate.lead(runner.url);
		first = await spawnReplica('first');
		cookie = await signInAsOwner(first.url, first.setupUrl);
		await sourcesRead(atFirst);
	});
	afterAll(async () => {
		for (const process of [first, second, runner]) await process?.kill();
		await Promise.all([gate?.close(), sandbox?.close(), server?.stop()]);
		await rm(folder, { recursive: true, force: true });
	});

	async function spawn(name: string, settings: Record<string, string>): Promise<SpawnedPortal> {
		const home = join(folder, name);
		await mkdir(home);
		const own = { PACKYARD_DATA_DIR: join(home, 'data'), PACKYARD_LOG_FILE: join(home, 'packyard.log') };
		return spawnPortal({ folder: home, sandbox, firstTime: false, settings: { ...shared, ...own, ...settings } });
	}

	function spawnReplica(name: string): Promise<SpawnedPortal> {
		return spawn(name, { PACKYARD_ROLE: 'portal', PACKYARD_RUNNER_URL: gate.url, DATABASE_URL: server.url });
	}

	test('what one portal was killed over, the other one finishes', async () => {
		const applied = gate.park('during', { name: 'apply', release: 'orphan' });
		const { id } = await requestInstall(atFirst, { slug: 'terminal', release: 'orphan' });
		await applied.reached;
		second = await spawnReplica('second');
		await first.kill();
		applied.open();

		expect(await finishedAt(atSecond, id)).toMatchObject({ state: 'succeeded', attempt: 2, failure: null });
	});

	test('a session and the catalog of one are those of the other', async () => {
		first = await spawnReplica('first-again');
		const lists = [atFirst, atSecond].map((door) => door.ask(PackList, 'GET', '/api/packs'));
		const [here, there] = await Promise.all(lists);

		expect(here?.packs.length).toBeGreaterThan(8);
		expect(there?.packs.map(({ slug }) => slug)).toEqual(here?.packs.map(({ slug }) => slug));
	});

	test('one release ordered at both at once is one operation, and the other admin learns of it', async () => {
		const bodies = await Promise.all([atFirst, atSecond].map((door) => order(door, 'contested')));
		const answers = await Promise.all(
			[atFirst, atSecond].map((door, index) => door.send('POST', '/api/installs', bodies[index])),
		);

		expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
		await everyEnd();
	});

	test('orders at both are done by both, each once, and the audit chain holds', async () => {
		const releases = Array.from({ length: 8 }, (_, index) => `many-${index}`);
		await Promise.all(
			releases.map((release, index) =>
				requestInstall(index % 2 === 0 ? atFirst : atSecond, { slug: 'terminal', release }),
			),
		);
		const operations = await everyEnd();

		for (const release of releases) {
			const mine = operations.filter((operation) => operation.release === release);
			expect(mine).toMatchObject([{ state: 'succeeded', attempt: 1, failure: null }]);
			const applies = gate.calls.filter((call) => call.name === 'apply' && call.release === release);
			expect(applies).toHaveLength(1);
		}
		expect(await atFirst.ask(AuditVerification, 'POST', '/api/audit/verify')).toMatchObject({
			ok: true,
			problem: null,
		});
	});

	function order(door: Door, release: string) {
		return requestFor(door, { slug: 'terminal', release });
	}

	async function everyEnd() {
		const { operations } = await atSecond.ask(OperationList, 'GET', '/api/operations?limit=200');
		return Promise.all(operations.map(({ id }) => finishedAt(atSecond, id)));
	}
});
