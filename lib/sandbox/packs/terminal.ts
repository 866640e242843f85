import {
	chartReference,
	imageReference,
	manifestText,
	NATS,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'PTY terminal emulator for KhalOS with NATS-bridged stdin/stdout';

const messageOfTheDay = {
	key: 'TERMINAL_MOTD',
	description: 'Greeting shown in every new tab',
	required: false,
	type: 'string',
};

/** Full-stack, the manifest at the root of the chart: the pack every demo starts with. */
export const terminal: PackDefinition = {
	id: 'terminal',
	description,
	visibility: 'public',
	repositoryVisibility: 'public',
	versions: [
		version('1.0.0', '2026-02-10T13:20:00Z', [], 'First release. Multi-tab terminal with reconnect.'),
		version(
			'1.0.1',
			'2026-03-02T09:05:00Z',
			[],
			"## What's changed\n\n- fix: resize events no longer get lost when the tab was hidden (#18)\n- fix: paste keeps tabs (#21)\n",
		),
		version(
			'1.1.0',
			'2026-05-19T16:41:00Z',
			[idleMinutes('30'), messageOfTheDay],
			"## What's changed\n\n- feat: idle sessions are closed after a while (`TERMINAL_IDLE_MINUTES`, default 30)\n- feat: greeting in new tabs (`TERMINAL_MOTD`)\n\nBoth settings are optional; nothing to do when upgrading.\n",
		),
		version(
			'1.2.0',
			'2026-09-08T11:12:00Z',
			[idleMinutes('30'), messageOfTheDay, allowSudo()],
			"## What's changed\n\n- feat: `TERMINAL_ALLOW_SUDO` lets platform admins switch sudo on for a workspace (off by default)\n- perf: 40 % less memory per tab (#57)\n",
		),
	],
};

function idleMinutes(value: string): Record<string, unknown> {
	return {
		key: 'TERMINAL_IDLE_MINUTES',
		description: 'Minutes without input after which a session is closed',
		required: false,
		default: value,
		type: 'number',
	};
}

function allowSudo(): Record<string, unknown> {
	return {
		key: 'TERMINAL_ALLOW_SUDO',
		description: 'Let users become root inside their own sandbox',
		required: false,
		default: 'false',
		type: 'boolean',
	};
}

function version(number: string, at: string, env: readonly unknown[], notes: string): PackVersion {
	const manifest = manifestText({
		$schema: SCHEMA,
		id: 'terminal',
		name: 'Terminal',
		version: number,
		icon: './package/src/assets/icon.svg',
		description,
		author: 'KhalOS Core Team',
		license: 'Elastic-2.0',
		permissions: ['pty:spawn', 'nats:publish', 'nats:subscribe'],
		frontend: { package: '@khal-os/pack-terminal' },
		backend: {
			image: imageReference('terminal'),
			helmChart: chartReference('terminal'),
			env: { KHAL_PTY_SHELL: '/bin/bash', ...NATS },
			ports: [8002],
		},
		...(env.length > 0 ? { env } : {}),
	});
	return {
		version: number,
		at,
		notes,
		manifests: { chart: manifest, repository: manifest },
		chart: {
			image: imageReference('terminal'),
			port: 8002,
			config: { bashrc: 'export PS1="\\u@khal \\w $ "\nalias ll="ls -la"\n' },
		},
		frontends: [{ package: '@khal-os/pack-terminal', title: 'Terminal' }],
	};
}
