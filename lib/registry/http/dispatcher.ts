import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { checkResolved, type HostPolicy } from './policy';

export type DispatcherOptions = { policy: HostPolicy; ca: string | null; proxy: string | null };

const CONNECT_TIMEOUT = 10_000;

/**
 * Connections of one source: its own trust in certificates and its own proxy, and addresses checked after the name was
 * resolved. Behind a proxy the proxy resolves names, so only the proxy itself is looked up here.
 */
export function createDispatcher({ policy, ca, proxy }: DispatcherOptions): Dispatcher {
	const trust = ca === null ? {} : { ca: [...rootCertificates, ca] };
	if (proxy !== null) {
		return new ProxyAgent({ uri: proxy, requestTls: trust, proxyTls: trust, connectTimeout: CONNECT_TIMEOUT });
	}
	return new Agent({ connect: { ...trust, lookup: guardedLookup(policy), timeout: CONNECT_TIMEOUT } });
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
