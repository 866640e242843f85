import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import { AppError, messageOf } from '@/lib/core';
import type { KubeConnection } from './connection';
import { createCredentials, type KubeCredentials } from './credentials';
import { createDiscovery, type Discovery } from './discovery';
import { kubeError, refusalOf } from './errors';
import { KubeList, KubeObject, KubeVersion } from './schema';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
export type ListSelector = { labels?: string; fields?: string };

/** The dozen calls the runner needs, over one keep-alive agent. Every method throws AppError (see errors.ts). */
export type KubeClient = {
	version(): Promise<string>;
	read(path: string, query?: Query): Promise<unknown>;
	/** null when it does not exist. */
	find(path: string): Promise<KubeObject | null>;
	/** All pages; items carry the kind and apiVersion of the list. */
	list(path: string, selector?: ListSelector): Promise<KubeObject[]>;
	create(path: string, body: unknown): Promise<KubeObject>;
	/** Pass the resourceVersion in the body: 409 when somebody was faster. */
	replace(path: string, body: unknown): Promise<KubeObject>;
	mergePatch(path: string, body: unknown): Promise<KubeObject>;
	/** Server-side apply without persisting; returns what the object would become. */
	dryRunApply(path: string, body: unknown): Promise<KubeObject>;
	/** false when it did not exist. */
	remove(path: string, options?: { propagation?: 'Background' | 'Foreground' }): Promise<boolean>;
	/** Last lines of a container, at most 64 KiB. */
	logs(namespace: string, pod: string, container: string, options: LogOptions): Promise<string>;
	discovery: Discovery;
	close(): Promise<void>;
};
export type LogOptions = { lines: number; previous: boolean };

type Send = {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	query?: Query | undefined;
	body?: unknown;
	type?: string;
	accept?: string;
};

const TIMEOUT_MS = 30_000;
const MAX_BODY = 64 * 1024 * 1024;
const PAGE = 500;

