import {
	chartReference,
	imageReference,
	manifestText,
	NATS,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'Answers questions about your documents, with sources';

/** The chart and the repository tell different stories about 1.1.0: the file in the chart wins, the other is reported. */
export const assistant: PackDefinition = {
	id: 'assistant',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version(
			'1.0.0',
			'2026-06-24T15:00:00Z',
			{ chart: manifest('1.0.0', true), repository: manifest('1.0.0', true) },
			'First release.',
		),
		version(
			'1.1.0',
			'2026-09-16T15:00:00Z',
			{ chart: manifest('1.1.0', true), annotation: manifest('1.1.0', false), repository: manifest('1.1.0', false) },
			"## What's changed\n\n- feat: works without a provider key, with the built-in model\n",
		),
	],
};

function manifest(number: string, needsKey: boolean): string {
	return manifestText({
		$schema: SCHEMA,
		id: 'assistant',
		name: 'Assistant',
		version: number,
		icon: './package/src/assets/icon.svg',
		description,
		author: 'KhalOS Core Team',
		permissions: ['nats:publish', 'nats:subscribe', 'files:read', 'http:fetch'],
		frontend: { package: '@khal-os/pack-assistant' },
		backend: { image: imageReference('assistant'), helmChart: chartReference('assistant'), env: NATS, ports: [8070] },
		env: [
			{ key: 'LLM_API_KEY', description: 'Key of the language model provider', required: needsKey, type: 'secret' },
			{
				key: 'LLM_BASE_URL',
				description: 'Address of the provider',
				required: false,
				default: 'https://api.llm.example/v1',
				type: 'url',
			},
			{
				key: 'ASSISTANT_MAX_SOURCES',
				description: 'How many documents an answer may cite',
				required: false,
				default: '5',
				type: 'number',
			},
		],
	});
}

function version(number: string, at: string, manifests: PackVersion['manifests'], notes: string): PackVersion {
	return {
		version: number,
		at,
		notes,
		manifests,
		chart: { image: imageReference('assistant'), port: 8070 },
		frontends: [{ package: '@khal-os/pack-assistant', title: 'Assistant' }],
	};
}
