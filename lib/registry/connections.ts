import { type Endpoints, endpointsOf, policyOf, type RemoteSourceConfig, type SourceCredentials } from './endpoints';
import { createGithubClient, type GithubClient } from './github/client';
import { createHttp, type Http, type HttpOptions } from './http/client';
import type { EtagCache } from './http/conditional';
import { createNpmClient, type NpmClient } from './npm/client';
import { createRegistrySession } from './oci/auth';
import { createOciClient, type DigestCache, type OciClient } from './oci/client';

export type ConnectionOptions = Transport &
	SourceCredentials & {
		/** Answers with an ETag, kept between runs. */
		cache?: EtagCache;
		/** Manifests, blobs and tarballs by digest, kept for ever. */
		artifacts?: DigestCache;
	};

/** How patiently, and by which clock, requests are made; everything has a default. */
type Transport = Pick<
	HttpOptions,
	| 'proxies'
	| 'retries'
	| 'timeoutMs'
	| 'idleMs'
	| 'concurrencyPerHost'
	| 'now'
	| 'sleep'
	| 'random'
	| 'onWarning'
	| 'onAnswer'
>;

/** The clients of a source over one HTTP core, so that limits and trust are shared. */
export type Connections = {
	endpoints: Endpoints;
	http: Http;
	github: GithubClient | null;
	npm: NpmClient | null;
	/** The client of a host; the credential goes to the configured registry only, other hosts are read anonymously. */
	oci(host: string): OciClient;
	/** Plain http only where the configuration says so for this very host. */
	registryUrl(host: string): URL;
	close(): Promise<void>;
};

/** GHCR takes any name next to a token. */
const TOKEN_USER = 'packyard';

export function openConnections(config: RemoteSourceConfig, options: ConnectionOptions): Connections {
	const { credential, npmCredential = null, cache = null, artifacts = null, ...transport } = options;
	const now = options.now ?? (() => new Date());
	const endpoints = endpointsOf(config, { credential, npmCredential });
	const { registry, npm, github } = endpoints;
	const http = createHttp({
		...transport,
		allow: policyOf(config, endpoints),
		ca: config.ca,
		proxy: config.proxy,
		requestsPerSecond: config.requestsPerSecond,
		userAgent: 'packyard (+https://github.com/khal-os)',
	});
	const registries = new Map<string, OciClient>();

	function registryUrl(host: string): URL {
		const isPlain = registry?.plainHttp === true && host === registry.host;
		return new URL(`${isPlain ? 'http' : 'https'}://${host}`);
	}

	return {
		endpoints,
		http,
		github: github === null ? null : createGithubClient({ http, apiUrl: github.url, credential, cache }),
		npm: npm === null ? null : createNpmClient({ http, ...npm, baseUrl: npm.url, cache, artifacts }),
		oci(host) {
			const known = registries.get(host);
			if (known) return known;
			const secret = registry !== null && host === registry.host ? registry.credential : null;
			const session = createRegistrySession({
				http,
				baseUrl: registryUrl(host),
				credential: secret === null ? null : { username: registry?.username ?? TOKEN_USER, secret },
				now,
			});
			const client = createOciClient(session, artifacts);
			registries.set(host, client);
			return client;
		},
		registryUrl,
		close: () => http.close(),
	};
}