export function createKubeClient(connection: KubeConnection): KubeClient {
	const credentials = createCredentials(connection);
	const agents = new Map<string, Agent>();

	async function send(call: Send): Promise<string> {
		const first = await attempt(call, await credentials.current());
		if (first.status === 401 && credentials.renewable) {
			// Rotated or expired early: one more try with fresh credentials.
			return textOrThrow(await attempt(call, await credentials.current({ refresh: true })), call);
		}
		return textOrThrow(first, call);
	}

	async function attempt(call: Send, signed: KubeCredentials): Promise<{ status: number; text: string }> {
		const query = new URLSearchParams();
		for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, `${value}`);
		const url = `${connection.server}${call.path}${query.size > 0 ? `?${query}` : ''}`;
		const headers: Record<string, string> = { accept: call.accept ?? 'application/json' };
		if (call.body !== undefined) headers['content-type'] = call.type ?? 'application/json';
		// Like client-go, never send a token in clear text.
		if (signed.token && url.startsWith('https:')) headers.authorization = `Bearer ${signed.token.reveal()}`;
		try {
			const response = await undiciRequest(url, {
				method: call.method,
				headers,
				body: call.body === undefined ? null : JSON.stringify(call.body),
				dispatcher: agentFor(signed),
				headersTimeout: TIMEOUT_MS,
				bodyTimeout: TIMEOUT_MS,
			});
			return { status: response.statusCode, text: await readCapped(response.body) };
		} catch (cause) {
			if (cause instanceof AppError) throw cause;
			throw new AppError(
				'cluster_unreachable',
				`The cluster at ${connection.server} does not answer: ${reasonOf(cause)}`,
				{
					hint: 'Check that the address in the kubeconfig is right and reachable from the runner.',
					cause,
				},
			);
		}
	}

	function agentFor(signed: KubeCredentials): Dispatcher {
		// Plugins may hand out a new client certificate; connections of the old one must not be reused.
		const key = signed.certificate ?? '';
		let agent = agents.get(key);
		if (!agent) {
			agent = new Agent({
				connections: 16,
				connect: {
					...(connection.ca !== null && { ca: connection.ca }),
					...(signed.certificate !== null && { cert: signed.certificate }),
					...(signed.key && { key: signed.key.reveal() }),
					...(connection.serverName !== null && { servername: connection.serverName }),
					rejectUnauthorized: !connection.insecure,
					timeout: 10_000,
				},
			});
			agents.set(key, agent);
		}
		return agent;
	}

	async function sendJson(call: Send): Promise<unknown> {
		const text = await send(call);
		try {
			return JSON.parse(text);
		} catch (cause) {
			throw new AppError('upstream_invalid', `The cluster did not answer with JSON (${call.method} ${call.path}).`, {
				cause,
			});
		}
	}

	async function sendObject(call: Send): Promise<KubeObject> {
		return KubeObject.parse(await sendJson(call));
	}

	async function list(path: string, selector: ListSelector = {}): Promise<KubeObject[]> {
		const found: KubeObject[] = [];
		let next: string | undefined;
		do {
			const query = { labelSelector: selector.labels, fieldSelector: selector.fields, limit: PAGE, continue: next };
			const page = KubeList.parse(await sendJson({ method: 'GET', path, query }));
			const kind = page.kind.replace(/List$/, '');
			for (const item of page.items) {
				const object = KubeObject.parse(item);
				found.push({ ...object, apiVersion: object.apiVersion || page.apiVersion, kind: object.kind || kind });
			}
			next = page.metadata.continue || undefined;
		} while (next);
		return found;
	}

	return {
		version: async () => KubeVersion.parse(await sendJson({ method: 'GET', path: '/version' })).gitVersion,
		read: (path, query) => sendJson({ method: 'GET', path, query }),
		find: (path) => orNull(sendObject({ method: 'GET', path })),
		list,
		create: (path, body) => sendObject({ method: 'POST', path, body }),
		replace: (path, body) => sendObject({ method: 'PUT', path, body }),
		mergePatch: (path, body) => sendObject({ method: 'PATCH', path, body, type: 'application/merge-patch+json' }),
		dryRunApply: (path, body) =>
			sendObject({
				method: 'PATCH',
				path,
				body,
				type: 'application/apply-patch+yaml',
				query: { dryRun: 'All', fieldManager: 'helm', force: true, fieldValidation: 'Strict' },
			}),
		remove: async (path, { propagation = 'Background' } = {}) => {
			const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation };
			return (await orNull(sendJson({ method: 'DELETE', path, body }))) !== null;
		},
		logs: (namespace, pod, container, { lines, previous }) =>
			send({
				method: 'GET',
				path: `/api/v1/namespaces/${namespace}/pods/${pod}/log`,
				query: { container, tailLines: lines, limitBytes: 65_536, previous: previous || undefined },
				accept: 'application/json, */*',
			}),
		discovery: createDiscovery((path) => sendJson({ method: 'GET', path })),
		close: async () => {
			await Promise.all([...agents.values()].map((agent) => agent.close()));
		},
	};
}

function textOrThrow({ status, text }: { status: number; text: string }, call: Send): string {
	if (status >= 200 && status < 300) return text;
	throw kubeError(status, text, `${call.method} ${call.path}`);
}

/** 404 is an answer here, every other refusal stays an error. */
async function orNull<T>(pending: Promise<T>): Promise<T | null> {
	try {
		return await pending;
	} catch (error) {
		if (refusalOf(error)?.status === 404) return null;
		throw error;
	}
}

async function readCapped(body: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > MAX_BODY) throw new AppError('too_large', 'The answer of the cluster is larger than 64 MiB.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(cause: unknown): string {
	if (cause instanceof Error && cause.cause instanceof Error) return cause.cause.message;
	return messageOf(cause) || 'no connection';
}
