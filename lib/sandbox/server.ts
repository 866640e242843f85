import { randomBytes } from 'node:crypto';
import { type Cluster, type ClusterOptions, startCluster } from './cluster';
import type { SandboxPorts } from './ports';
import { fileIn, type RegistriesOptions, type SandboxRegistries, startRegistries } from './registries';

type SandboxOptions = RegistriesOptions & {
	/** Milliseconds added to every answer of the pretend cluster. */
	clusterLatencyMs?: number;
	/** How pods turn out and how long it takes, for tests. */
	cluster?: Pick<ClusterOptions, 'timing' | 'behaviour' | 'authorize'>;
};

/** The whole pretend world: three registries and a small Kubernetes API, on loopback ports. */
export type Sandbox = SandboxRegistries & { readonly cluster: Cluster };

/**
 * Start it. Ports are used again when free, because the portal stores URLs; `<dataDir>/cluster.jsonl` and
 * `registry.json` carry the state over a restart. The cluster's token is new at every start: nothing stores it.
 * Throws AppError when no port is free or a state file is damaged.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
	const cluster = await startCluster({
		...options.cluster,
		token: randomBytes(24).toString('base64url'),
		statePath: fileIn(options.dataDir, 'cluster.jsonl'),
		latencyMs: options.clusterLatencyMs ?? 0,
		port: options.ports?.cluster ?? 0,
	});
	try {
		const registries = await startRegistries(options);
		const ports: SandboxPorts = { ...registries.ports, cluster: Number(new URL(cluster.url).port) };
		return {
			...registries,
			ports,
			cluster,
			async close() {
				await Promise.all([registries.close(), cluster.close()]);
			},
		};
	} catch (error) {
		await cluster.close();
		throw error;
	}
}
