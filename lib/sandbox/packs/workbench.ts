import { manifestText, type PackDefinition, type PackVersion } from './definition';

const description = 'Notebooks, scheduled jobs and a small API for data people';

/** Multi-service in the old style: services[] without a backend. Helm has nothing to install; the repository has the manifest. */
export const workbench: PackDefinition = {
	id: 'workbench',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version('0.3.0', '2026-04-01T09:00:00Z', ['api', 'notebooks'], 'Notebooks and API.'),
		version('0.4.0', '2026-08-20T09:00:00Z', ['api', 'notebooks', 'scheduler'], 'New: scheduled jobs.'),
	],
};

function version(number: string, at: string, services: readonly string[], notes: string): PackVersion {
	return {
		version: number,
		at,
		notes,
		manifests: {
			repository: manifestText({
				$schema: 'https://khal.os/schemas/khal-app.json',
				id: 'workbench',
				name: 'Workbench',
				version: number,
				icon: '/icons/dusk/note.svg',
				description,
				author: 'khal-os',
				permissions: ['nats:publish', 'nats:subscribe', 'files:read', 'files:write'],
				services: services.map((name, index) => ({
					name,
					entry: `./views/workbench/${name}/index.ts`,
					runtime: name === 'notebooks' ? 'python' : 'node',
					health: { type: 'tcp', target: 3000 + index },
					ports: [3000 + index],
				})),
				windows: [{ id: 'workbench', title: 'Workbench', width: 1200, height: 800 }],
				frontend: { package: '@khal-os/pack-workbench', entry: 'default' },
			}),
		},
		chart: null,
		frontends: [{ package: '@khal-os/pack-workbench', title: 'Workbench' }],
	};
}
