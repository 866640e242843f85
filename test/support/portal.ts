import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { createApi } from '@/lib/api-client';
import { readConfig } from '@/lib/config';
import type { Operation } from '@/lib/contracts/operations';
import { type Runtime, setRuntime, startRuntime } from '@/lib/runtime';
import { type Sandbox, startSandbox } from '@/lib/sandbox';
import { ensureHelm } from '@/scripts/fetch-helm.mjs';
import { migratedDump } from './database';
import { serveApi } from './serve';

export const OWNER = { name: 'Ana Souza', email: 'ana@example.test', password: 'correct horse battery' };

/** A whole portal on loopback: real database, sandbox, real Helm, the real routes over HTTP; in a folder of its own. */
export type Portal = {
	url: string;
	dataDir: string;
	runtime: Runtime;
	sandbox: Sandbox;
	/** Cookie header of the signed-in owner. */
	cookie: string;
	/** One request with the owner's session. */
	send(method: string, path: string, body?: unknown): Promise<Response>;
	/** The same, parsed; throws when the status is not 2xx. */
	ask<Schema extends z.ZodType>(
		schema: Schema,
		method: string,
		path: string,
		body?: unknown,
	): Promise<z.output<Schema>>;
	/** Wait until an operation has ended. */
	finished(id: string): Promise<Operation>;
	close(): Promise<void>;
};

type Settings = Record<string, string>;

/** Timings far below a real cluster's, so that a whole story takes seconds. */
const fast = { pullMs: 20, startMs: 20, jobMs: 20, deleteMs: 10, crashMs: 30 };

/**
 * Start it. `dataDir` lets a second portal take over the folder of an earlier one; the sandbox then keeps its state.
 * `settings` are environment variables as an admin would set them.
 */
export async function startPortal(
	options: {
		settings?: Settings | ((sandbox: Sandbox) => Settings | Promise<Settings>);
		dataDir?: string;
		owner?: boolean;
	} = {},
): Promise<Portal> {
	const helm = await ensureHelm({ helmBin: process.env.HELM_BIN });
	const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'packyard-portal-')));
	const sandbox = await startSandbox({ dataDir: join(dataDir, 'sandbox'), cluster: { timing: fast } });
	const served = await serveApi();
	const config = readConfig({
		PORT: String(served.port),
		PACKYARD_DATA_DIR: dataDir,
		PACKYARD_LOG_FILE: join(dataDir, 'packyard.log'),
		PACKYARD_PATIENCE_SECONDS: '1',
		PACKYARD_LEASE_SECONDS: '2',
		PACKYARD_HELM_TIMEOUT_SECONDS: '30',
		PACKYARD_SIGN_IN_LIMIT: '1000',
		HELM_BIN: helm.path,
		...(typeof options.settings === 'function' ? await options.settings(sandbox) : options.settings),
	});
	const firstTime = options.dataDir === undefined;
	const starting = startRuntime(config, { sandbox, ...(firstTime ? { loadDump: await migratedDump() } : {}) });
	setRuntime(starting);
	const runtime = await starting;
	await runtime.catalog.syncAll();

	const cookie = options.owner === false ? '' : await signIn(served.url, runtime);
	const send: Portal['send'] = (method, path, body) =>
		fetch(`${served.url}${path}`, {
			method,
			headers: { cookie, origin: served.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	const ask: Portal['ask'] = async (schema, method, path, body) => {
		const response = await send(method, path, body);
		const answer: unknown = await response.json();
		if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
		return schema.parse(answer);
	};
	return {
		url: served.url,
		dataDir,
		runtime,
		sandbox,
		cookie,
		send,
		ask,
		finished: (id) => finished(runtime, id),
		close: async () => {
			await runtime.close();
			await served.close();
			if (firstTime) await rm(dataDir, { recursive: true, force: true });
		},
	};
}

async function signIn(url: string, runtime: Runtime): Promise<string> {
	const link = await runtime.setupUrl();
	if (link !== null) {
		const token = new URL(link).searchParams.get('token') ?? '';
		await createApi({ baseUrl: url }).setup.create({ token, ...OWNER });
	}
	const response = await fetch(`${url}/api/auth/sign-in/email`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: url },
		body: JSON.stringify({ email: OWNER.email, password: OWNER.password }),
	});
	if (!response.ok) throw new Error(`sign-in answered ${response.status}`);
	return response.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}

async function finished(runtime: Runtime, id: string): Promise<Operation> {
	for (let tries = 0; tries < 600; tries++) {
		const { operation } = await runtime.installs.view(id, 0);
		if (operation.finishedAt !== null) return operation;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`operation ${id} did not end within a minute`);
}
