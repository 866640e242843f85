import { readArchive, withoutRoot } from './archive';
import { artifactTypes } from './artifact-types';
import type { GithubClient } from './github/client';
import { releaseTags } from './github/client';
import { invalidError } from './http/errors';
import type { ManifestPlace } from './manifest-lookup';
import type { NpmClient } from './npm/client';
import { chartArchive } from './oci/chart';
import type { OciClient } from './oci/client';
import { newestReferrer, type Referrer } from './oci/referrers';
import type { ChartInfo, DiscoveredPack, DiscoveredVersion, FetchedChart, NpmRef, ReleaseNotes } from './source';

/** Clients of the places a version has; absent ones are skipped. */
export type PlaceClients = {
	oci: OciClient | null;
	npm: NpmClient | null;
	github: GithubClient | null;
	/** Artifacts attached to a chart of the version's repository. */
	referrers: Referrers | null;
};

type Referrers = (question: { digest: string; type: string; signal?: AbortSignal | undefined }) => Promise<Referrer[]>;

const ANNOTATION = 'khal.ai/manifest';
const LARGEST_MANIFEST = 1024 * 1024;
/** Depth-first order: the root wins over `files/`. */
const CHART_FILES = ['khal-app.json', 'files/khal-app.json'];

/**
 * The places of DESIGN section 4 for one version, in order, and the chart as soon as it was read. Each place is read at
 * most once and only when asked for.
 */
export function manifestPlaces(
	clients: PlaceClients,
	pack: DiscoveredPack,
	version: DiscoveredVersion,
	signal?: AbortSignal,
): { places: ManifestPlace[]; chart: () => Promise<ChartInfo | null> } {
	const { chart, npm } = version;
	const { oci, github, npm: registry, referrers } = clients;
	const { repository } = pack;
	const places: ManifestPlace[] = [];
	let loading: Promise<FetchedChart> | null = null;
	async function load(): Promise<FetchedChart | null> {
		if (oci === null || chart === null) return null;
		loading ??= chartArchive(oci, chart.repository, { reference: chart.manifestDigest ?? chart.tag, signal });
		return loading;
	}
	if (oci !== null && chart !== null && referrers !== null) {
		places.push(
			{ origin: 'chart-file', read: async () => fileInChart(await load()) },
			{ origin: 'chart-annotation', read: async () => annotationOf(await load()) },
			{
				origin: 'oci-referrer',
				read: async () => attachedManifest(oci, chart.repository, { info: await load(), referrers, signal }),
			},
		);
	}
	if (registry !== null && npm !== null) {
		places.push({
			origin: 'npm-tarball',
			read: async () => fileInTarball((await registry.tarball(npm, signal)).bytes, npm),
		});
	}
	if (github !== null && repository !== null) {
		const tags = releaseTags(version.version, `pack-${pack.name}`);
		places.push({ origin: 'repository', read: () => fileInRepository(github, repository, tags, signal) });
	}
	return { places, chart: async () => infoOf(await load()) };
}

/** Notes attached to a chart (or an npm package of a bundle), null when there are none. */
export async function attachedNotes(
	oci: OciClient,
	subject: { repository: string; digest: string; tag: string },
	referrers: Referrers,
	signal?: AbortSignal,
): Promise<ReleaseNotes | null> {
	const found = await referrers({ digest: subject.digest, type: artifactTypes.packNotes, signal });
	const content = await newestContent(oci, subject.repository, { found, type: artifactTypes.packNotes, signal });
	const text = content === null ? '' : new TextDecoder().decode(content);
	return text.trim() === '' ? null : { text, tag: subject.tag, url: null, publishedAt: null };
}

function infoOf(chart: FetchedChart | null): ChartInfo | null {
	if (chart === null) return null;
	const { bytes: _bytes, ...info } = chart;
	return info;
}

async function fileInChart(chart: FetchedChart | null): Promise<Uint8Array | null> {
	if (chart === null) return null;
	const files = await readArchive(chart.bytes, {
		wanted: (path) => CHART_FILES.includes(withoutRoot(path)),
		limits: { fileBytes: LARGEST_MANIFEST },
		what: `the chart ${chart.chart.name} ${chart.chart.version}`,
	});
	for (const wanted of CHART_FILES) {
		for (const [path, content] of files) if (withoutRoot(path) === wanted) return content;
	}
	return null;
}

/** Only a whole manifest counts; a summary or a digest in the annotation is for lists. */
function annotationOf(info: ChartInfo | null): string | null {
	const text = info?.chart.annotations[ANNOTATION] ?? info?.annotations[ANNOTATION] ?? '';
	return text.trimStart().startsWith('{') ? text : null;
}

async function attachedManifest(
	oci: OciClient,
	repository: string,
	{ info, referrers, signal }: { info: ChartInfo | null; referrers: Referrers; signal?: AbortSignal | undefined },
): Promise<Uint8Array | null> {
	if (info === null) return null;
	return newestContent(oci, repository, {
		found: await referrers({ digest: info.manifestDigest, type: artifactTypes.packManifest, signal }),
		type: artifactTypes.packManifest,
		signal,
	});
}

/** What the artifact that counts among `found` holds, null for none. */
export async function newestContent(
	oci: OciClient,
	repository: string,
	{ found, type, signal }: { found: readonly Referrer[]; type: string; signal?: AbortSignal | undefined },
): Promise<Uint8Array | null> {
	const newest = newestReferrer(found);
	if (!newest) return null;
	const layers = newest.manifest.json.layers ?? [];
	const layer = layers.find(({ mediaType }) => mediaType === type) ?? layers[0];
	if (!layer) throw invalidError({ host: oci.host, what: `what is attached to ${repository}` }, 'has no content');
	return oci.blob(repository, layer, { maxBytes: LARGEST_MANIFEST, signal });
}

async function fileInTarball(bytes: Uint8Array, npm: NpmRef): Promise<Uint8Array | null> {
	const files = await readArchive(bytes, {
		wanted: (path) => withoutRoot(path) === 'khal-app.json',
		limits: { fileBytes: LARGEST_MANIFEST },
		what: `the npm package ${npm.package} ${npm.version}`,
	});
	return [...files.values()][0] ?? null;
}

async function fileInRepository(
	github: GithubClient,
	repository: string,
	tags: readonly string[],
	signal?: AbortSignal,
): Promise<Uint8Array | null> {
	for (const tag of tags) {
		const file = await github.findFileAtTag(repository, { path: 'khal-app.json', tag }, signal);
		if (file !== null) return file;
	}
	return null;
}
