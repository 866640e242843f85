import { createServer } from 'node:http';
import { connect } from 'node:net';

/** An HTTP proxy on loopback that tunnels, and remembers where to and with which Proxy-Authorization. */
export type Tunnel = {
	readonly url: string;
	/** `127.0.0.1:PORT` */
	readonly host: string;
	readonly seen: { to: string; authorization: string | null }[];
	close(): Promise<void>;
};

/**
 * `leadsTo`: every name leads to this `host:port`, so that a host may be called what it is called in the world.
 * `refusal`: a status that is answered instead of a tunnel.
 */
export async function startTunnel({
	leadsTo = null,
	refusal = () => null,
}: {
	leadsTo?: string | null;
	refusal?: (authorization: string | null) => number | null;
} = {}): Promise<Tunnel> {
	const seen: Tunnel['seen'] = [];
	const server = createServer().on('connect', (request, client) => {
		const to = request.url ?? '';
		const authorization = request.headers['proxy-authorization'] ?? null;
		seen.push({ to, authorization });
		client.on('error', () => client.destroy());
		const status = refusal(authorization);
		if (status !== null) {
			client.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\n\r\n`);
			return;
		}
		const [host = '', port = ''] = (leadsTo ?? to).split(':');
		const upstream = connect(Number(port), host, () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			upstream.pipe(client).pipe(upstream);
		});
		upstream.on('error', () => client.destroy());
		client.on('error', () => upstream.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('no address');
	const host = `127.0.0.1:${address.port}`;
	return {
		host,
		url: `http://${host}`,
		seen,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
