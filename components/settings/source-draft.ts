import type { SourceConfig } from '@/lib/contracts/source-config';
import type { CreateSource, SourceDetail } from '@/lib/contracts/sources';

/**
 * What the form of a source holds: every kind side by side as plain text, so that changing one's mind about the kind
 * loses nothing. `configOf` makes the configuration of the chosen kind, `draftOf` is its inverse.
 */
export type SourceDraft = {
	kind: 'github' | 'oci' | 'npm';
	/** Empty = the suggestion of `suggestedName`. */
	name: string;
	github: {
		org: string;
		account: 'org' | 'user';
		find: 'list' | 'index' | 'names';
		/** One a line. */
		packs: string;
		index: string;
		apiUrl: string;
		registryHost: string;
		npmUrl: string;
	};
	oci: {
		host: string;
		username: string;
		find: 'names' | 'index' | 'catalog' | 'harbor';
		/** One a line. */
		repositories: string;
		index: string;
		project: string;
		/** Of `catalog` and `harbor`. */
		prefix: string;
		frontends: boolean;
		npmUrl: string;
		npmScope: string;
		npmUsername: string;
	};
	npm: { url: string; scope: string; username: string; find: 'names' | 'search'; packages: string };
	network: {
		/** One a line. */
		allowedHosts: string;
		/** One a line: `from = to`. */
		mirrors: string;
		ca: string;
		proxy: string;
		internal: boolean;
		/** Of the OCI registry. */
		plainHttp: boolean;
		requestsPerSecond: string;
	};
	credential: CredentialDraft;
	npmCredential: CredentialDraft;
};

/** `keep` is what is stored, or nothing; a text only counts with `enter`. */
export type CredentialDraft = { choice: 'keep' | 'enter' | 'remove'; text: string };

type WritableConfig = CreateSource['config'];

export const GITHUB_API = 'https://api.github.com';

export const emptyDraft: SourceDraft = {
	kind: 'github',
	name: '',
	github: {
		org: '',
		account: 'org',
		find: 'list',
		packs: '',
		index: '',
		apiUrl: GITHUB_API,
		registryHost: 'ghcr.io',
		npmUrl: 'https://npm.pkg.github.com',
	},
	oci: {
		host: '',
		username: '',
		find: 'names',
		repositories: '',
		index: '',
		project: '',
		prefix: '',
		frontends: false,
		npmUrl: '',
		npmScope: '',
		npmUsername: '',
	},
	npm: { url: '', scope: '', username: '', find: 'names', packages: '' },
	network: {
		allowedHosts: '',
		mirrors: '',
		ca: '',
		proxy: '',
		internal: false,
		plainHttp: false,
		requestsPerSecond: '',
	},
	credential: { choice: 'enter', text: '' },
	npmCredential: { choice: 'enter', text: '' },
};

/** The configuration a draft means. It may still be refused: nothing is checked here. */
export function configOf(draft: SourceDraft): WritableConfig {
	switch (draft.kind) {
		case 'github':
			return githubConfig(draft);
		case 'oci':
			return ociConfig(draft);
		case 'npm':
			return {
				kind: 'npm',
				url: draft.npm.url.trim(),
				scope: draft.npm.scope.trim(),
				username: textOrNull(draft.npm.username),
				discovery:
					draft.npm.find === 'search' ? { by: 'search' } : { by: 'names', packages: linesOf(draft.npm.packages) },
				...networkOf(draft),
			};
	}
}

/** The draft to edit a stored source with. Null for a kind that is not written by hand. */
export function draftOf(source: Pick<SourceDetail, 'name' | 'config' | 'credential' | 'npmCredential'>) {
	const { config } = source;
	if (config.kind === 'bundle') return null;
	const draft: SourceDraft = {
		...emptyDraft,
		kind: config.kind,
		name: source.name,
		network: {
			allowedHosts: config.allowedHosts.join('\n'),
			mirrors: Object.entries(config.hostAliases)
				.map(([from, to]) => `${from} = ${to}`)
				.join('\n'),
			ca: config.ca ?? '',
			proxy: config.proxy ?? '',
			internal: config.internal,
			plainHttp: config.kind === 'npm' ? false : config.registry.plainHttp,
			requestsPerSecond: config.requestsPerSecond === null ? '' : String(config.requestsPerSecond),
		},
		credential: { choice: source.credential === 'set' ? 'keep' : 'enter', text: '' },
		npmCredential: { choice: source.npmCredential === 'set' ? 'keep' : 'enter', text: '' },
	};
	return { ...draft, ...kindDraft(config) };
}

/** A name for a source nobody named: what one would call it anyway. Empty while there is nothing to go by. */
export function suggestedName({ kind, github, oci, npm }: SourceDraft): string {
	if (kind === 'github') return github.org.trim();
	if (kind === 'oci') return hostOf(oci.host);
	return npm.scope.trim();
}

/**
 * Everything that decides who gets to see a stored credential; when it changes, the server wants the credential again
 * (its own `audienceOf`). Said here too, so that nobody learns it from a refusal.
 */
