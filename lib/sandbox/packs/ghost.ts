import { chartReference, imageReference, manifestText, NATS, type PackDefinition, SCHEMA } from './definition';

const description = 'Keeps sessions alive while nobody is looking';

/** An image that never starts, in its only version; no frontend; the manifest is attached to the chart as a referrer. */
export const ghost: PackDefinition = {
	id: 'ghost',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		{
			version: '0.1.0',
			at: '2026-09-30T22:10:00Z',
			notes: 'Preview. Feedback welcome.',
			manifests: {
				referrer: manifestText({
					$schema: SCHEMA,
					id: 'ghost',
					name: 'Ghost',
					version: '0.1.0',
					description,
					author: 'KhalOS Labs',
					permissions: ['nats:subscribe'],
					backend: {
						image: imageReference('ghost'),
						helmChart: chartReference('ghost'),
						env: NATS,
						ports: [8066],
					},
					env: [
						{
							key: 'GHOST_SESSION_TOKEN',
							description: 'Token Ghost signs in with',
							required: true,
							type: 'secret',
						},
						{
							key: 'GHOST_HEARTBEAT_SECONDS',
							description: 'Seconds between two signs of life',
							required: false,
							default: '30',
							type: 'number',
						},
					],
				}),
			},
			chart: { image: imageReference('ghost'), imageTag: '0.1.0-does-not-exist', port: 8066 },
			frontends: [],
		},
	],
};
