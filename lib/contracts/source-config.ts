import { z } from 'zod';

/**
 * What an admin configures about a source of packs. Stored as JSON next to the source row; credentials are never part
 * of it. The registry clients read the same shapes, so what the form accepts is what the clients understand.
 */

/** Names that people and packs write, and the host that answers for them. */
const knownHosts: Readonly<Record<string, string>> = {
	'docker.io': 'registry-1.docker.io',
	'index.docker.io': 'registry-1.docker.io',
};

/** The host to ask for one that is written: Docker Hub has three names, and only one of them is a registry. */
export function registryHostOf(written: string): string {
	return knownHosts[written] ?? written;
}

/** `host` or `host:port`, lower case; IPv6 in brackets. */
const Host = z
	.string()
	.max(255)
	.regex(/^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/, 'must be a host name, with a port if needed')
	.transform(registryHostOf);

/** A host as above, or `*.suffix` for every name below a domain of at least two labels. */
const HostPattern = z.union([
	Host,
	z.string().regex(/^\*(\.[a-z0-9-]+){2,}$/, 'must be a host name, or *.example.com for every name below it'),
]);

/** An http(s) base address without credentials, query or trailing slash. */
const BaseUrl = z
	.url({ protocol: /^https?$/ })
	.refine(hasNoCredentials, 'must not contain credentials')
	.transform((url) => url.replace(/\/+$/, ''));

const PackName = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be the name of a pack, without the prefix pack-');

/** Name of a repository inside a registry (distribution-spec 1.1.1): `acme/charts/pack-files`. */
const Repository = z
	.string()
	.max(255)
	.regex(
		/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/,
		'must be the name of a repository, like acme/charts/pack-files',
	);

/** An index artifact: `repository` or `repository:tag`; the tag is `latest` when absent. See docs/pack-index.md. */
const IndexReference = z
	.string()
	.max(400)
	.regex(
		/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})?$/,
		'must be a repository with an optional tag, like acme/charts/pack-index:latest',
	);

const PackagePrefix = z.string().regex(/^@[a-z0-9~-][a-z0-9._~-]*$/, 'must be a scope, like @acme');
const PackageName = z
	.string()
	.max(214)
	.regex(/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/, 'must be the name of an npm package');

/** Names that go with a credential (robot accounts contain `$`); a colon would end it in Basic authentication. */
const Username = z
	.string()
	.min(1)
	.max(255)
	.regex(/^[^:\p{Cc}]+$/u, 'must not contain a colon')
	.nullable()
	.default(null);

/** What every kind of source can be told about the network between here and there. */
const network = {
	/** Further hosts that may be a redirect target or a token endpoint, and that a chart reference may name. */
	allowedHosts: z.array(HostPattern).max(100).default([]),
	/** A chart reference to the host on the left is read from the host on the right (mirrors, sandbox). */
	hostAliases: z.record(Host, Host).default({}),
	/** PEM certificates trusted besides the public ones. */
	ca: z
		.string()
		.max(1_000_000)
		.regex(/-----BEGIN CERTIFICATE-----/, 'must be certificates in PEM form')
		.nullable()
		.default(null),
	/** HTTP proxy, without credentials. */
	proxy: BaseUrl.nullable().default(null),
	/** The source lives inside the admin's own network: private addresses (and plain http addresses) are then expected. */
	internal: z.boolean().default(false),
	/** At most this many requests per second to any one host; null = as fast as four at a time are answered. */
	requestsPerSecond: z.int().min(1).max(1000).nullable().default(null),
};

/** `plainHttp` is for loopback and registries the admin trusts without TLS. */
const Registry = z.strictObject({ host: Host, plainHttp: z.boolean().default(false) });

const plainHttpRefusal = { message: 'Plain http is for loopback and for sources marked as internal; use https' };

/** Packs of one GitHub organisation or user: charts in an OCI registry, frontends in an npm registry. */
export const GithubSourceConfig = z
	.strictObject({
		kind: z.literal('github'),
		org: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'must be the name of a GitHub organisation or user'),
		account: z.enum(['org', 'user']).default('org'),
		apiUrl: BaseUrl.default('https://api.github.com'),
		/** Where the charts are. */
		registry: Registry.default({ host: 'ghcr.io', plainHttp: false }),
		npmUrl: BaseUrl.default('https://npm.pkg.github.com'),
		/** When not empty: exactly these packs by name, instead of asking GitHub for a list. Works without a credential. */
		packs: z.array(PackName).max(1000).default([]),
		/** Read the list from this index artifact in the registry instead of GitHub; needs no listing rights. */
		index: IndexReference.nullable().default(null),
		...network,
	})
	.refine((config) => config.internal || [config.apiUrl, config.npmUrl].every(isSafeUrl), plainHttpRefusal)
	.refine((config) => config.index === null || config.packs.length === 0, {
		message: 'Either name the packs or read an index, not both',
		path: ['index'],
	});
