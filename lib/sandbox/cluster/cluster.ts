import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isRecord } from '@/lib/core';
import type { Behaviour } from './behaviour';
import { createCertificate } from './certificate';
import type { KubeObject } from './object';
import { type Authorize, createApiServer } from './server';
import { Simulator } from './simulator';
import { keepSaving, loadState } from './state-file';
import { ObjectStore } from './store';
import { defaultTiming, type Timing } from './world';
import { createObject } from './writes';

export type ClusterOptions = {
	/** The bearer token that every request must carry. */
	token: string;
	/** 0 or absent: the port of the last time if it is free, else any. */
	port?: number;
	/** Where the cluster's state is kept between starts; absent or null: in memory only. */
	statePath?: string | null;
	/** Milliseconds added to every answer. */
	latencyMs?: number;
	timing?: Partial<Timing>;
	/** Decides how pods turn out; undefined leaves it to their annotation and image. */
	behaviour?: (pod: KubeObject) => Behaviour | undefined;
	/** Absent: everything is allowed. */
	authorize?: Authorize;
	/** Mistakes of the pretend cluster itself. */
	onError?: (error: unknown) => void;
};

export type Cluster = {
	/** `https://127.0.0.1:<port>` */
	url: string;
	caPem: string;
	/** A kubeconfig (JSON, which is YAML) with CA and token. */
	kubeconfig: (namespace?: string) => string;
	/** What is stored, for assertions. The objects are frozen. */
	store: {
		list: (apiVersion: string, kind: string, namespace?: string) => KubeObject[];
		peek: (apiVersion: string, kind: string, namespace: string | undefined, name: string) => KubeObject | undefined;
	};
	/** The environment a container (by default the first) started with; undefined while it has not started. */
	effectiveEnv: (namespace: string, pod: string, container?: string) => Record<string, string> | undefined;
	setLatency: (ms: number) => void;
	/** Cut all connections, stop the simulation, write the state. */
	close: () => Promise<void>;
};

/**
 * Start the pretend cluster on the loopback interface.
 * @throws {AppError} internal, when the state file cannot be used
 * @throws the listen error, when `port` is taken
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const { token, statePath = null, port = 0, onError = console.error } = options;
	const saved = statePath === null ? undefined : await loadState(statePath);
	const certificate = saved?.certificate ?? createCertificate();
	const store = new ObjectStore();
	if (saved) store.restore(saved.resourceVersion, saved.objects);
	const timing = { ...defaultTiming, ...options.timing };
	const simulator = new Simulator({ store, timing, decide: options.behaviour, onError });
	if (saved) simulator.resume();
	else seed(store);

	let latency = options.latencyMs ?? 0;
	const server = createApiServer({
		...{ store, kubelet: simulator.kubelet, certificate, token, onError },
		latencyMs: () => latency,
		authorize: options.authorize ?? (() => true),
	});
	const listening = await listen(server, port, saved?.port).catch((error: unknown) => {
		simulator.stop();
		throw error;
	});
	const saver =
		statePath === null ? undefined : keepSaving(store, { path: statePath, port: listening, certificate, onError });
	const url = `https://127.0.0.1:${listening}`;
	return {
		url,
		caPem: certificate.certPem,
		kubeconfig: (namespace = 'default') => kubeconfigOf({ url, token, caPem: certificate.certPem, namespace }),
		store: {
			list: (apiVersion, kind, namespace) => store.list(store.kinds.get(apiVersion, kind), namespace),
			peek: (apiVersion, kind, namespace, name) => store.peek(store.kinds.get(apiVersion, kind), namespace, name),
		},
		effectiveEnv: (namespace, pod, container) =>
			simulator.kubelet.environmentOf(store.get(store.kinds.get('v1', 'Pod'), namespace, pod), container),
		setLatency: (ms) => {
			latency = ms;
		},
		close: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			simulator.stop();
			await closed;
			saver?.close();
		},
	};
}

/** A wanted port must be had; a remembered one is only preferred. */
async function listen(server: Server, wanted: number, remembered: number | undefined): Promise<number> {
	if (wanted === 0 && remembered !== undefined) {
		try {
			return await listenOn(server, remembered);
		} catch (error) {
			if (!isRecord(error) || error.code !== 'EADDRINUSE') throw error;
		}
	}
	return listenOn(server, wanted);
}

async function listenOn(server: Server, port: number): Promise<number> {
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const address: AddressInfo | string | null = server.address();
	return typeof address === 'object' && address !== null ? address.port : port;
}

/** What a fresh cluster has; the simulator adds what belongs into every namespace. */
function seed(store: ObjectStore): void {
	for (const name of ['default', 'kube-system', 'kube-public']) add('v1', 'Namespace', { metadata: { name } });
	add('v1', 'Node', {
		metadata: { name: 'sandbox-node' },
		status: { conditions: [{ type: 'Ready', status: 'True' }] },
	});
	const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
	add('storage.k8s.io/v1', 'StorageClass', {
		metadata: { name: 'standard', annotations },
		provisioner: 'packyard-sandbox',
	});

	function add(apiVersion: string, kind: string, input: Parameters<typeof createObject>[2]): void {
		createObject(store, { kind: store.kinds.get(apiVersion, kind), namespace: undefined }, input);
	}
}

function kubeconfigOf({
	url,
	token,
	caPem,
	namespace,
}: {
	url: string;
	token: string;
	caPem: string;
	namespace: string;
}): string {
	const name = 'packyard-sandbox';
	return JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': name,
		clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
		users: [{ name, user: { token } }],
		contexts: [{ name, context: { cluster: name, user: name, namespace } }],
	});
}
