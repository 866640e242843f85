import { AppError } from '@/lib/core';
import { classifyAddress, classifyHost } from './addresses';

/**
 * Which hosts a source may talk to. Redirects and token endpoints are chosen by the server, so every hop is checked
 * against this (server-side request forgery, facts: google/go-containerregistry#2295).
 */
export type HostPolicy = {
	/** `host[:port]` the admin configured for this source. */
	configured: readonly string[];
	/** Further hosts, exactly or as `*.suffix`; without a port any port is meant. */
	allowed: readonly string[];
	/** `host[:port]` that may be reached without TLS, besides loopback ones. */
	plainHttp: readonly string[];
	/** The source lives in the admin's own network. */
	internal: boolean;
};

/**
 * Refuse `url` unless the policy allows it. `alsoAllowed` holds hosts that the caller has checked by a rule of its
 * own (token endpoints). Throws AppError `upstream_forbidden`, naming the host and what to change.
 */
export function checkTarget(url: URL, policy: HostPolicy, alsoAllowed: readonly string[] = []): void {
	const host = url.host.toLowerCase();
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		throw refused(host, `uses ${url.protocol} instead of https`, 'Ask whoever runs the registry to use https.');
	}
	if (url.username !== '' || url.password !== '') {
		throw refused(host, 'is given with credentials in the address', 'Remove the credentials from the address.');
	}
	const isKnown = [...policy.configured, ...policy.allowed, ...alsoAllowed].some((p) => matchesHost(p, host));
	if (!isKnown) {
		throw refused(host, 'is not among the allowed hosts', `Add ${host} to the allowed hosts of this source.`);
	}
	checkKind(classifyHost(url.hostname), host, policy);
	if (url.protocol === 'http:' && !mayUsePlainHttp(url, policy)) {
		throw refused(host, 'would be reached without TLS', `Use https, or allow plain http for ${host} explicitly.`);
	}
}

/** Redirects may go to any name below an allowed suffix; the names are not ours to keep for ever. */
const MOST_PASSED = 100;

/** `checkTarget` for the requests of one client: an origin that passed without exceptions is not looked at again. */
export function createTargetCheck(policy: HostPolicy): (url: URL, alsoAllowed?: readonly string[]) => void {
	const passed = new Set<string>();
	return (url, alsoAllowed) => {
		const { origin } = url;
		// With credentials in the address it does not start with its origin.
		if (passed.has(origin) && url.href.startsWith(`${origin}/`)) return;
		checkTarget(url, policy, alsoAllowed);
		if (alsoAllowed === undefined && passed.size < MOST_PASSED) passed.add(origin);
	};
}

/**
 * Check what a name resolved to. A name the admin wrote out may be inside the network; one that only matches
 * `*.suffix` (or comes from the server) must not suddenly point there (DNS rebinding).
 */
export function checkResolved(hostname: string, address: string, policy: HostPolicy): void {
	const kind = classifyAddress(address);
	const isWrittenOut = [...policy.configured, ...policy.allowed].some((p) => hostnameOf(p) === hostname.toLowerCase());
	if (isWrittenOut && kind !== 'forbidden') return;
	checkKind(kind, hostname, policy);
}

/** `pattern` is `host`, `host:port` or `*.suffix`; `host` is `host[:port]` as in URL.host. */
export function matchesHost(pattern: string, host: string): boolean {
	const wanted = pattern.toLowerCase();
	const given = host.toLowerCase();
	if (wanted === given || wanted === hostnameOf(given)) return true;
	return wanted.startsWith('*.') && hostnameOf(given).endsWith(wanted.slice(1));
}

function checkKind(kind: ReturnType<typeof classifyHost>, host: string, policy: HostPolicy): void {
	if (kind === null || kind === 'public') return;
	if (kind === 'loopback' && isOnLoopback(policy)) return;
	if (kind === 'private' && isInside(policy)) return;
	const words = { loopback: 'this machine', private: 'a private network', forbidden: 'a reserved address' }[kind];
	const hint =
		kind === 'forbidden'
			? 'No registry lives there; check the address and ask whoever runs the registry.'
			: 'If the registry really is in your own network, mark the source as internal.';
	throw refused(host, `points to ${words}`, hint);
}

function isOnLoopback(policy: HostPolicy): boolean {
	return policy.configured.some((host) => classifyHost(hostnameOf(host)) === 'loopback');
}

function isInside(policy: HostPolicy): boolean {
	return policy.internal || policy.configured.some((host) => classifyHost(hostnameOf(host)) === 'private');
}

function mayUsePlainHttp(url: URL, policy: HostPolicy): boolean {
	if (classifyHost(url.hostname) === 'loopback') return true;
	return policy.plainHttp.some((host) => matchesHost(host, url.host));
}

function hostnameOf(host: string): string {
	return host.toLowerCase().replace(/:\d+$/, '');
}

function refused(host: string, why: string, hint: string): AppError {
	return new AppError('upstream_forbidden', `${host} ${why}; nothing was sent there.`, {
		hint,
		details: { host, status: null, retriable: false, refusedHost: host },
	});
}
