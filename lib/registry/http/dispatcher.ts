import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { checkResolved, type HostPolicy } from './policy';
import { type Proxies, type Way, wayTo } from './proxies';

/** `proxy` is the source's own, `proxies` those of the server. */
type RouteOptions = { policy: HostPolicy; ca: string | null; proxy: string | null; proxies: Proxies };

/** How an address is reached; `way` is null without a proxy. */
export type Routes = {
	to(url: URL): { dispatcher: Dispatcher; way: Way | null };
	close(): Promise<void>;
};

const CONNECT_TIMEOUT = 10_000;

/**
 * Connections of one source: its own trust in certificates and its own proxy, and addresses checked after the name was
 * resolved. Behind a proxy the proxy resolves names, so only the proxy itself is looked up here.
 */
export function createRoutes({ policy, ca, proxy: own, proxies: server }: RouteOptions): Routes {
	const trust = ca === null ? {} : { ca: [...rootCertificates, ca] };
	const direct = new Agent({ connect: { ...trust, lookup: guardedLookup(policy), timeout: CONNECT_TIMEOUT } });
	const proxied = new Map<string, ProxyAgent>();

	function through(way: Way): ProxyAgent {
		const uri = way.proxy.reveal();
		const known = proxied.get(uri);
		if (known) return known;
		const made = new ProxyAgent({ uri, requestTls: trust, proxyTls: trust, connectTimeout: CONNECT_TIMEOUT });
		proxied.set(uri, made);
		return made;
	}

	return {
		to(url) {
			const way = wayTo(url, { own, server });
			return { way, dispatcher: way === null ? direct : through(way) };
		},
		close: async () => void (await Promise.all([direct, ...proxied.values()].map((agent) => agent.close()))),
	};
}

/** `dns.lookup` that fails with our own error when a name points where the policy does not allow. */
function guardedLookup(policy: HostPolicy): LookupFunction {
	return (hostname, options, callback) => {
		systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
			if (error) return callback(error, '', 0);
			try {
				for (const { address } of addresses) checkResolved(hostname, address, policy);
			} catch (refusal) {
				return callback(refusal instanceof Error ? refusal : new Error(String(refusal)), '', 0);
			}
			const [first] = addresses;
			if (options.all) return callback(null, addresses);
			return first
				? callback(null, first.address, first.family)
				: callback(new Error(`No address for ${hostname}`), '', 0);
		});
	};
}
