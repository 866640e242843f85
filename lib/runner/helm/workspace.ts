import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConnection } from '../kube/connection';
import { writeKubeconfig } from '../kube/kubeconfig';
import { POST_RENDERER } from './args';

/** One private directory for one Helm run. */
export type Workspace = {
	dir: string;
	chartPath: string;
	socketPath: string;
	/** The whole environment of Helm; nothing is inherited. */
	env: NodeJS.ProcessEnv;
	remove(): Promise<void>;
};

export type WorkspaceOptions = {
	connection: KubeConnection;
	namespace: string;
	/** Helm's discovery cache, shared by all runs against this cluster. */
	cacheDir: string;
	chart: Buffer | null;
};

/**
 * Make the run directory (0700): kubeconfig and registry file (0600), the chart, and the post-renderer plugin. It lies
 * in the temporary directory because a unix socket path may have at most 107 bytes.
 */
export async function createWorkspace({
	connection,
	namespace,
	cacheDir,
	chart,
}: WorkspaceOptions): Promise<Workspace> {
	const dir = await mkdtemp(join(tmpdir(), 'pky-'));
	try {
		const plugin = join(dir, 'plugins', POST_RENDERER);
		await mkdir(plugin, { recursive: true, mode: 0o700 });
		const chartPath = join(dir, 'chart.tgz');
		await Promise.all([
			writeFile(join(dir, 'kubeconfig'), writeKubeconfig(connection, namespace), { mode: 0o600 }),
			writeFile(join(dir, 'registry.json'), '{"auths":{}}', { mode: 0o600 }),
			...(chart ? [writeFile(chartPath, chart, { mode: 0o600 })] : []),
			writeFile(join(plugin, 'plugin.yaml'), PLUGIN_YAML, { mode: 0o600 }),
			writeFile(join(plugin, 'inject.cjs'), INJECT_CJS, { mode: 0o600 }),
			// Helm splits the plugin's command at spaces, so the path of Node must not be spelled there.
			symlink(process.execPath, join(plugin, 'node')),
		]);
		const socketPath = join(dir, 's');
		return {
			dir,
			chartPath,
			socketPath,
			env: envOf(dir, socketPath, namespace, cacheDir),
			remove: () => removeWorkspace(dir),
		};
	} catch (error) {
		await removeWorkspace(dir);
		throw error;
	}
}

/** Also used for the directories a crashed runner left behind; they hold credentials. */
export async function removeWorkspace(dir: string): Promise<void> {
	await rm(dir, { recursive: true, force: true });
}

function envOf(dir: string, socketPath: string, namespace: string, cacheDir: string): NodeJS.ProcessEnv {
	return {
		NODE_ENV: 'production',
		PATH: '/usr/local/bin:/usr/bin:/bin',
		// Without these Helm falls back to the credentials of the user's own Docker and Helm.
		HOME: dir,
		DOCKER_CONFIG: dir,
		TMPDIR: dir,
		KUBECONFIG: join(dir, 'kubeconfig'),
		KUBECACHEDIR: cacheDir,
		HELM_CACHE_HOME: join(dir, 'cache'),
		HELM_CONFIG_HOME: join(dir, 'config'),
		HELM_DATA_HOME: join(dir, 'data'),
		HELM_PLUGINS: join(dir, 'plugins'),
		HELM_REGISTRY_CONFIG: join(dir, 'registry.json'),
		HELM_NAMESPACE: namespace,
		HELM_COLOR: 'never',
		NO_COLOR: '1',
		// Waiting lists the pods of every old ReplicaSet; the defaults throttle that into timeouts (helm.md 1.3).
		HELM_BURST_LIMIT: '300',
		HELM_QPS: '100',
		PACKYARD_INJECT_SOCKET: socketPath,
	};
}

const PLUGIN_YAML = `apiVersion: v1
type: postrenderer/v1
name: ${POST_RENDERER}
version: 0.1.0
runtime: subprocess
runtimeConfig:
  platformCommand:
    - command: "\${HELM_PLUGIN_DIR}/node"
      args: ["\${HELM_PLUGIN_DIR}/inject.cjs"]
`;

/**
 * The whole plugin: a pipe to the runner, which does the work and answers with one status byte and the text. Written
 * from here so that it exists in every packaging, and without dependencies and as CommonJS because that starts in half the time.
 */
const INJECT_CJS = `const { connect } = require('node:net');
const socket = connect(process.env.PACKYARD_INJECT_SOCKET);
const chunks = [];
process.stdin.pipe(socket);
socket.on('data', (chunk) => chunks.push(chunk));
socket.on('error', (error) => fail(error.message));
socket.on('end', () => {
	const reply = Buffer.concat(chunks);
	if (reply[0] !== 0x2b) return fail(reply.subarray(1).toString() || 'the runner closed the connection');
	process.stdout.write(reply.subarray(1), () => process.exit(0));
});
function fail(message) {
	process.stderr.write(message + '\\n', () => process.exit(1));
}
`;
