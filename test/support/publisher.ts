import type { SandboxRegistries } from '@/lib/sandbox';

type Publisher = Pick<SandboxRegistries, 'org' | 'githubApiUrl' | 'registryHost' | 'npmUrl' | 'storageUrl'>;

/** The pretend GitHub as an admin enters it in Settings: the configuration of a source, credential apart. */
export function githubSourceOf(publisher: Publisher, change: object = {}) {
	return {
		kind: 'github' as const,
		org: publisher.org,
		apiUrl: publisher.githubApiUrl,
		registry: { host: publisher.registryHost, plainHttp: true },
		npmUrl: publisher.npmUrl,
		hostAliases: { 'ghcr.io': publisher.registryHost },
		allowedHosts: [new URL(publisher.storageUrl).host],
		...change,
	};
}
