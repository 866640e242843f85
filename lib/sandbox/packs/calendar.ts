import {
	chartReference,
	imageReference,
	manifestText,
	NATS,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'Shared calendars with CalDAV synchronisation';

/** Two good versions, then one whose khal-app.json is not JSON: a merge conflict that was committed. */
export const calendar: PackDefinition = {
	id: 'calendar',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version('1.0.0', '2026-04-14T10:00:00Z', manifest('1.0.0'), 'First release.'),
		version('1.1.0', '2026-07-07T10:00:00Z', manifest('1.1.0'), 'New: week numbers, free/busy lookup.'),
		version('2.0.0', '2026-11-03T10:00:00Z', conflicted(), 'Rewritten synchronisation engine.'),
	],
};

function manifest(number: string): string {
	return manifestText({
		$schema: SCHEMA,
		id: 'calendar',
		name: 'Calendar',
		version: number,
		icon: './package/src/assets/icon.svg',
		description,
		author: 'Agenda Aberta',
		permissions: ['nats:publish', 'nats:subscribe', 'http:fetch', 'user:read'],
		frontend: { package: '@khal-os/pack-calendar' },
		backend: { image: imageReference('calendar'), helmChart: chartReference('calendar'), env: NATS, ports: [8020] },
		env: [
			{ key: 'CALDAV_URL', description: 'Address of the CalDAV server', required: true, type: 'url' },
			{ key: 'CALDAV_USER', description: 'Account used for synchronisation', required: true, type: 'string' },
			{ key: 'CALDAV_PASSWORD', description: 'Password of that account', required: true, type: 'secret' },
			{
				key: 'CALENDAR_FIRST_DAY',
				description: 'First day of the week',
				required: false,
				default: 'sunday',
				type: 'string',
			},
		],
	});
}

function conflicted(): string {
	return manifest('2.0.0').replace(
		'  "author"',
		'<<<<<<< HEAD\n  "license": "Elastic-2.0",\n=======\n>>>>>>> release/2.0\n  "author"',
	);
}

function version(number: string, at: string, text: string, notes: string): PackVersion {
	return {
		version: number,
		at,
		notes,
		manifests: { chart: text },
		chart: { image: imageReference('calendar'), port: 8020 },
		frontends: [{ package: '@khal-os/pack-calendar', title: 'Calendar' }],
	};
}
