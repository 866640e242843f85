import {
	chartReference,
	imageReference,
	manifestText,
	NATS,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'Incoming mail, sorted and routed to the right people';

/** Version numbers as they really come: a `v` in the chart tag, build metadata, prereleases on the `next` channel. */
export const mailroom: PackDefinition = {
	id: 'mailroom',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version('v1.0.0', '2026-02-25T11:00:00Z', 'First release.'),
		version('1.1.0+build.7', '2026-04-22T11:00:00Z', 'New: shared mailboxes.'),
		version('1.2.0', '2026-07-01T11:00:00Z', 'New: rules can look at attachments.'),
		version('1.3.0-next.1', '2026-10-01T11:00:00Z', 'Preview of smart routing.'),
		version('1.3.0-next.2', '2026-11-09T11:00:00Z', 'Preview of smart routing, second round.'),
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
				id: 'mailroom',
				name: 'Mailroom',
				version: number.replace(/^v/, ''),
				icon: './icon.svg',
				description,
				author: 'Correio Digital',
				permissions: ['nats:publish', 'nats:subscribe', 'files:write'],
				frontend: { package: '@khal-os/pack-mailroom' },
				backend: {
					image: imageReference('mailroom'),
					helmChart: chartReference('mailroom'),
					env: NATS,
					ports: [8025],
				},
				env: [
					{ key: 'IMAP_URL', description: 'imaps:// address of the mailbox server', required: true, type: 'url' },
					{ key: 'IMAP_PASSWORD', description: 'Password of the mailbox', required: true, type: 'secret' },
					...(number.includes('next')
						? [
								{
									key: 'ROUTING_MODEL',
									description: 'Which model sorts the mail',
									required: false,
									default: 'small',
									type: 'string',
								},
							]
						: []),
				],
			}),
		},
		chart: { image: imageReference('mailroom'), port: 8025 },
		frontends: [{ package: '@khal-os/pack-mailroom', title: 'Mailroom' }],
	};
}