export function credentialAudiences(config: WritableConfig | SourceConfig): { main: string; npm: string } {
	if (config.kind === 'bundle') return { main: '', npm: '' };
	const way = [config.ca ?? '', address(config.proxy ?? '')];
	if (config.kind === 'npm') return { main: audience(...way, address(config.url)), npm: '' };
	const registry = `${config.registry?.plainHttp ? 'http' : 'https'}://${config.registry?.host ?? ''}`;
	if (config.kind === 'oci') {
		return { main: audience(...way, registry), npm: audience(...way, address(config.npm?.url ?? '')) };
	}
	const { apiUrl = '', npmUrl = '' } = config;
	return { main: audience(...way, registry, address(apiUrl), address(npmUrl)), npm: '' };
}

/** The lines of a text area that say something. */
export function linesOf(text: string): string[] {
	return text
		.split(/[\n,]/)
		.map((line) => line.trim())
		.filter((line) => line !== '');
}

function githubConfig(draft: SourceDraft): WritableConfig {
	const { github, network } = draft;
	return {
		kind: 'github',
		org: github.org.trim(),
		account: github.account,
		apiUrl: github.apiUrl.trim(),
		registry: { host: hostOf(github.registryHost), plainHttp: network.plainHttp },
		npmUrl: github.npmUrl.trim(),
		packs: github.find === 'names' ? linesOf(github.packs) : [],
		index: github.find === 'index' ? repositoryOf(github.index.trim(), github.registryHost) : null,
		...networkOf(draft),
	};
}

function ociConfig(draft: SourceDraft): WritableConfig {
	const { oci, network } = draft;
	return {
		kind: 'oci',
		registry: { host: hostOf(oci.host), plainHttp: network.plainHttp },
		username: textOrNull(oci.username),
		discovery: ociDiscovery(oci),
		npm: oci.frontends
			? { url: oci.npmUrl.trim(), scope: oci.npmScope.trim(), username: textOrNull(oci.npmUsername) }
			: null,
		...networkOf(draft),
	};
}

type OciInput = Extract<WritableConfig, { kind: 'oci' }>;

function ociDiscovery(oci: SourceDraft['oci']): OciInput['discovery'] {
	switch (oci.find) {
		case 'names':
			return { by: 'names', repositories: linesOf(oci.repositories).map((line) => repositoryOf(line, oci.host)) };
		case 'index':
			return { by: 'index', reference: repositoryOf(oci.index.trim(), oci.host) };
		case 'catalog':
			return { by: 'catalog', prefix: oci.prefix.trim() };
		case 'harbor':
			return { by: 'harbor', project: oci.project.trim(), prefix: oci.prefix.trim() };
	}
}

function networkOf({ network }: SourceDraft) {
	const rate = network.requestsPerSecond.trim();
	return {
		allowedHosts: linesOf(network.allowedHosts).map((host) => host.toLowerCase()),
		hostAliases: Object.fromEntries(
			linesOf(network.mirrors).map((line) => {
				const [from = '', to = ''] = line.split('=', 2);
				return [from.trim().toLowerCase(), to.trim().toLowerCase()];
			}),
		),
		ca: textOrNull(network.ca),
		proxy: textOrNull(network.proxy),
		internal: network.internal,
		requestsPerSecond: rate === '' ? null : Number(rate),
	};
}

function kindDraft(config: Exclude<SourceConfig, { kind: 'bundle' }>): Partial<SourceDraft> {
	switch (config.kind) {
		case 'github': {
			const find = config.index !== null ? 'index' : config.packs.length > 0 ? 'names' : 'list';
			const { org, account, apiUrl, npmUrl } = config;
			const where = { org, account, apiUrl, npmUrl, registryHost: config.registry.host };
			return { github: { ...where, find, packs: config.packs.join('\n'), index: config.index ?? '' } };
		}
		case 'oci': {
			const { discovery, npm } = config;
			const found = {
				find: discovery.by,
				repositories: discovery.by === 'names' ? discovery.repositories.join('\n') : '',
				index: discovery.by === 'index' ? discovery.reference : '',
				project: discovery.by === 'harbor' ? discovery.project : '',
				prefix: discovery.by === 'catalog' || discovery.by === 'harbor' ? discovery.prefix : '',
			};
			const frontends = { npmUrl: npm?.url ?? '', npmScope: npm?.scope ?? '', npmUsername: npm?.username ?? '' };
			const where = { host: config.registry.host, username: config.username ?? '' };
			return { oci: { ...where, ...found, frontends: npm !== null, ...frontends } };
		}
		case 'npm': {
			const { url, scope, username, discovery } = config;
			const packages = discovery.by === 'names' ? discovery.packages.join('\n') : '';
			return { npm: { url, scope, username: username ?? '', find: discovery.by, packages } };
		}
	}
}

/** People paste addresses where a host is asked for. */
function hostOf(text: string): string {
	return text
		.trim()
		.toLowerCase()
		.replace(/^[a-z]+:\/\//, '')
		.replace(/\/+$/, '');
}

/** People paste `oci://host/repository` where only the repository is asked for. */
function repositoryOf(text: string, host: string): string {
	const bare = text.replace(/^oci:\/\//, '');
	const prefix = `${hostOf(host)}/`;
	return bare.startsWith(prefix) ? bare.slice(prefix.length) : bare;
}

function address(url: string): string {
	return url.trim().replace(/\/+$/, '');
}

function audience(...parts: string[]): string {
	return JSON.stringify(parts);
}

function textOrNull(text: string): string | null {
	return text.trim() === '' ? null : text.trim();
}
