import { chartReference, manifestText, type PackDefinition, type PackVersion, SCHEMA } from './definition';

const IMAGE = 'ghcr.io/khal-os/pack-hello-voice-engine';
const apps = [
	{ id: 'hello-console', name: 'Hello Console' },
	{ id: 'hello-agent-manager', name: 'Hello Agent Manager' },
	{ id: 'hello-flow-designer', name: 'Hello Flow Designer' },
	{ id: 'hello-sac', name: 'Hello SAC' },
] as const;

const description = 'KhalOS Hello demo bundle: four frontend apps and the voice engine';

/** A bundle: four apps over one backend; the empty GEMINI_API_KEY means "ask the customer". Manifest in Chart.yaml. */
export const hello: PackDefinition = {
	id: 'hello',
	description,
	visibility: 'public',
	repositoryVisibility: 'public',
	versions: [
		version('1.0.0', '2026-03-05T12:00:00Z', { HELLO_VOICE_PORT: '8000' }, 'The four Hello apps in one pack.'),
		version(
			'1.1.0',
			'2026-05-28T12:00:00Z',
			{ HELLO_VOICE_PORT: '8000', HELLO_LANGUAGE: 'pt-BR' },
			"## What's changed\n\n- feat: the voice engine speaks Portuguese by default (`HELLO_LANGUAGE`)\n",
		),
		version(
			'1.2.0',
			'2026-10-14T12:00:00Z',
			{ HELLO_VOICE_PORT: '8000', HELLO_LANGUAGE: 'pt-BR' },
			"## What's changed\n\n- perf: first word 300 ms earlier (#44)\n",
		),
	],
};

function version(number: string, at: string, env: Readonly<Record<string, string>>, notes: string): PackVersion {
	const manifest = manifestText({
		$schema: SCHEMA,
		id: 'hello',
		name: 'Hello Bundle',
		version: number,
		description,
		author: 'KhalOS Core Team',
		permissions: [],
		apps: apps.map(({ id, name }) => ({ id, name, frontend: { package: `@khal-os/pack-${id}` } })),
		backend: {
			image: IMAGE,
			helmChart: chartReference('hello'),
			env: { NATS_URL: 'nats://nats.khal-system.svc:4222', GEMINI_API_KEY: '', ...env },
		},
	});
	return {
		version: number,
		at,
		notes,
		manifests: { annotation: manifest },
		chart: { image: IMAGE, port: 8000 },
		frontends: apps.map(({ id, name }) => ({ package: `@khal-os/pack-${id}`, title: name })),
	};
}
