// One process: Next's request handler on our own HTTP server, so that the port, the signals and the order of shutdown
// are ours. The runtime (database, worker, sandbox) is started by instrumentation.ts and found on globalThis.
import { createServer } from 'node:http';
import { withSafeHeaders } from './safe-headers.mjs';

const RUNTIME = Symbol.for('packyard.runtime');
const FAILURE = Symbol.for('packyard.failure');
const PORTS_TO_TRY = 20;
const LAST_PORT = 65_535;
const SHUTDOWN_MS = 20_000;

/**
 * Listen, start Next and the runtime, and install the signal handlers.
 * @param {{ dev: boolean }} options
 * @returns {Promise<{ url: string, setupUrl: string | null, portNote: string | null, sandbox: 'everything' | 'packs' | 'cluster' | null, role: string }>}
 */
export async function serve({ dev }) {
	const host = process.env.HOST || '127.0.0.1';
	const wanted = wantedPort(process.env.PORT || '3000');
	let handle = (_request, response) => response.writeHead(503, { 'retry-after': '1' }).end('Starting');
	const server = createServer((request, response) => handle(request, withSafeHeaders(response)));
	const port = await listen(server, { host, port: wanted });
	process.env.PORT = String(port);

	const { default: next } = await import('next');
	const app = next({ dev, hostname: host, port, httpServer: server });
	await app.prepare();
	if (globalThis[FAILURE] !== undefined) throw globalThis[FAILURE];
	handle = app.getRequestHandler();

	// The first request waits for the runtime, whichever of instrumentation and routes got to it first.
	await fetch(`${ownUrl(server)}/api/health`).catch(() => undefined);
	const runtime = await globalThis[RUNTIME];
	if (runtime === undefined) throw globalThis[FAILURE] ?? new Error('The runtime did not start; the log says why.');
	installSignals({ server, runtime });
	return {
		url: runtime.url,
		setupUrl: await runtime.setupUrl(),
		portNote: port === wanted || wanted === 0 ? null : `port ${wanted} is taken, so this is the next free one`,
		sandbox: runtime.sandbox,
		role: runtime.config.role,
	};
}

function wantedPort(text) {
	const port = Number(text);
	if (Number.isInteger(port) && port >= 0 && port <= LAST_PORT) return port;
	throw new Error(`PORT is ${text}, which is no port: set it to a number from 0 to ${LAST_PORT}.`);
}

/** Where this process reaches itself: it may listen on one address that is not loopback. */
function ownUrl(server) {
	const { address, port } = server.address();
	if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
	return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

async function listen(server, { host, port }) {
	const last = Math.min(port + PORTS_TO_TRY - 1, LAST_PORT);
	for (let candidate = port; candidate <= last; candidate++) {
		const outcome = await new Promise((resolve) => {
			server.once('error', (error) => resolve(error));
			server.listen(candidate, host, () => resolve(null));
		});
		server.removeAllListeners('error');
		if (outcome === null) return server.address().port;
		if (outcome.code !== 'EADDRINUSE')
			throw new Error(
				`Packyard cannot listen on ${host}, port ${candidate} (${outcome.message}). Check HOST and PORT.`,
			);
	}
	throw new Error(`Ports ${port} to ${last} are all taken. Set PORT to a free one.`);
}

/** SIGTERM and SIGINT: no new requests, leases released, database closed, then out. A second signal leaves at once. */
function installSignals({ server, runtime }) {
	let stopping = false;
	for (const signal of ['SIGTERM', 'SIGINT']) {
		process.on(signal, async () => {
			if (stopping) process.exit(1);
			stopping = true;
			const late = setTimeout(() => process.exit(1), SHUTDOWN_MS);
			late.unref();
			server.close();
			server.closeIdleConnections();
			try {
				await runtime.close();
			} finally {
				server.closeAllConnections();
				process.exit(0);
			}
		});
	}
}
