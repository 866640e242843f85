import {
	chartReference,
	imageReference,
	manifestText,
	NATS,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'Dashboards over everything that happens in the workspace';

/** Chart 1.3.0 is out, its frontend is not: npm publishing lags behind. */
export const analytics: PackDefinition = {
	id: 'analytics',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version('1.0.0', '2026-03-30T13:00:00Z', 'First release.'),
		version('1.1.0', '2026-05-11T13:00:00Z', 'New: export as CSV.'),
		version('1.2.0', '2026-08-25T13:00:00Z', 'New: dashboards can be pinned to the desktop.'),
		{ ...version('1.3.0', '2026-11-17T21:00:00Z', 'New: annotations on charts.'), frontends: [] },
	],
};

function version(number: string, at: string, notes: string): PackVersion {
	return {
		version: number,
		at,
		notes,
		manifests: {
			chart: manifestText({
				$schema: SCHEMA,
				id: 'analytics',
				name: 'Analytics',
				version: number,
				icon: './package/src/assets/icon.svg',
				description,
				author: 'Namastex',
				permissions: ['nats:subscribe', 'user:read'],
				frontend: { package: '@khal-os/pack-analytics' },
				backend: {
					image: imageReference('analytics'),
					helmChart: chartReference('analytics'),
					env: NATS,
					ports: [8090],
				},
				env: [
					{
						key: 'WAREHOUSE_URL',
						description: 'Connection string of the warehouse',
						required: true,
						type: 'url',
						visibility: 'vault',
					},
					{
						key: 'ANALYTICS_SAMPLE_RATE',
						description: 'Share of events that is kept, 0 to 1',
						required: false,
						default: '1',
						type: 'number',
					},
					{
						key: 'ANALYTICS_ANONYMISE',
						description: 'Drop names and addresses before storing',
						required: false,
						default: 'true',
						type: 'boolean',
					},
				],
			}),
		},
		chart: { image: imageReference('analytics'), port: 8090 },
		frontends: [{ package: '@khal-os/pack-analytics', title: 'Analytics' }],
	};
}
