import { execFile } from 'node:child_process';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at, listAt, textAt } from '@/lib/core';
import { sha256, sri512 } from '@/lib/digest';
import { examplePacks, type PackDefinition, type SandboxRegistries, startRegistries } from '@/lib/sandbox';
import { ensureHelm } from '../../scripts/fetch-helm.mjs';

const run = promisify(execFile);
const OCI = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
const TERMINAL = 'khal-os/charts/pack-terminal';
const BILLING = 'khal-os/charts/pack-billing';

let folder: string;
let sandbox: SandboxRegistries;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-sandbox-'));
	sandbox = await startRegistries({ dataDir: folder });
});

afterEach(async () => {
	await sandbox.close();
	await rm(folder, { recursive: true, force: true });
});

describe('over real sockets', () => {
	test('challenge, token, manifest, redirect: the chart arrives with its digest and without our credential', async () => {
		const challenge = await oci(`/v2/${BILLING}/manifests/1.5.0`, { accept: OCI });
		expect(challenge.status).toBe(401);
		const realm = /realm="([^"]+)"/.exec(challenge.headers.get('www-authenticate') ?? '')?.[1];
		expect(realm).toBe(`http://${sandbox.registryHost}/token`);

		const authorization = await pullToken(BILLING, sandbox.githubToken);
		const manifest = await oci(`/v2/${BILLING}/manifests/1.5.0`, { accept: OCI, authorization });
		const [layer] = listAt(await manifest.json(), 'layers');
		const digest = textAt(layer, 'digest') ?? '';
		const blob = await oci(`/v2/${BILLING}/blobs/${digest}`, { authorization });
		expect(blob.status).toBe(200);
		expect(blob.redirected).toBe(true);
		expect(new URL(blob.url).origin).toBe(sandbox.storageUrl);
		const bytes = new Uint8Array(await blob.arrayBuffer());
		expect([sha256(bytes), bytes.length]).toEqual([digest, at(layer, 'size')]);
		expect(recorded('storage').map((request) => request.authorization)).toEqual(['none']);
	});

	test('storage turns away who brings the registry’s credential along', async () => {
		const authorization = await pullToken(TERMINAL);
		const digest = [...(sandbox.registries.state.oci.get(TERMINAL)?.blobs.keys() ?? [])][0] ?? '';
		const redirect = await oci(`/v2/${TERMINAL}/blobs/${digest}`, { authorization }, 'manual');
		const leaked = await fetch(redirect.headers.get('location') ?? '', { headers: { authorization } });
		expect(leaked.status).toBe(400);
	});

	test('the four origins are four', () => {
		const { githubApiUrl, npmUrl, registryHost, storageUrl } = sandbox;
		const origins = [githubApiUrl, npmUrl, `http://${registryHost}`, storageUrl].map((url) => new URL(url).origin);
		expect(new Set(origins).size).toBe(4);
	});

	test('npm: nothing without a token, a packument without time, a tarball with its integrity', async () => {
		const path = `${sandbox.npmUrl}/@khal-os%2fpack-terminal`;
		const anonymous = await fetch(path);
		expect(anonymous.status).toBe(401);
		expect(await anonymous.json()).toEqual({ error: 'unauthenticated: authentication token not provided' });

		const headers = { authorization: `Bearer ${sandbox.githubToken}` };
		const packument: unknown = await (await fetch(path, { headers })).json();
		expect(at(packument, 'time')).toBeUndefined();
		expect(at(packument, 'dist-tags')).toEqual({ latest: '1.2.0' });
		const dist = at(packument, 'versions', '1.2.0', 'dist');
		const url = textAt(dist, 'tarball') ?? '';
		const redirect = await fetch(url, { headers, redirect: 'manual' });
		expect(redirect.status).toBe(302);
		const tarball = await fetch(url, { headers });
		expect(new URL(tarball.url).origin).toBe(sandbox.storageUrl);
		expect(sri512(new Uint8Array(await tarball.arrayBuffer()))).toBe(textAt(dist, 'integrity'));
		const leaked = await fetch(redirect.headers.get('location') ?? '', { headers });
		expect(leaked.status).toBe(401);
	});

	test('npm: a prerelease is next, latest stays', async () => {
		const headers = { authorization: `Bearer ${sandbox.githubToken}` };
		const packument: unknown = await (await fetch(`${sandbox.npmUrl}/@khal-os%2fpack-mailroom`, { headers })).json();
		expect(at(packument, 'dist-tags')).toEqual({ latest: '1.2.0', next: '1.3.0-next.2' });
	});

	test('npm: the chart of analytics is at 1.3.0, its frontend is not', async () => {
		const headers = { authorization: `Bearer ${sandbox.githubToken}` };
		const packument: unknown = await (await fetch(`${sandbox.npmUrl}/@khal-os%2fpack-analytics`, { headers })).json();
		expect(at(packument, 'versions', '1.3.0')).toBeUndefined();
		expect(sandbox.registries.state.oci.get('khal-os/charts/pack-analytics')?.tags.has('1.3.0')).toBe(true);
	});

	test('GitHub: a conditional request costs nothing, a page leads to the next', async () => {
		const headers = { authorization: `Bearer ${sandbox.githubToken}` };
		const url = `${sandbox.githubApiUrl}/orgs/khal-os/packages?package_type=container&per_page=10`;
		const first = await fetch(url, { headers });
		const etag = first.headers.get('etag') ?? '';
		const again = await fetch(url, { headers: { ...headers, 'if-none-match': etag } });
		expect([again.status, await again.text()]).toEqual([304, '']);
		const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
		const second: unknown = await (await fetch(next, { headers })).json();
		expect(Array.isArray(second) && second.length).toBeGreaterThan(0);
	});
});

