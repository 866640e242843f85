import { manifestText, type PackDefinition, type PackVersion, SCHEMA } from './definition';

const description = 'Desktop settings: appearance, services, SSH keys, keyboard shortcuts and system configuration.';

/** Frontend-only: no chart, no environment; the manifest travels in the npm tarball. */
export const settings: PackDefinition = {
	id: 'settings',
	description,
	visibility: 'public',
	repositoryVisibility: 'public',
	versions: [
		version('1.0.0', '2026-02-16T10:00:00Z', ['nats:subscribe', 'nats:publish'], 'First release.'),
		version(
			'1.1.0',
			'2026-06-02T10:30:00Z',
			['nats:subscribe', 'nats:publish', 'system:clipboard'],
			"## What's changed\n\n- feat: copy your public SSH key with one click (asks for clipboard access)\n",
		),
		version(
			'1.2.0',
			'2026-10-06T14:00:00Z',
			['nats:subscribe', 'nats:publish', 'system:clipboard'],
			"## What's changed\n\n- feat: reduced motion\n- feat: keyboard shortcuts can be printed\n",
		),
	],
};

function version(number: string, at: string, permissions: readonly string[], notes: string): PackVersion {
	const manifest = manifestText({
		$schema: SCHEMA,
		id: 'settings',
		name: 'Settings',
		version: number,
		description,
		author: 'Namastex',
		permissions,
		frontend: { package: '@khal-os/pack-settings' },
	});
	return {
		version: number,
		at,
		notes,
		manifests: { npm: manifest, repository: manifest },
		chart: null,
		frontends: [{ package: '@khal-os/pack-settings', title: 'Settings' }],
	};
}
