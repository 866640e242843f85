import { AppError } from '@/lib/core';
import { classifyHost } from '../http/addresses';
import { type HostPolicy, matchesHost } from '../http/policy';

/**
 * The realm of a challenge is chosen by the server, and credentials go there: it must be the registry itself, a host of
 * the same registrable domain, or one the admin allowed; https unless the registry itself is http. Returns its URL.
 * Throws AppError `upstream_forbidden` that names the host, or `upstream_invalid` for something that is no address.
 */
export function trustedRealm(realm: string, registry: URL, policy: HostPolicy): URL {
	const details = { host: registry.host, status: 401, retriable: false };
	if (!URL.canParse(realm)) {
		throw new AppError('upstream_invalid', `${registry.host} names a token endpoint that is not an address.`, {
			hint: 'Ask whoever runs the registry to correct its WWW-Authenticate header.',
			details,
		});
	}
	const url = new URL(realm);
	const isHttp = url.protocol === 'http:' && registry.protocol === 'http:';
	const isTrusted =
		url.host === registry.host ||
		isSameSite(url.hostname, registry.hostname) ||
		policy.allowed.some((pattern) => matchesHost(pattern, url.host));
	if (isTrusted && (url.protocol === 'https:' || isHttp) && url.username === '' && url.password === '') return url;
	throw new AppError(
		'upstream_forbidden',
		`${registry.host} wants the credential to be sent to ${url.host}; it was not.`,
		{
			hint: `If that is right, add ${url.host} to the allowed hosts of this source.`,
			details: { ...details, refusedHost: url.host },
		},
	);
}

/**
 * Two names below the same registrable domain. Without the public suffix list this is a careful guess: the last two
 * labels, three when the second one looks like a registry's own (`co.uk`, `com.br`). Never for addresses.
 */
export function isSameSite(a: string, b: string): boolean {
	if (classifyHost(a) !== null || classifyHost(b) !== null) return false;
	const site = siteOf(a);
	return site !== null && site === siteOf(b);
}

/** Domains under which strangers get names of their own. */
const sharedDomains: readonly string[] = [
	'amazonaws.com',
	'azurecr.io',
	'azurewebsites.net',
	'cloudfront.net',
	'github.io',
	'googleapis.com',
	'herokuapp.com',
	'ocir.io',
	'oraclecloud.com',
	'pages.dev',
	'pkg.dev',
	'run.app',
	'vercel.app',
	'windows.net',
	'workers.dev',
];

function siteOf(hostname: string): string | null {
	const labels = hostname.toLowerCase().replace(/\.$/, '').split('.');
	const [second = '', top = ''] = labels.slice(-2);
	const isCountryStyle = top.length === 2 && second.length <= 3;
	const wanted = isCountryStyle ? 3 : 2;
	if (labels.length < wanted) return null;
	const site = labels.slice(-wanted).join('.');
	return sharedDomains.includes(site) ? null : site;
}