describe('trouble on demand', () => {
	test('offline cuts every connection, and back online nothing was lost', async () => {
		sandbox.registries.goOffline(true);
		await expect(fetch(`${sandbox.githubApiUrl}/rate_limit`)).rejects.toThrow('fetch failed');
		await expect(oci('/v2/', {})).rejects.toThrow('fetch failed');
		sandbox.registries.goOffline(false);
		expect((await fetch(`${sandbox.githubApiUrl}/rate_limit`)).status).toBe(200);
	});

	test('an injected answer is given as often as asked and then the real one', async () => {
		sandbox.registries.inject({
			surface: 'github',
			match: 'GET /rate_limit',
			effect: 'answer',
			status: 429,
			headers: { 'retry-after': '3' },
			times: 1,
		});
		const throttled = await fetch(`${sandbox.githubApiUrl}/rate_limit`);
		expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '3']);
		expect((await fetch(`${sandbox.githubApiUrl}/rate_limit`)).status).toBe(200);
	});

	test('a truncated body is a failed download, not a short one', async () => {
		sandbox.registries.inject({ surface: 'github', effect: 'truncate', times: 1 });
		const response = await fetch(`${sandbox.githubApiUrl}/rate_limit`);
		await expect(response.text()).rejects.toThrow('terminated');
	});

	test('a re-published version moves its tag, a retag moves it back', async () => {
		const repository = sandbox.registries.state.oci.get(TERMINAL);
		const before = repository?.tags.get('1.2.0') ?? '';
		sandbox.registries.publish(rebuilt('terminal', '1.2.0'));
		expect(repository?.tags.get('1.2.0')).not.toBe(before);
		sandbox.registries.retag({ repository: TERMINAL, tag: '1.2.0', digest: before });
		const authorization = await pullToken(TERMINAL);
		const manifest = await oci(`/v2/${TERMINAL}/manifests/1.2.0`, { accept: OCI, authorization });
		expect(manifest.headers.get('docker-content-digest')).toBe(before);
	});

	test('an unpublished version is gone from all three places', async () => {
		sandbox.registries.unpublish('terminal', '1.2.0');
		const { oci: repositories, npm, git } = sandbox.registries.state;
		expect([...(repositories.get(TERMINAL)?.tags.keys() ?? [])]).toEqual(['1.0.0', '1.0.1', '1.1.0']);
		expect(npm.get('@khal-os/pack-terminal')?.distTags.get('latest')).toBe('1.1.0');
		expect(git.get('khal-os/pack-terminal')?.tags.has('v1.2.0')).toBe(false);
	});
});

