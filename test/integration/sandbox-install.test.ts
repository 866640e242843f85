import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, textAt } from '@/lib/core';
import { examplePacks, type Sandbox, startSandbox } from '@/lib/sandbox';
import { ensureHelm } from '../../scripts/fetch-helm.mjs';

const run = promisify(execFile);
const installable = examplePacks.flatMap(({ id, versions }) =>
	versions.filter((version) => version.chart).map((version) => ({ id, version: version.version })),
);

let folder: string;
let sandbox: Sandbox;
let helm: (...args: string[]) => Promise<string>;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-install-'));
	sandbox = await startSandbox({ dataDir: join(folder, 'data'), cluster: { timing: { pullMs: 5, startMs: 5 } } });
	helm = await helmInto(sandbox);
});

afterAll(async () => {
	await sandbox.close();
	await rm(folder, { recursive: true, force: true });
});

describe('the example charts install into the pretend cluster with the real Helm', () => {
	test.each(installable.filter(isStartable).filter(isNewest))('$id $version becomes ready', async ({ id, version }) => {
		await helm(
			'upgrade',
			'--install',
			id,
			chartOf(id),
			'--version',
			version,
			'--plain-http',
			'--wait',
			'--timeout',
			'30s',
		);
		const pods = sandbox.cluster.store.list('v1', 'Pod', 'default').filter((pod) => labelOf(pod) === id);
		expect(pods).not.toEqual([]);
		expect(pods.filter((pod) => textAt(pod, 'status', 'phase') !== 'Running')).toEqual([]);
	});

	test('a version whose image does not exist never becomes ready and says which image', async () => {
		const failing = helm(
			...['upgrade', '--install', 'ghost', chartOf('ghost'), '--version', '0.1.0', '--plain-http'],
			...['--wait', '--timeout', '2s'],
		);
		await expect(failing).rejects.toThrow(/deadline|not ready|timed out/i);
		const [pod] = sandbox.cluster.store
			.list('v1', 'Pod', 'default')
			.filter((candidate) => labelOf(candidate) === 'ghost');
		expect(JSON.stringify(at(pod, 'status', 'containerStatuses'))).toMatch(
			/(ImagePullBackOff|ErrImagePull).*does-not-exist/,
		);
	});
});

test('installs and ports survive a restart of the sandbox', async () => {
	await helm('upgrade', '--install', 'kept', chartOf('terminal'), '--version', '1.2.0', '--plain-http', '--wait');
	const before = { cluster: sandbox.cluster.url, github: sandbox.githubApiUrl, registry: sandbox.registryHost };
	await sandbox.close();
	sandbox = await startSandbox({ dataDir: join(folder, 'data') });
	helm = await helmInto(sandbox);
	expect({ cluster: sandbox.cluster.url, github: sandbox.githubApiUrl, registry: sandbox.registryHost }).toEqual(
		before,
	);
	expect(await helm('status', 'kept')).toContain('STATUS: deployed');
});

function isStartable({ id, version }: { id: string; version: string }): boolean {
	return id !== 'ghost' && !(id === 'billing' && version === '1.6.0');
}

/** One version per pack is enough to install; every version is rendered in sandbox-registry.test.ts. */
function isNewest(
	entry: { id: string; version: string },
	_index: number,
	all: readonly { id: string; version: string }[],
): boolean {
	return all.filter((candidate) => candidate.id === entry.id).at(-1) === entry;
}

function chartOf(id: string): string {
	return `oci://${sandbox.registryHost}/khal-os/charts/pack-${id}`;
}

function labelOf(object: unknown): string | undefined {
	return textAt(object, 'metadata', 'labels', 'app.kubernetes.io/instance');
}

/** A helm whose whole world is a folder of its own. */
async function helmInto({
	cluster,
	registryHost,
	githubToken,
}: Sandbox): Promise<(...args: string[]) => Promise<string>> {
	const { path } = await ensureHelm();
	const home = await mkdtemp(join(folder, 'helm-'));
	const auth = Buffer.from(`packyard:${githubToken}`).toString('base64');
	await writeFile(join(home, 'registry.json'), JSON.stringify({ auths: { [registryHost]: { auth } } }));
	await writeFile(join(home, 'kubeconfig.json'), cluster.kubeconfig(), { mode: 0o600 });
	const env = {
		NODE_ENV: 'test' as const,
		PATH: '/usr/bin:/bin',
		HOME: home,
		DOCKER_CONFIG: home,
		HELM_REGISTRY_CONFIG: join(home, 'registry.json'),
		KUBECONFIG: join(home, 'kubeconfig.json'),
	};
	return async (...args) => (await run(path, args, { env, cwd: home })).stdout;
}
