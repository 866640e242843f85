import { imageReference, type PackDefinition, type PackVersion } from './definition';

const description = 'A place to try things';

/** Somebody pushed a chart and forgot the manifest everywhere: listed, not installable, until one is attached by hand. */
export const scratchpad: PackDefinition = {
	id: 'scratchpad',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [version('0.1.0', '2026-06-11T20:00:00Z'), version('0.2.0', '2026-06-12T01:30:00Z')],
};

function version(number: string, at: string): PackVersion {
	return {
		version: number,
		at,
		notes: null,
		manifests: {},
		chart: { image: imageReference('scratchpad'), port: 8099 },
		frontends: [],
	};
}
