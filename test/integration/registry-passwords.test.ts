import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OciSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { createPackSource, type PackSource, runDoctor } from '@/lib/registry';
import { chartOf } from '../support/chart-fixture';
import { type Answer, bytes, type HostileServer, json, startHostileServer } from '../support/hostile-server';
import { startTunnel, type Tunnel } from '../support/tunnel';

/** Registries that take the password itself (Basic): what is sent, how often, and what its refusal is called. */

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const PASSWORD = 'hunter2-registry-password';
const NAMES = ['acme/pack-a', 'acme/pack-b', 'acme/pack-c', 'acme/pack-d'];
const chart = chartOf();

let registry: HostileServer;
/** Leads every name to the registry above, so that a host may be called what it is called in the world. */
let proxy: Tunnel;
let opened: PackSource[] = [];

beforeAll(async () => {
	registry = await startHostileServer();
	proxy = await startTunnel({ leadsTo: registry.host });
});
afterAll(async () => {
	await registry.close();
	await proxy.close();
});
beforeEach(() => registry.reset());
afterEach(async () => {
	await Promise.all(opened.map((source) => source.close()));
	opened = [];
});

function configOf({ host = registry.host, repositories = NAMES, isEcr = false } = {}): OciSourceConfig {
	return OciSourceConfig.parse({
		kind: 'oci',
		registry: { host: isEcr ? ECR : host, plainHttp: true },
		username: isEcr ? 'AWS' : 'ana',
		discovery: { by: 'names', repositories },
		...(isEcr ? { proxy: proxy.url } : {}),
	});
}

function open(config = configOf(), now = () => new Date()): PackSource {
	const source = createPackSource(config, { credential: new Secret(PASSWORD), retries: 0, now });
	opened.push(source);
	return source;
}

/** Wants the password for everything, and says `refusal` to whoever shows it. */
function serveBasic(refusal: Answer | null): void {
	registry.on('/v2/', (response, request, count) => {
		if (request.headers.authorization === undefined) {
			return json(401, {}, { 'www-authenticate': 'Basic realm="x"' })(response, request, count);
		}
		if (refusal !== null) return refusal(response, request, count);
		const { url = '' } = request;
		const body = url.includes('/manifests/')
			? chart.manifest
			: url.includes(chart.archiveDigest)
				? chart.archive
				: null;
		if (url.includes('/tags/list')) return json(200, { tags: ['1.2.0'] })(response, request, count);
		if (url.includes('/referrers/')) return json(404, {})(response, request, count);
		bytes(200, body ?? chart.config)(response, request, count);
	});
}

const refused = (status: number, message: string) => json(status, { errors: [{ code: 'DENIED', message }] });
const shown = () => registry.seen.filter(({ authorization }) => authorization !== null);

async function versionsOfAll(source: PackSource) {
	const packs = await source.discover();
	return Promise.allSettled(packs.map((pack) => source.versions(pack)));
}

describe('a password', () => {
	test('is taken for packs that are asked for at the same moment', async () => {
		serveBasic(null);
		const results = await versionsOfAll(open());

		expect(results.map(({ status }) => status)).toEqual(NAMES.map(() => 'fulfilled'));
	});

	test('that is refused is not sent for every pack again, because accounts are locked for that', async () => {
		serveBasic(refused(401, 'no'));
		let time = Date.parse('2026-11-20T12:00:00Z');
		const source = open(configOf(), () => new Date(time));
		const [pack, ...others] = await source.discover();
		if (pack === undefined) throw new Error('nothing was discovered');
		await expect(source.versions(pack)).rejects.toMatchObject({ hint: expect.stringMatching(/renew the credential/) });
		for (const other of others) {
			await expect(source.versions(other)).rejects.toMatchObject({
				hint: expect.stringMatching(/renew the credential/),
			});
		}

		expect(shown()).toHaveLength(1);
		expect(source.state().credentialRejected).toEqual({ host: registry.host, status: 401 });

		time += 61_000;
		serveBasic(null);
		expect(await source.versions(pack)).toHaveLength(1);
		expect(source.state().credentialRejected).toBeNull();
	});

	test('that is refused is left away for what everybody may read', async () => {
		serveBasic(refused(401, 'no'));
		registry.on('/v2/acme/pack-b/tags/list', json(200, { tags: ['1.2.0'] }));
		const results = await versionsOfAll(open());

		expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'rejected']);
	});
});

describe('a password of ECR', () => {
	const doctor = () => runDoctor(configOf({ isEcr: true }), { credential: new Secret(PASSWORD), retries: 0 });

	test('that has expired is named as that, with the command that makes a new one', async () => {
		serveBasic(refused(403, 'Your authorization token has expired. Reauthenticate and try again.'));
		const [result] = await versionsOfAll(open(configOf({ isEcr: true })));
		const { steps } = await doctor();

		expect(result).toMatchObject({
			reason: { code: 'upstream_forbidden', hint: expect.stringContaining('lasts 12 hours') },
		});
		expect(steps.find(({ step }) => step === 'token')).toMatchObject({
			result: 'fail',
			code: '403 DENIED',
			nextStep: expect.stringContaining('aws ecr get-login-password --region eu-west-1'),
		});
	});

	test('that works is announced to end, because it will', async () => {
		serveBasic(null);
		const { steps } = await doctor();

		expect(steps.find(({ step }) => step === 'token')).toMatchObject({
			result: 'warn',
			nextStep: expect.stringContaining('scheduled job'),
		});
	});

	test('that may not read a repository is not called expired', async () => {
		serveBasic(refused(403, 'User: arn:aws:iam::1:user/x is not authorized to perform: ecr:ListImages'));
		const { steps } = await doctor();

		expect(steps.find(({ step }) => step === 'tags')).toMatchObject({
			result: 'fail',
			detail: expect.stringContaining('ecr:ListImages'),
			nextStep: expect.not.stringContaining('12 hours'),
		});
	});
});
