import { z } from 'zod';

import { artifactTypes } from './artifact-types';
import { contentError, invalidError } from './http/errors';
import type { FetchedManifest, OciClient } from './oci/client';
import { isDigest, isRepositoryName, isTag, parseReference } from './oci/reference';
import { readVersionTag } from './oci/tags';
import type { DiscoveredPack, ListedChart, NpmArtifact } from './source';

/** The list of packs that a publisher or mirror keeps in the registry itself; the format is docs/pack-index.md. */

const LARGEST_INDEX = 16 * 1024 * 1024;

const IndexVersion = z.object({
	version: z.string().refine((text) => readVersionTag(text) !== null, 'is not a version'),
	tag: z.string().refine(isTag, 'is not a tag').optional(),
	digest: z.string().refine(isDigest, 'is not a sha256 digest').nullish(),
	publishedAt: z.iso.datetime({ offset: true }).nullish().catch(null),
	/** Absent: ask the npm registry; null: this version has no frontend. */
	npm: z.object({ integrity: z.string().min(1) }).nullish(),
});

const IndexPack = z.object({
	name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
	chart: z.string().nullish(),
	npm: z.string().nullish(),
	repository: z
		.string()
		.regex(/^[\w.-]+\/[\w.-]+$/)
		.nullish()
		.catch(null),
	versions: z.array(IndexVersion).nullish(),
});
type IndexPack = z.infer<typeof IndexPack>;

const Index = z.object({ schemaVersion: z.literal(1), packs: z.array(z.unknown()) });

export type PackIndex = {
	/** Of the blob; equal = nothing changed. */
	digest: string;
	packs: DiscoveredPack[];
	/** Sentences about entries that were left out. */
	problems: string[];
};

/**
 * Read the index artifact at `repository[:tag]`: one request while it is unchanged, because its content is known by
 * digest. An entry that makes no sense is left out and named; the rest counts. Throws AppError as in `source.ts`.
 */
export async function readPackIndex(
	client: OciClient,
	reference: string,
	{ hostAliases, signal }: { hostAliases: Readonly<Record<string, string>>; signal?: AbortSignal | undefined },
): Promise<PackIndex> {
	const [repository = '', tag = 'latest'] = reference.split(':');
	const what = `the pack index ${repository}:${tag}`;
	const manifest = await client.manifest(repository, tag, signal);
	const layer = layerOf(manifest, { host: client.host, what });
	const bytes = await client.blob(repository, layer, { maxBytes: LARGEST_INDEX, signal });
	return {
		digest: layer.digest,
		...parsePackIndex(bytes, { host: client.host, folder: folderOf(repository), hostAliases, what }),
	};
}

type Place = { host: string; folder: string; hostAliases: Readonly<Record<string, string>>; what: string };

/** Pure: the packs an index lists. `folder` is the repository path that relative chart names start from. */
export function parsePackIndex(bytes: Uint8Array, place: Place): Omit<PackIndex, 'digest'> {
	const subject = { host: place.host, what: place.what };
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch (cause) {
		throw invalidError(subject, 'is not JSON', cause);
	}
	const index = Index.safeParse(json);
	if (!index.success) throw invalidError(subject, 'is not a pack index of version 1', index.error);
	const packs = new Map<string, DiscoveredPack>();
	const problems: string[] = [];
	for (const [position, raw] of index.data.packs.entries()) {
		const entry = IndexPack.safeParse(raw);
		const pack = entry.success ? toPack(entry.data, place) : null;
		if (pack === null) problems.push(`Entry ${position + 1} of ${place.what} makes no sense and was left out.`);
		else if (packs.has(pack.name)) problems.push(`${place.what} lists ${pack.name} twice; the first one counts.`);
		else packs.set(pack.name, pack);
	}
	return { packs: [...packs.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), problems };
}

function toPack(entry: IndexPack, place: Place): DiscoveredPack | null {
	const chart = entry.chart ? chartPlace(entry.chart, place) : null;
	const npm = entry.npm ? { package: entry.npm } : null;
	if ((entry.chart && chart === null) || (chart === null && npm === null)) return null;
	const { versions } = entry;
	return {
		name: entry.name,
		chart,
		npm,
		repository: entry.repository ?? null,
		updatedAt: newest(versions?.map(({ publishedAt }) => publishedAt ?? null) ?? []),
		fingerprint: null,
		listed: versions
			? { charts: chart === null ? [] : listedCharts(chart, versions), frontends: listedFrontends(npm, versions) }
			: null,
	};
}

/** `oci://host/name` is absolute; anything else is a repository next to the index, so that a mirror may move both. */
function chartPlace(text: string, place: Place): { host: string; repository: string } | null {
	if (!text.startsWith('oci://')) {
		const repository = place.folder === '' ? text : `${place.folder}/${text}`;
		return isRepositoryName(repository) ? { host: place.host, repository } : null;
	}
	try {
		const { host, repository } = parseReference(text);
		return { host: place.hostAliases[host] ?? host, repository };
	} catch {
		return null;
	}
}

type Versions = NonNullable<IndexPack['versions']>;

function listedCharts(chart: { host: string; repository: string }, versions: Versions): ListedChart[] {
	return versions
		.filter(({ digest }) => digest !== null)
		.map(({ version, tag, digest, publishedAt }) => ({
			version: readVersionTag(version)?.version ?? version,
			chart: { ...chart, tag: tag ?? version.replaceAll('+', '_'), manifestDigest: digest ?? null },
			publishedAt: publishedAt ?? null,
		}));
}

/** Null (= ask the npm registry) as soon as the index leaves one version open. */
function listedFrontends(npm: { package: string } | null, versions: Versions): NpmArtifact[] | null {
	if (npm === null) return [];
	if (versions.some((version) => version.npm === undefined)) return null;
	return versions.flatMap((version) => {
		if (!version.npm) return [];
		const read = readVersionTag(version.version)?.version ?? version.version;
		const { integrity } = version.npm;
		const publishedAt = version.publishedAt ?? null;
		return [{ package: npm.package, version: read, integrity, deprecated: null, distTags: [], publishedAt }];
	});
}

function layerOf({ json }: FetchedManifest, subject: { host: string; what: string }) {
	const layer = json.layers?.find(({ mediaType }) => mediaType === artifactTypes.packIndex);
	if (layer) return layer;
	throw contentError(`${subject.what} at ${subject.host} has no layer of the type ${artifactTypes.packIndex}.`, {
		host: subject.host,
		hint: 'Publish it as docs/pack-index.md says, with oras push.',
	});
}

function folderOf(repository: string): string {
	return repository.split('/').slice(0, -1).join('/');
}

function newest(times: readonly (string | null)[]): string | null {
	return (
		times
			.filter((time) => time !== null)
			.sort()
			.at(-1) ?? null
	);
}
