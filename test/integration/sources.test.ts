import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AuditPage } from '@/lib/contracts/audit';
import { PackDetail, VersionDetail } from '@/lib/contracts/packs';
import { Policy } from '@/lib/contracts/policy';
import { Problem } from '@/lib/contracts/problem';
import { DoctorReport, SourceDeleted, SourceDetail, SourceList } from '@/lib/contracts/sources';
import { examplePacks, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { type Portal, startPortal } from '../support/portal';

let portal: Portal;
/** A second registry, as a customer brings one: a catalog, referrers, a password. */
let registry: SandboxRegistries;

const TERMINAL = 'khal-os/charts/pack-terminal';

beforeAll(async () => {
	[portal, registry] = await Promise.all([
		startPortal(),
		startRegistries({ dataDir: null, oci: { auth: 'basic', hasCatalog: true, hasReferrers: true } }),
	]);
});
afterAll(async () => {
	await portal.close();
	await registry.close();
});
afterEach(async () => {
	for (const { id, readOnlyReason } of (await portal.ask(SourceList, 'GET', '/api/sources')).sources) {
		if (readOnlyReason === null) await portal.send('DELETE', `/api/sources/${id}`);
	}
});

function config(repositories = [TERMINAL]) {
	return {
		kind: 'oci',
		registry: { host: registry.registryHost, plainHttp: true },
		username: 'ana',
		discovery: { by: 'names', repositories },
		npm: { url: registry.npmUrl, scope: '@khal-os' },
		allowedHosts: [new URL(registry.storageUrl).host],
	};
}

async function create(change: Record<string, unknown> = {}): Promise<SourceDetail> {
	const token = registry.githubToken;
	const body = { name: 'Customer', config: config(), credential: token, npmCredential: token, ...change };
	return portal.ask(SourceDetail, 'POST', '/api/sources', body);
}

/** Wait until nobody reads the source. */
async function settled(id: string): Promise<SourceDetail> {
	for (let tries = 0; tries < 200; tries++) {
		const source = await portal.ask(SourceDetail, 'GET', `/api/sources/${id}`);
		if (source.progress === null && source.health !== 'never') return source;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error('the source is still being read');
}

async function refused(method: string, path: string, body?: unknown) {
	const response = await portal.send(method, path, body);
	return Problem.parse(await response.json());
}

describe('a source of one’s own', () => {
	test('is added, read at once, and lists packs that can be installed', async () => {
		const created = await create();
		const source = await settled(created.id);
		const pack = await portal.ask(PackDetail, 'GET', '/api/packs/terminal-customer');

		expect(source).toMatchObject({ health: 'good', packs: 1, credential: 'set', npmCredential: 'set', problem: null });
		expect(pack.pack.installable).toBe(true);
		expect(pack.versions.some(({ hasChart, hasFrontend }) => hasChart && hasFrontend)).toBe(true);
	});

	test('never gives its credential back, and keeps it encrypted', async () => {
		const created = await create();
		const answers = await Promise.all(
			['/api/sources', `/api/sources/${created.id}`, '/api/audit'].map(async (path) =>
				(await portal.send('GET', path)).text(),
			),
		);
		const row = await portal.runtime.db.client.source.findUniqueOrThrow({ where: { id: created.id } });

		expect(answers.join('')).not.toContain(registry.githubToken);
		expect(Buffer.from(row.credential ?? []).length).toBeGreaterThan(28);
		expect(Buffer.from(row.credential ?? []).toString('latin1')).not.toContain(registry.githubToken);
		expect(row.credentialKey).toMatch(/^[0-9a-f]{16}$/);
		expect(JSON.stringify(row.config)).not.toContain(registry.githubToken);
	});

	test('is audited when it is added, changed and deleted, with field names only', async () => {
		const { id } = await create();
		await settled(id);
		await portal.ask(SourceDetail, 'PATCH', `/api/sources/${id}`, { name: 'Renamed', credential: 'another-password' });
		await portal.ask(SourceDeleted, 'DELETE', `/api/sources/${id}`);
		const { events } = await portal.ask(AuditPage, 'GET', `/api/audit?subject=source:${id}`);
		const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'source.synced');

		expect(kinds).toEqual(['source.deleted', 'source.changed', 'source.created']);
		expect(events.find(({ kind }) => kind === 'source.changed')?.data).toMatchObject({
			fields: ['name', 'credential'],
			credentialSet: true,
		});
		expect(JSON.stringify(events)).not.toContain('another-password');
	});

	test('takes the exceptions of its packs along, and the audit says so', async () => {
		const { id } = await create();
		await settled(id);
		const { pack } = await portal.ask(PackDetail, 'GET', '/api/packs/terminal-customer');
		const exception = { packId: pack.id, power: 'privileged', reason: 'For a measurement.' };
		await portal.ask(Policy, 'POST', '/api/policy/exceptions', exception);
		await portal.ask(SourceDeleted, 'DELETE', `/api/sources/${id}`);
		const { exceptions } = await portal.ask(Policy, 'GET', '/api/policy');
		const { events } = await portal.ask(AuditPage, 'GET', '/api/audit?subject=policy');
		const removed = events.find(({ kind }) => kind === 'policy.exception-removed');

		expect(exceptions).toEqual([]);
		expect(removed).toMatchObject({ actor: { name: 'Ana Souza' }, data: { ...exception, pack: pack.name } });
		expect(removed?.summary).toContain('its source Customer was deleted');
	});

	test('cannot have the name of another one', async () => {
		await create();
		const problem = await refused('POST', '/api/sources', { name: 'Customer', config: config() });

		expect(problem).toMatchObject({ code: 'conflict', status: 409 });
	});

	test('switched off is not read and its packs are not offered', async () => {
		const { id } = await create();
		await settled(id);
		const off = await portal.ask(SourceDetail, 'PATCH', `/api/sources/${id}`, { enabled: false });
		const started = await (await portal.send('POST', `/api/sources/${id}/sync`)).json();
		const list = await (await portal.send('GET', '/api/packs')).text();

		expect(off.enabled).toBe(false);
		expect(started).toEqual({ started: false });
		expect(list).not.toContain('terminal-customer');
	});

	test('does not have its stored credential sent to another address', async () => {
		const { id } = await create();
		const moved = { ...config(), registry: { host: '127.0.0.1:1', plainHttp: true } };
		const problem = await refused('PATCH', `/api/sources/${id}`, { config: moved });
		const tested = await refused('POST', '/api/sources/test', { config: moved, sourceId: id });

		expect(problem).toMatchObject({ code: 'invalid_request', invalidParams: [{ name: 'credential' }] });
		expect(tested).toMatchObject({ code: 'invalid_request' });
	});

	test('takes a new address together with a new credential, and cannot become another kind', async () => {
		const { id } = await create();
		const moved = { ...config(), ca: null, registry: { host: '127.0.0.1:1', plainHttp: true } };
		const patched = await portal.ask(SourceDetail, 'PATCH', `/api/sources/${id}`, { config: moved, credential: 'new' });
		const problem = await refused('PATCH', `/api/sources/${id}`, { config: { kind: 'github', org: 'x' } });

		expect(patched.config).toMatchObject({ registry: { host: '127.0.0.1:1' } });
		expect(problem).toMatchObject({ code: 'invalid_request' });
	});

	test('whose registry refuses the password fails with the reason and keeps what was known', async () => {
		const { id } = await create();
		const { lastGoodSyncAt } = await settled(id);
		await portal.ask(SourceDetail, 'PATCH', `/api/sources/${id}`, { credential: 'wrong-password' });
		const source = await settled(id);

		expect(source.health).toBe('failing');
		expect(source.problem).toContain('terminal could not be read');
		expect(source.hint).toContain('credential');
		expect(source.packs).toBe(1);
		// Nothing could be read, so it was no good reading.
		expect(source.lastGoodSyncAt).toBe(lastGoodSyncAt);
	});

	test('with a request rate, a proxy with a password or a bad host is refused field by field', async () => {
		const bad = {
			...config(),
			requestsPerSecond: 0,
			proxy: 'http://user:pass@proxy:1',
			registry: { host: 'https://x' },
		};
		const problem = await refused('POST', '/api/sources', { name: 'Bad', config: bad });

		expect(problem.invalidParams.map(({ name }) => name).toSorted()).toEqual([
			'config.proxy',
			'config.registry.host',
			'config.requestsPerSecond',
		]);
	});
});

describe('a source that installs come from', () => {
	test('is not deleted, and says to switch it off instead', async () => {
		const { id } = await create();
		await settled(id);
		const pack = await portal.runtime.db.client.pack.findFirstOrThrow({ where: { sourceId: id } });
		const install = await portal.runtime.db.client.install.create({
			data: { packId: pack.id, namespace: 'khal', release: 'terminal-x', createdByName: 'Ana' },
		});
		const problem = await refused('DELETE', `/api/sources/${id}`);
		const detail = await portal.ask(SourceDetail, 'GET', `/api/sources/${id}`);
		await portal.runtime.db.client.install.delete({ where: { id: install.id } });

		expect(problem).toMatchObject({
			code: 'conflict',
			hint: '1 install comes from it. Switch the source off instead.',
		});
		expect(detail.notDeletableReason).toBe(problem.hint);
	});
});

describe('the managed source', () => {
	test('cannot be edited or deleted and says where it comes from', async () => {
		const { sources } = await portal.ask(SourceList, 'GET', '/api/sources');
		const managed = sources.find(({ readOnlyReason }) => readOnlyReason !== null);
		const patch = await refused('PATCH', `/api/sources/${managed?.id}`, { name: 'Mine' });
		const remove = await refused('DELETE', `/api/sources/${managed?.id}`);

		expect(managed?.readOnlyReason).toContain('sandbox');
		expect([patch, remove]).toMatchObject([
			{ code: 'forbidden', hint: managed?.readOnlyReason },
			{ code: 'forbidden', hint: managed?.readOnlyReason },
		]);
	});
});

describe('the doctor', () => {
	test('examines a stored source with its stored credential', async () => {
		const { id } = await create();
		const report = await portal.ask(DoctorReport, 'GET', `/api/sources/${id}/doctor`);

		expect(report.steps.filter(({ result }) => result === 'fail')).toEqual([]);
		expect(report.steps.find(({ step }) => step === 'token')?.detail).toBe('The credential was accepted.');
	});

	test('examines a configuration that is not saved, and leaves nothing behind', async () => {
		const before = await portal.ask(SourceList, 'GET', '/api/sources');
		const report = await portal.ask(DoctorReport, 'POST', '/api/sources/test', {
			config: config(),
			credential: 'wrong',
			npmCredential: 'wrong',
		});

		expect(report.result).toBe('fail');
		expect(report.steps.find(({ step }) => step === 'tags')).toMatchObject({
			result: 'fail',
			code: '401 UNAUTHORIZED',
		});
		expect(await portal.ask(SourceList, 'GET', '/api/sources')).toEqual(before);
	});

	test('of an edited configuration uses the stored credential while the addresses stay', async () => {
		const { id } = await create();
		const report = await portal.ask(DoctorReport, 'POST', '/api/sources/test', {
			config: { ...config(), requestsPerSecond: 50 },
			sourceId: id,
		});

		expect(report.steps.filter(({ result }) => result === 'fail')).toEqual([]);
	});
});

describe('a manifest attached by hand', () => {
	const manifest = (change: object = {}) =>
		JSON.stringify({
			id: 'terminal',
			name: 'Terminal',
			version: '1.0.0',
			description: 'A terminal',
			author: 'Ana',
			backend: { image: 'ghcr.io/khal-os/pack-terminal-service', helmChart: 'oci://ghcr.io/khal-os/charts/pack-ghost' },
			...change,
		});

	/** A pack whose publisher forgot the manifest. */
	async function bare(): Promise<string> {
		const definition = examplePacks.find(({ id }) => id === 'terminal');
		const [version] = definition?.versions.filter(({ chart }) => chart !== null) ?? [];
		if (!definition || !version) throw new Error('the sandbox has no terminal with a chart');
		portal.sandbox.registries.publish({
			...definition,
			id: 'bare',
			versions: [{ ...version, manifests: {}, frontends: [] }],
		});
		await portal.runtime.catalog.syncAll();
		return `/api/packs/bare/versions/${version.version}`;
	}

	test('makes a version without one installable, survives the next sync and is audited', async () => {
		const path = await bare();
		const before = await portal.ask(VersionDetail, 'GET', path);
		const detail = await portal.ask(VersionDetail, 'POST', `${path}/manifest`, { manifest: manifest({ id: 'bare' }) });
		await portal.runtime.catalog.syncAll();
		const later = await portal.ask(VersionDetail, 'GET', path);
		const { events } = await portal.ask(AuditPage, 'GET', `/api/audit?subject=pack:${detail.packId}`);

		expect(before.summary.reasons).toEqual([expect.stringContaining('ships no manifest')]);
		expect(detail).toMatchObject({ manifestOrigin: 'attached', summary: { installable: true, reasons: [] } });
		expect(later).toMatchObject({ manifestOrigin: 'attached', manifestDigest: detail.manifestDigest });
		expect(events[0]).toMatchObject({ kind: 'manifest.attached', data: { manifestDigest: detail.manifestDigest } });
	});

	test('that cannot be used is refused with the reasons', async () => {
		const problem = await refused('POST', `${await bare()}/manifest`, { manifest: '{"name": 7}' });

		expect(problem.code).toBe('invalid_request');
		expect(problem.invalidParams.length).toBeGreaterThan(0);
	});

	test('is refused for a version whose publisher ships a usable one', async () => {
		const { versions } = await portal.ask(PackDetail, 'GET', '/api/packs/terminal');
		const problem = await refused('POST', `/api/packs/terminal/versions/${versions[0]?.version}/manifest`, {
			manifest: manifest(),
		});

		expect(problem.code).toBe('conflict');
	});
});
