import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
	type SourceConfig,
	type SourceConfigInput,
	SourceConfig as SourceConfigSchema,
} from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { createPackSource, type PackSource, runDoctor } from '@/lib/registry';
import { type HostileServer, json, startHostileServer } from '../support/hostile-server';
import { startTunnel, type Tunnel } from '../support/tunnel';

/** How sources get out: their own proxy, or the server's (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). */

const REGISTRY = 'registry.corp.example';
const REPOSITORY = 'acme/charts/pack-x';
const PASSWORD = 'hunter2-proxy-password';

let registry: HostileServer;
let tunnel: Tunnel;
let strict: Tunnel;
let opened: PackSource[] = [];

beforeAll(async () => {
	registry = await startHostileServer();
	const basic = `Basic ${Buffer.from(`ana:${PASSWORD}`).toString('base64')}`;
	[tunnel, strict] = await Promise.all([
		startTunnel({ leadsTo: registry.host }),
		startTunnel({ leadsTo: registry.host, refusal: (given) => (given === basic ? null : 407) }),
	]);
});
afterAll(() => Promise.all([registry.close(), tunnel.close(), strict.close()]));
beforeEach(() => {
	registry.reset();
	registry.on('/tags/list', json(200, { tags: ['1.2.0'] }));
	for (const { seen } of [tunnel, strict]) seen.splice(0);
});
afterEach(async () => {
	await Promise.all(opened.map((source) => source.close()));
	opened = [];
});

type Change = { host?: string; proxy?: string };

function configOf({ host = REGISTRY, proxy }: Change = {}): Exclude<SourceConfig, { kind: 'bundle' }> {
	const input: SourceConfigInput = {
		kind: 'oci',
		registry: { host, plainHttp: true },
		discovery: { by: 'names', repositories: [REPOSITORY] },
		...(proxy === undefined ? {} : { proxy }),
	};
	const config = SourceConfigSchema.parse(input);
	if (config.kind === 'bundle') throw new Error('not asked for');
	return config;
}

const server = (http: string, except: string[] = []) => ({ http: new Secret(http), https: null, except });

function read(change: Change, proxies: ReturnType<typeof server>) {
	const source = createPackSource(configOf(change), { credential: null, retries: 0, proxies });
	opened.push(source);
	return source.resolveChart(`oci://${change.host ?? REGISTRY}/${REPOSITORY}`, '1.2.0');
}

describe('the server’s proxy', () => {
	test('is the way to a registry whose source has none, and the doctor says so', async () => {
		await expect(read({}, server(tunnel.url))).resolves.toMatchObject({ tag: '1.2.0' });
		expect(tunnel.seen.map(({ to }) => to)).toEqual([`${REGISTRY}:80`]);

		const { steps } = await runDoctor(configOf(), { credential: null, proxies: server(tunnel.url) });
		expect(steps.find(({ step }) => step === 'dns')).toMatchObject({
			result: 'skipped',
			detail: `The proxy ${tunnel.host} of the server resolves what is asked for through it.`,
		});
		expect(steps.find(({ step }) => step === 'tags')?.result).toBe('ok');
	});

	test('gets its name and password, and nobody behind it does', async () => {
		const url = `http://ana:${PASSWORD}@${strict.host}`;

		await expect(read({}, server(url))).resolves.toMatchObject({ tag: '1.2.0' });
		expect(strict.seen.every(({ authorization }) => authorization !== null)).toBe(true);
		expect(registry.seen.every(({ authorization }) => authorization === null)).toBe(true);
	});

	test('is not asked for what NO_PROXY names, and never for this machine', async () => {
		await expect(read({}, server(tunnel.url, ['.corp.example']))).rejects.toMatchObject({
			details: { networkCode: 'ENOTFOUND' },
		});
		await expect(read({ host: registry.host }, server(tunnel.url))).resolves.toMatchObject({ tag: '1.2.0' });
		expect(tunnel.seen).toEqual([]);
	});

	test('gives way to the proxy of the source', async () => {
		await expect(read({ proxy: tunnel.url }, server('http://127.0.0.1:9'))).resolves.toMatchObject({ tag: '1.2.0' });
		expect(tunnel.seen).toHaveLength(1);
	});
});

test.each([
	['wants a name and password', () => strict.url, /wants a name and password \(407\)/, /HTTPS_PROXY/],
	[
		'is not there',
		() => 'http://127.0.0.1:9',
		/127\.0\.0\.1:9 does not answer \(ECONNREFUSED\)/,
		/address of the proxy/,
	],
])('a proxy that %s is blamed itself, not the registry, and no password shows', async (_title, url, says, next) => {
	const address = new URL(url());
	const withPassword = `http://bob:${PASSWORD}@${address.host}`;
	const error = await read({}, server(withPassword)).catch((caught: unknown) => caught);

	expect(error).toMatchObject({
		code: 'upstream_unavailable',
		message: expect.stringMatching(says),
		hint: expect.stringMatching(next),
	});
	expect(JSON.stringify(error) + String(error)).not.toContain(PASSWORD);
});

test('a proxy that does not let a host through is named with the host to ask for', async () => {
	const closed = await startTunnel({ refusal: () => 403 });
	const attempt = read({}, server(closed.url));

	await expect(attempt).rejects.toMatchObject({
		message: expect.stringContaining(`the proxy ${closed.host} answered 403`),
		hint: expect.stringContaining(REGISTRY),
	});
	await closed.close();
});