describe('over a restart', () => {
	test('ports and seeded digests stay, a pushed pack comes back', async () => {
		const before = { ...sandbox };
		const digest = sandbox.registries.state.oci.get(TERMINAL)?.tags.get('1.2.0');
		sandbox.registries.publish({ ...rebuilt('terminal', '1.2.0'), id: 'extra' });
		const pushed = sandbox.registries.state.oci.get('khal-os/charts/pack-extra')?.tags.get('1.2.0');
		await sandbox.close();
		sandbox = await startRegistries({ dataDir: folder });
		expect(sandbox.githubApiUrl).toBe(before.githubApiUrl);
		expect(sandbox.registryHost).toBe(before.registryHost);
		expect(sandbox.githubToken).toBe(before.githubToken);
		expect(sandbox.registries.state.oci.get(TERMINAL)?.tags.get('1.2.0')).toBe(digest);
		expect(pushed).toMatch(/^sha256:/);
		expect(sandbox.registries.state.oci.get('khal-os/charts/pack-extra')?.tags.get('1.2.0')).toBe(pushed);
	});

	test('a port that was taken meanwhile is replaced', async () => {
		const second = await startRegistries({ dataDir: folder });
		expect(second.githubApiUrl).not.toBe(sandbox.githubApiUrl);
		expect((await fetch(`${second.githubApiUrl}/rate_limit`)).status).toBe(200);
		await second.close();
	});

	test('without a folder nothing is written', async () => {
		const memory = await startRegistries({ dataDir: null });
		memory.registries.unpublish('terminal', '1.2.0');
		await memory.close();
		const again = await startRegistries({ dataDir: null });
		expect(again.registries.state.oci.get(TERMINAL)?.tags.has('1.2.0')).toBe(true);
		await again.close();
	});
});

describe('with the real Helm', () => {
	test('pulls and renders every version of every chart, none of it with a credential at storage', async () => {
		const helm = await helmWith(sandbox.githubToken);
		for (const pack of examplePacks) {
			const chart = `oci://${sandbox.registryHost}/khal-os/charts/pack-${pack.id}`;
			for (const version of pack.versions) {
				if (!version.chart) continue;
				const rendered = await helm('template', 'demo', chart, '--version', version.version, '--plain-http');
				expect(rendered).toMatch(/^kind: (Deployment|StatefulSet)$/m);
				expect(rendered).toContain(`image: "${version.chart.image}:`);
			}
		}
		expect(recorded('storage').length).toBeGreaterThan(10);
		expect(new Set(recorded('storage').map((request) => request.authorization))).toEqual(new Set(['none']));
	});

	test('picks the newest semver when no version is named, and finds odd tags when one is', async () => {
		const helm = await helmWith(sandbox.githubToken);
		const chart = `oci://${sandbox.registryHost}/khal-os/charts/pack-mailroom`;
		expect(await helm('show', 'chart', chart, '--plain-http')).toContain('version: 1.2.0');
		expect(await helm('show', 'chart', chart, '--version', 'v1.0.0', '--plain-http')).toContain('version: v1.0.0');
		expect(await helm('show', 'chart', chart, '--version', '1.1.0+build.7', '--plain-http')).toContain('build.7');
	});

	test('pulls a public chart without any credential and no private one', async () => {
		const helm = await helmWith(null);
		const host = `oci://${sandbox.registryHost}/khal-os/charts`;
		expect(await helm('show', 'chart', `${host}/pack-terminal`, '--plain-http')).toContain('name: pack-terminal');
		await expect(helm('show', 'chart', `${host}/pack-billing`, '--plain-http')).rejects.toThrow(/401|unauthorized/i);
	});

	test('pushes the seeded archive and arrives at the very same manifest', async () => {
		const reader = await helmWith(sandbox.githubToken);
		const chart = `oci://${sandbox.registryHost}/khal-os/charts/pack-terminal`;
		await reader('pull', chart, '--version', '1.2.0', '--plain-http', '--destination', folder);
		const archive = join(folder, 'pack-terminal-1.2.0.tgz');
		// `helm push` takes the file's time for the created annotation.
		const published = new Date(version('terminal', '1.2.0').at);
		await utimes(archive, published, published);

		const target = `oci://${sandbox.registryHost}/khal-os/copies`;
		await expect(reader('push', archive, target, '--plain-http')).rejects.toThrow(/denied/i);
		const publisher = await helmWith(sandbox.publisherToken);
		await publisher('push', archive, target, '--plain-http');
		const { oci: repositories } = sandbox.registries.state;
		const pushed = repositories.get('khal-os/copies/pack-terminal');
		const seeded = repositories.get(TERMINAL);
		const digest = seeded?.tags.get('1.2.0') ?? '';
		expect(text(pushed?.manifests.get(pushed.tags.get('1.2.0') ?? '')?.bytes)).toBe(
			text(seeded?.manifests.get(digest)?.bytes),
		);
		expect(pushed?.tags.get('1.2.0')).toBe(digest);
	});

	test('refuses tampered bytes', async () => {
		const helm = await helmWith(sandbox.githubToken);
		const repository = sandbox.registries.state.oci.get(TERMINAL);
		const bytes = repository?.manifests.get(repository.tags.get('1.2.0') ?? '')?.bytes;
		const [layer] = listAt(JSON.parse(text(bytes)), 'layers');
		sandbox.registries.tamper(textAt(layer, 'digest') ?? '');
		const chart = `oci://${sandbox.registryHost}/${TERMINAL}`;
		await expect(helm('show', 'chart', chart, '--version', '1.2.0', '--plain-http')).rejects.toThrow(
			/mismatch|digest/i,
		);
	});
});

