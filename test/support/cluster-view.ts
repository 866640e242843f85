import { textAt } from '@/lib/core';
import type { Sandbox } from '@/lib/sandbox';
import { NAMESPACE } from './orders';

/** Helm's own history of a release, oldest first: `1 failed`, `2 deployed`. */
export function recordsOf({ cluster }: Sandbox, release: string): string[] {
	return cluster.store
		.list('v1', 'Secret', NAMESPACE)
		.filter((secret) => textAt(secret, 'type') === 'helm.sh/release.v1' && secret.metadata.labels?.name === release)
		.sort((a, b) => Number(a.metadata.labels?.version) - Number(b.metadata.labels?.version))
		.map(({ metadata }) => `${metadata.labels?.version} ${metadata.labels?.status}`);
}

/** What Packyard itself created for a release: `ConfigMap notes-env-r1`, `Secret notes-env-r1`. */
export function environmentsOf({ cluster }: Sandbox, release: string): string[] {
	return ['ConfigMap', 'Secret'].flatMap((kind) =>
		cluster.store
			.list('v1', kind, NAMESPACE)
			.filter(({ metadata }) => metadata.labels?.['packyard.dev/release'] === release)
			.map(({ metadata }) => `${kind} ${metadata.name}`),
	);
}
