import { createServer } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { createServer as createTcpServer, type Server as Listener, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { GithubSourceConfig, OciSourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { createPackSource, runDoctor } from '@/lib/registry';
import { type Sandbox, startSandbox } from '@/lib/sandbox';
import { createCertificate } from '@/lib/sandbox/cluster/certificate';
import { startTunnel, type Tunnel } from '../support/tunnel';

const DAY = 86_400_000;

/** Any TLS server with a certificate of its own will do; the pretend Kubernetes API is one. */
let sandbox: Sandbox;
let proxy: Tunnel;

beforeAll(async () => {
	sandbox = await startSandbox({ dataDir: null });
	proxy = await startTunnel();
});

afterAll(async () => {
	await proxy.close();
	await sandbox.close();
});

beforeEach(() => void proxy.seen.splice(0));

function tlsConfig(ca: string | null): GithubSourceConfig {
	const host = new URL(sandbox.cluster.url).host;
	return GithubSourceConfig.parse({ ...base(), registry: { host }, ca });
}

function base(): z.input<typeof GithubSourceConfig> {
	return {
		kind: 'github',
		org: sandbox.org,
		apiUrl: sandbox.githubApiUrl,
		registry: { host: sandbox.registryHost, plainHttp: true },
		npmUrl: sandbox.npmUrl,
		allowedHosts: [new URL(sandbox.storageUrl).host],
		packs: ['terminal'],
	};
}

const valid = createCertificate();
const old = createCertificate(new Date(Date.now() - 11 * 365 * DAY));
const early = createCertificate(new Date(Date.now() + 5 * DAY));

function overTls({ certPem, keyPem }: typeof valid, options: ServerOptions = {}): Listener {
	return createTlsServer({ key: keyPem, cert: certPem, ...options }, (_request, response) => response.end());
}

/** What is wrong, and whose the next step is: every row is a server that really is like that. */
const troubles: readonly {
	title: string;
	server: () => Listener;
	ca?: string;
	address?: string;
	says: RegExp;
	next: RegExp;
	code: RegExp;
}[] = [
	{
		title: 'a certificate signed by itself',
		server: () => overTls(valid),
		says: /only vouches for itself/,
		next: /Own certificates .*\(CA\)/,
		code: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
	},
	{
		title: 'an expired certificate',
		server: () => overTls(old),
		ca: old.certPem,
		says: /has expired/,
		next: /renew/,
		code: /^CERT_HAS_EXPIRED$/,
	},
	{
		title: 'a certificate that is not valid yet',
		server: () => overTls(early),
		ca: early.certPem,
		says: /not valid yet/,
		next: /clock of this machine/,
		code: /^CERT_NOT_YET_VALID$/,
	},
	{
		title: 'a certificate for another name',
		server: () => overTls(valid),
		ca: valid.certPem,
		address: '127.0.0.2',
		says: /for another name \(127\.0\.0\.1, localhost\)/,
		next: /Use the name the certificate is for/,
		code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
	},
	{
		title: 'a server that speaks plain http',
		server: () => createServer((_request, response) => response.end()),
		says: /does not speak TLS on this port/,
		next: /plain http/,
		code: /^ERR_SSL_WRONG_VERSION_NUMBER$/,
	},
	{
		title: 'a server that speaks something else altogether',
		server: () => createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')),
		says: /does not speak TLS on this port/,
		next: /Check the port/,
		code: /^ERR_SSL_WRONG_VERSION_NUMBER$/,
	},
	{
		title: 'a server with TLS 1.1 only',
		server: () => overTls(valid, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
		ca: valid.certPem,
		says: /versions of TLS that are not safe/,
		next: /TLS 1\.2/,
		code: /PROTOCOL_VERSION$/,
	},
	{
		title: 'a server that wants a client certificate',
		server: () => overTls(valid, { requestCert: true, maxVersion: 'TLSv1.2' }),
		ca: valid.certPem,
		says: /refused the TLS handshake/,
		next: /certificate of ours/,
		code: /HANDSHAKE_FAILURE$/,
	},
];

describe('the doctor names, each with its own next step,', () => {
	test.each(troubles)('$title', async (trouble) => {
		const { ca = null, address = '127.0.0.1', server: make } = trouble;
		const { host, close } = await listen(make(), address);
		const config = OciSourceConfig.parse({
			kind: 'oci',
			registry: { host },
			discovery: { by: 'names', repositories: ['acme/charts/pack-x'] },
			ca,
		});
		const report = await runDoctor(config, { credential: null, retries: 0 });
		await close();

		expect(report.steps.find(({ step }) => step === 'tls')).toMatchObject({
			result: 'fail',
			detail: expect.stringMatching(trouble.says),
			nextStep: expect.stringMatching(trouble.next),
			code: expect.stringMatching(trouble.code),
		});
	});
});

test('of a registry that does not answer, the doctor judges neither the credential nor anything else', async () => {
	const { host, close } = await listen(createServer(), '127.0.0.1');
	await close();
	const config = OciSourceConfig.parse({
		kind: 'oci',
		registry: { host, plainHttp: true },
		discovery: { by: 'names', repositories: ['acme/charts/pack-x'] },
	});
	const report = await runDoctor(config, { credential: new Secret('a-password-nobody-saw'), retries: 0 });
	const after = report.steps.slice(report.steps.findIndex(({ step }) => step === 'tls'));

	expect(after[0]).toMatchObject({ result: 'fail', code: 'ECONNREFUSED' });
	expect(after.filter(({ result }) => result === 'ok')).toEqual([]);
});

describe('TLS', () => {
	test('a certificate of an unknown authority is refused, and the doctor says to give the CA', async () => {
		const report = await runDoctor(tlsConfig(null), { credential: null, retries: 0 });
		const tls = report.steps.find(({ step }) => step === 'tls');

		expect(tls).toMatchObject({ result: 'fail', nextStep: expect.stringMatching(/\(CA\)/) });
		expect(tls?.code).toMatch(/CERT|VERIFY/);
	});

	test('a server that wants TLS and is spoken to without says so, and the next step is to switch it on', async () => {
		const sentence = 'Client sent an HTTP request to an HTTPS server.\n';
		const { host, close } = await listen(
			createServer((_request, response) => response.writeHead(400).end(sentence)),
			'127.0.0.1',
		);
		const config = OciSourceConfig.parse({
			kind: 'oci',
			registry: { host, plainHttp: true },
			discovery: { by: 'names', repositories: ['acme/charts/pack-x'] },
		});
		const report = await runDoctor(config, { credential: null, retries: 0 });
		await close();

		expect(report.steps.find(({ step }) => step === 'ping')).toMatchObject({
			result: 'fail',
			nextStep: expect.stringMatching(/plain http/),
		});
	});

	test('the same certificate is trusted once the source has its CA', async () => {
		const report = await runDoctor(tlsConfig(sandbox.cluster.caPem), { credential: null, retries: 0 });

		expect(report.steps.find(({ step }) => step === 'tls')).toMatchObject({ result: 'ok' });
	});
});

describe('a proxy', () => {
	test('carries every request, to the registry and to the storage behind it', async () => {
		const config = GithubSourceConfig.parse({ ...base(), proxy: proxy.url });
		const source = createPackSource(config, { credential: null });
		const [pack] = await source.discover();
		const [version] = pack ? await source.versions({ ...pack, npm: null }) : [];
		if (!version?.chart) throw new Error('the sandbox has no chart of terminal');

		await source.fetchChart(version.chart);
		await source.close();

		expect(new Set(proxy.seen.map(({ to }) => to))).toEqual(
			new Set([sandbox.registryHost, new URL(sandbox.storageUrl).host]),
		);
	});

	test('that is not there is named as unreachable', async () => {
		const config = GithubSourceConfig.parse({ ...base(), proxy: 'http://127.0.0.1:9' });
		const source = createPackSource(config, { credential: null, retries: 0 });
		const [pack] = await source.discover();

		await expect(pack ? source.versions(pack) : undefined).rejects.toMatchObject({ code: 'upstream_unavailable' });
		await source.close();
	});
});

test('a registry name that cannot be found is named by the doctor, with its DNS as the next step', async () => {
	const config = GithubSourceConfig.parse({ ...base(), registry: { host: 'registry.invalid' } });
	const report = await runDoctor(config, { credential: null, retries: 0 });

	expect(report.steps.find(({ step }) => step === 'dns')).toMatchObject({
		result: 'fail',
		code: 'ENOTFOUND',
		nextStep: expect.stringContaining('registry.invalid'),
	});
	expect(report.steps.find(({ step }) => step === 'realm')?.result).toBe('skipped');
});

async function listen(server: Listener, address: string): Promise<{ host: string; close(): Promise<unknown> }> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket) => void sockets.add(socket));
	await new Promise<void>((resolve) => server.listen(0, address, resolve));
	return {
		host: `${address}:${addressOf(server).port}`,
		close() {
			for (const socket of sockets) socket.destroy();
			return new Promise((resolve) => server.close(resolve));
		},
	};
}

function addressOf(server: Listener): { port: number } {
	const found = server.address();
	if (typeof found !== 'object' || found === null) throw new Error('no address');
	return found;
}