export type GithubSourceConfig = z.infer<typeof GithubSourceConfig>;

/** How the packs of an OCI registry are found; which of these a registry offers is what the doctor finds out. */
const OciDiscovery = z.discriminatedUnion('by', [
	/** Works everywhere. */
	z.strictObject({ by: z.literal('names'), repositories: z.array(Repository).min(1).max(1000) }),
	/** Works everywhere the publisher (or a mirror) keeps one. */
	z.strictObject({ by: z.literal('index'), reference: IndexReference }),
	/** `_catalog`, filtered: distribution, zot. `prefix` may end inside a name: `acme/charts/pack-`. */
	z.strictObject({ by: z.literal('catalog'), prefix: z.string().max(255).default('') }),
	/** Harbor's REST API v2.0: every chart repository of a project whose name below the project starts with `prefix`. */
	z.strictObject({
		by: z.literal('harbor'),
		project: z.string().regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'must be the name of a Harbor project'),
		prefix: z.string().max(255).default(''),
	}),
]);
export type OciDiscovery = z.infer<typeof OciDiscovery>;

/** Charts of any OCI registry; frontends, when there are any, in any npm registry. */
export const OciSourceConfig = z
	.strictObject({
		kind: z.literal('oci'),
		registry: Registry,
		/** Goes with the credential; null sends a name of our own, which GHCR and token registries accept. */
		username: Username,
		discovery: OciDiscovery,
		/** Pack `files` then has the frontend `<scope>/pack-files`. Its credential is the npm one. */
		npm: z.strictObject({ url: BaseUrl, scope: PackagePrefix, username: Username }).nullable().default(null),
		...network,
	})
	.refine((config) => config.internal || config.npm === null || isSafeUrl(config.npm.url), {
		...plainHttpRefusal,
		path: ['npm', 'url'],
	});
export type OciSourceConfig = z.infer<typeof OciSourceConfig>;

/** Frontends of any npm registry; their charts, when manifests name any, in registries that are allowed here. */
export const NpmSourceConfig = z
	.strictObject({
		kind: z.literal('npm'),
		url: BaseUrl,
		scope: PackagePrefix,
		/** With a name the credential is sent as Basic (Artifactory, Nexus), without as a bearer token. */
		username: Username,
		discovery: z.discriminatedUnion('by', [
			z.strictObject({ by: z.literal('names'), packages: z.array(PackageName).min(1).max(1000) }),
			/** `/-/v1/search` of Verdaccio, Gitea, Artifactory, Nexus; GitHub has none. */
			z.strictObject({ by: z.literal('search') }),
		]),
		...network,
	})
	.refine((config) => config.internal || isSafeUrl(config.url), { ...plainHttpRefusal, path: ['url'] });
export type NpmSourceConfig = z.infer<typeof NpmSourceConfig>;

/** Packs brought in as a file (`packyard bundle import`); everything is in our own store, nothing is ever sent. */
export const BundleSourceConfig = z.strictObject({
	kind: z.literal('bundle'),
	/** Digest of the layout's `index.json`. */
	index: z.string().regex(/^sha256:[0-9a-f]{64}$/),
	hostAliases: z.record(Host, Host).default({}),
});
export type BundleSourceConfig = z.infer<typeof BundleSourceConfig>;

export const SourceConfig = z.discriminatedUnion('kind', [
	GithubSourceConfig,
	OciSourceConfig,
	NpmSourceConfig,
	BundleSourceConfig,
]);
export type SourceConfig = z.infer<typeof SourceConfig>;
/** What may be written: everything with a default may be left out. */
export type SourceConfigInput = z.input<typeof SourceConfig>;

/** The kinds an admin can add by hand; bundles come from a file. */
export const WritableSourceConfig = z.discriminatedUnion('kind', [
	GithubSourceConfig,
	OciSourceConfig,
	NpmSourceConfig,
]);
export type WritableSourceConfig = z.infer<typeof WritableSourceConfig>;

function hasNoCredentials(text: string): boolean {
	// Refinements run even when the text is no URL; that has been said already then.
	const url = URL.canParse(text) ? new URL(text) : { username: '', password: '' };
	return url.username === '' && url.password === '';
}

/** TLS, or this very machine; `URL` has already written every spelling of 127.0.0.1 the same way. */
function isSafeUrl(text: string): boolean {
	if (!URL.canParse(text)) return true;
	const { protocol, hostname } = new URL(text);
	return protocol === 'https:' || /^(127(\.\d+){3}|\[::1\]|([a-z0-9-]+\.)*localhost)$/.test(hostname);
}