function oci(path: string, headers: Record<string, string>, redirect: RequestRedirect = 'follow'): Promise<Response> {
	return fetch(`http://${sandbox.registryHost}${path}`, { headers, redirect });
}

async function pullToken(repository: string, pat?: string): Promise<string> {
	const scope = encodeURIComponent(`repository:${repository}:pull`);
	const headers: Record<string, string> = pat === undefined ? {} : { authorization: basic(pat) };
	const answer: unknown = await (await oci(`/token?service=ghcr.io&scope=${scope}`, headers)).json();
	return `Bearer ${textAt(answer, 'token')}`;
}

function recorded(surface: string): SandboxRegistries['requests'] {
	return sandbox.requests.filter((request) => request.surface === surface);
}

/** A helm whose whole world is a folder of its own. */
async function helmWith(pat: string | null): Promise<(...args: string[]) => Promise<string>> {
	const { path } = await ensureHelm();
	const home = await mkdtemp(join(folder, 'helm-'));
	const auths = pat === null ? {} : { [sandbox.registryHost]: { auth: basic(pat).slice('Basic '.length) } };
	await writeFile(join(home, 'registry.json'), JSON.stringify({ auths }));
	const env = {
		NODE_ENV: 'test' as const,
		PATH: '/usr/bin:/bin',
		TZ: 'UTC',
		HOME: home,
		DOCKER_CONFIG: home,
		HELM_REGISTRY_CONFIG: join(home, 'registry.json'),
	};
	return async (...args) => (await run(path, args, { env, cwd: home })).stdout;
}

/** The same version with other content, as a publisher would re-push it. */
function rebuilt(id: string, wanted: string): PackDefinition {
	const pack = examplePacks.find((candidate) => candidate.id === id);
	if (!pack) throw new Error(`no example pack ${id}`);
	return { ...pack, description: `${pack.description} (rebuilt)`, versions: [version(id, wanted)] };
}

function version(id: string, wanted: string): PackDefinition['versions'][number] {
	const found = examplePacks.find((pack) => pack.id === id)?.versions.find((candidate) => candidate.version === wanted);
	if (!found) throw new Error(`no version ${wanted} of ${id}`);
	return found;
}

function basic(pat: string): string {
	return `Basic ${Buffer.from(`packyard:${pat}`).toString('base64')}`;
}

function text(bytes: Uint8Array | undefined): string {
	return new TextDecoder().decode(bytes);
}
