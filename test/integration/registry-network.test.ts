import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { GithubSourceConfig } from '@/lib/contracts/source-config';
import { createPackSource, runDoctor } from '@/lib/registry';
import { type Sandbox, startSandbox } from '@/lib/sandbox';

/** Any TLS server with a certificate of its own will do; the pretend Kubernetes API is one. */
let sandbox: Sandbox;
let proxy: Server;
let tunnels: string[] = [];

beforeAll(async () => {
	sandbox = await startSandbox({ dataDir: null });
	proxy = createServer().on('connect', (request, client) => {
		tunnels.push(request.url ?? '');
		const [host = '', port = ''] = (request.url ?? '').split(':');
		const upstream = connect(Number(port), host, () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			upstream.pipe(client).pipe(upstream);
		});
		upstream.on('error', () => client.destroy());
		client.on('error', () => upstream.destroy());
	});
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
	proxy.closeAllConnections();
	await new Promise((resolve) => proxy.close(resolve));
	await sandbox.close();
});

beforeEach(() => {
	tunnels = [];
});

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

describe('TLS', () => {
	test('a certificate of an unknown authority is refused, and the doctor says to give the CA', async () => {
		const report = await runDoctor(tlsConfig(null), { credential: null, retries: 0 });
		const tls = report.steps.find(({ step }) => step === 'tls');

		expect(tls).toMatchObject({ result: 'fail', nextStep: expect.stringMatching(/\(CA\)/) });
		expect(tls?.code).toMatch(/CERT|VERIFY/);
	});

	test('the same certificate is trusted once the source has its CA', async () => {
		const report = await runDoctor(tlsConfig(sandbox.cluster.caPem), { credential: null, retries: 0 });

		expect(report.steps.find(({ step }) => step === 'tls')).toMatchObject({ result: 'ok' });
	});
});

describe('a proxy', () => {
	test('carries every request, to the registry and to the storage behind it', async () => {
		const { port } = address(proxy);
		const config = GithubSourceConfig.parse({ ...base(), proxy: `http://127.0.0.1:${port}` });
		const source = createPackSource(config, { credential: null });
		const [pack] = await source.discover();
		const [version] = pack ? await source.versions({ ...pack, npm: null }) : [];
		if (!version?.chart) throw new Error('the sandbox has no chart of terminal');

		await source.fetchChart(version.chart);
		await source.close();

		expect(new Set(tunnels)).toEqual(new Set([sandbox.registryHost, new URL(sandbox.storageUrl).host]));
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

function address(server: Server): { port: number } {
	const found = server.address();
	if (typeof found !== 'object' || found === null) throw new Error('no address');
	return found;
}
