import { manifestText, type PackDefinition, type PackVersion, SCHEMA } from './definition';

const description = 'File browser for KhalOS: browse, upload and manage the files of your organisation';

/** Image and chart live in another registry, which nobody has allowed yet; only the frontend is here. */
export const files: PackDefinition = {
	id: 'files',
	description,
	visibility: 'private',
	repositoryVisibility: 'private',
	versions: [
		version('1.0.0', '2026-03-23T08:00:00Z', 'First release.'),
		version('1.1.0', '2026-08-04T08:00:00Z', 'New: folders can be shared.'),
	],
};

function version(number: string, at: string, notes: string): PackVersion {
	return {
		version: number,
		at,
		notes,
		manifests: {
			npm: manifestText({
				$schema: SCHEMA,
				id: 'files',
				name: 'Files',
				version: number,
				icon: '/icons/dusk/finder.svg',
				description,
				author: 'KhalOS Core Team',
				permissions: ['files:read', 'files:write', 'nats:publish', 'nats:subscribe'],
				frontend: { package: '@khal-os/pack-files' },
				backend: {
					image: 'gru.ocir.io/grkjlq07pmjv/pack-files-service',
					helmChart: 'oci://gru.ocir.io/grkjlq07pmjv/charts/pack-files',
					env: { KHAL_FILES_ROOT: '/files' },
					ports: [8001],
				},
			}),
		},
		chart: null,
		frontends: [{ package: '@khal-os/pack-files', title: 'Files' }],
	};
}
