import type { BundleSourceConfig, SourceConfig } from '@/lib/contracts/source-config';
import type { Secret } from '@/lib/core';
import type { HostPolicy } from './http/policy';

/** Every kind of source that is asked over the network. */
export type RemoteSourceConfig = Exclude<SourceConfig, BundleSourceConfig>;

export type SourceCredentials = {
	/** The token or password of the source, never part of its configuration. */
	credential: Secret | null;
	/** For the npm registry beside an OCI one. */
	npmCredential?: Secret | null;
};

/** Who is asked, and what each may be shown; a credential goes to the one place it is written next to. */
export type Endpoints = {
	registry: { host: string; plainHttp: boolean; username: string | null; credential: Secret | null } | null;
	npm: { url: string; username: string | null; credential: Secret | null } | null;
	github: { url: string; credential: Secret | null } | null;
};

/** Storage hosts of GitHub's own services (facts section 7, 24); only digests and integrity make what they send true. */
const GITHUB_STORAGE = ['*.githubusercontent.com', '*.blob.core.windows.net'];

/** The places a configuration names, whatever its kind. */
export function endpointsOf(
	config: RemoteSourceConfig,
	{ credential, npmCredential = null }: SourceCredentials,
): Endpoints {
	if (config.kind === 'github') {
		return {
			registry: { ...config.registry, username: null, credential },
			npm: { url: config.npmUrl, username: null, credential },
			github: { url: config.apiUrl, credential },
		};
	}
	if (config.kind === 'oci') {
		const { npm, registry, username } = config;
		return {
			registry: { ...registry, username, credential },
			npm: npm === null ? null : { url: npm.url, username: npm.username, credential: npmCredential },
			github: null,
		};
	}
	return { registry: null, npm: { url: config.url, username: config.username, credential }, github: null };
}

/** The hosts a source may talk to (`http/policy.ts`). */
export function policyOf(config: RemoteSourceConfig, { registry, npm, github }: Endpoints): HostPolicy {
	const urls = [npm?.url, github?.url].filter((url) => url !== undefined).map((url) => new URL(url));
	const isGithub = registry?.host === 'ghcr.io' || urls.some(({ host }) => host === 'npm.pkg.github.com');
	return {
		configured: [
			...(registry === null ? [] : [registry.host]),
			...urls.map(({ host }) => host),
			...Object.values(config.hostAliases),
		],
		allowed: [...config.allowedHosts, ...(isGithub ? GITHUB_STORAGE : [])],
		plainHttp: [
			...(registry?.plainHttp ? [registry.host] : []),
			...urls.filter(({ protocol }) => protocol === 'http:').map(({ host }) => host),
		],
		internal: config.internal,
	};
}
