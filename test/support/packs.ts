import type { PackDefinition } from '@/lib/sandbox';

type KeyType = 'string' | 'number' | 'boolean' | 'url' | 'secret';
type Keys = Record<string, KeyType | { type: KeyType; visibility: 'vault' }>;

/** A pack with a chart of one Deployment; every key is required. `keys` null: its publisher forgot the manifest. */
export function packOf(id: string, versions: readonly { version: string; keys: Keys | null }[]): PackDefinition {
	const image = `ghcr.io/khal-os/pack-${id}-service`;
	const manifestOf = (version: string, keys: Keys) =>
		JSON.stringify({
			id,
			name: id,
			version,
			description: 'For tests',
			author: 'Tests',
			permissions: [],
			backend: { image, helmChart: `oci://ghcr.io/khal-os/charts/pack-${id}`, ports: [8080] },
			env: Object.entries(keys).map(([key, type]) => ({
				key,
				description: `What ${key} is for`,
				required: true,
				...(typeof type === 'string' ? { type } : type),
			})),
		});
	return {
		id,
		description: 'For tests',
		visibility: 'private',
		repositoryVisibility: 'public',
		versions: versions.map(({ version, keys }, index) => ({
			version,
			at: `2026-05-0${index + 1}T12:00:00Z`,
			notes: null,
			manifests: keys === null ? {} : { chart: manifestOf(version, keys) },
			chart: { image, port: 8080 },
			frontends: [],
		})),
	};
}
