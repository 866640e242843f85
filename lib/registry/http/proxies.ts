import { BlockList, isIP } from 'node:net';
import { Secret } from '@/lib/core';
import { classifyHost } from './addresses';

/** What the environment of the server says about proxies (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); each may hold a password. */
export type Proxies = { https: Secret | null; http: Secret | null; except: readonly string[] };

/** A proxy to go through: its address with credentials, and `host:port` for texts. */
export type Way = { proxy: Secret; host: string; from: 'source' | 'server' };

/**
 * The proxy for an address, null for none. A source's own proxy is for everything it asks. The server's is for what
 * NO_PROXY does not name and never for this very machine, as Helm, kubectl and every other Go program read it
 * (golang.org/x/net/http/httpproxy).
 */
export function wayTo(url: URL, { own, server }: { own: string | null; server: Proxies }): Way | null {
	if (own !== null) return { proxy: new Secret(own), host: new URL(own).host, from: 'source' };
	const proxy = url.protocol === 'https:' ? server.https : server.http;
	if (proxy === null || classifyHost(url.hostname) === 'loopback') return null;
	if (server.except.some((entry) => isNamedBy(entry.toLowerCase(), url))) return null;
	return { proxy, host: new URL(proxy.reveal()).host, from: 'server' };
}

/** `*`, `host`, `.suffix`, `*.suffix`, any of them with a port, an address, or a range of addresses. */
function isNamedBy(entry: string, url: URL): boolean {
	if (entry === '*') return true;
	const hostname = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
	if (isIP(hostname) !== 0 && isInRange(entry.replace(/^\[|\]$/g, ''), hostname)) return true;
	const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
	if (name === '' || (port !== undefined && port !== portOf(url))) return false;
	const bare = name.replace(/^\[|\]$/g, '');
	if (/^\*?\./.test(bare)) return hostname.endsWith(bare.replace(/^\*/, ''));
	return hostname === bare || hostname.endsWith(`.${bare}`);
}

function isInRange(range: string, address: string): boolean {
	const [, start = '', prefix] = /^([0-9a-f:.]+)\/(\d{1,3})$/.exec(range) ?? [];
	const family = isIP(start);
	if (family === 0 || family !== isIP(address) || Number(prefix) > (family === 4 ? 32 : 128)) return false;
	const type = family === 4 ? 'ipv4' : 'ipv6';
	const list = new BlockList();
	list.addSubnet(start, Number(prefix), type);
	return list.check(address, type);
}

function portOf(url: URL): string {
	return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}
