import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { readConfig } from '@/lib/config';
import { setRuntime, startRuntime } from '@/lib/runtime';
import { migratedDump } from './database';
import { serveApi } from './serve';

const Input = z.object({
	settings: z.record(z.string(), z.string()),
	/** The parent's pretend world: it goes on when this process is killed, as real registries and clusters do. */
	sandbox: z.object({
		org: z.string(),
		githubApiUrl: z.string(),
		registryHost: z.string(),
		npmUrl: z.string(),
		storageUrl: z.string(),
		githubToken: z.string(),
		kubeconfig: z.string(),
	}),
	firstTime: z.boolean(),
});

/** A whole portal as a process of its own, so that a test can kill it. Input on stdin; says where it is on stdout. SIGUSR2: forget every downloaded chart and frontend. */
const { settings, sandbox, firstTime } = Input.parse(JSON.parse(await text(process.stdin)));
const served = await serveApi();
const { kubeconfig, ...urls } = sandbox;
const starting = startRuntime(readConfig({ ...settings, PORT: String(served.port) }), {
	sandbox: { ...urls, cluster: { kubeconfig: () => kubeconfig }, close: async () => {} },
	...(firstTime ? { loadDump: await migratedDump() } : {}),
});
setRuntime(starting);
const runtime = await starting;
if (firstTime) await runtime.catalog.syncAll();
process.on('SIGUSR2', async () => {
	await runtime.db.client.artifact.deleteMany();
	process.stdout.write('forgotten\n');
});
process.stdout.write(`${JSON.stringify({ url: served.url, setupUrl: await runtime.setupUrl() })}\n`);
