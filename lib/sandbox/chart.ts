import { stringify } from 'yaml';
import { sha256 } from '@/lib/digest';
import { packArchive, textFiles } from './archive';
import { isoSeconds } from './iso-seconds';

/** Chart.yaml, apiVersion v2, as far as packs use it (helm.sh/docs/topics/charts). */
export type ChartMetadata = {
	name: string;
	version: string;
	appVersion?: string;
	description?: string;
	home?: string;
	sources?: readonly string[];
	keywords?: readonly string[];
	maintainers?: readonly { name: string; email?: string }[];
	annotations?: Readonly<Record<string, string>>;
	icon?: string;
	kubeVersion?: string;
};

/** What `helm push` stores for a chart: two blobs and the manifest that ties them together. */
export type ChartArtifact = { manifest: Uint8Array<ArrayBuffer>; blobs: readonly Uint8Array<ArrayBuffer>[] };

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const HELM_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const HELM_CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/**
 * A Helm chart archive in memory: Chart.yaml from `metadata`, the other files as given (paths relative to the chart).
 * Equal input gives equal bytes; `mtime` goes into the tar headers.
 */
export function buildChart(
	metadata: ChartMetadata,
	files: Readonly<Record<string, string>>,
	mtime: Date,
): Uint8Array<ArrayBuffer> {
	const chartYaml = stringify(ordered(metadata), { lineWidth: 0 });
	return packArchive(textFiles({ 'Chart.yaml': chartYaml, ...files }, `${metadata.name}/`), mtime);
}

/**
 * The OCI artifact exactly as Helm 4 writes it: no `mediaType`, no `artifactType`, the config blob is Chart.yaml as
 * Go prints it in JSON, annotations derived from the metadata (helm pkg/registry/chart.go). `created` is the
 * modification time of the archive, as `helm push` takes it.
 */
export function chartArtifact(metadata: ChartMetadata, archive: Uint8Array<ArrayBuffer>, created: Date): ChartArtifact {
	const config = goJson(ordered(metadata));
	const manifest = goJson({
		schemaVersion: 2,
		config: descriptor(HELM_CONFIG, config),
		layers: [descriptor(HELM_CHART, archive)],
		annotations: sorted(annotationsOf(metadata, created)),
	});
	return { manifest, blobs: [config, archive] };
}

/** An OCI descriptor of `bytes`. */
export function descriptor(mediaType: string, bytes: Uint8Array): { mediaType: string; digest: string; size: number } {
	return { mediaType, digest: sha256(bytes), size: bytes.length };
}

/** The OCI tag of a chart version: `+` is not allowed in tags, Helm writes `_` (helm/helm#10166). */
export function tagOf(version: string): string {
	return version.replaceAll('+', '_');
}

function annotationsOf(metadata: ChartMetadata, created: Date): Record<string, string> {
	const derived: Record<string, string | undefined> = {
		'org.opencontainers.image.description': metadata.description,
		'org.opencontainers.image.title': metadata.name,
		'org.opencontainers.image.version': metadata.version,
		'org.opencontainers.image.url': metadata.home,
		'org.opencontainers.image.created': isoSeconds(created),
		'org.opencontainers.image.source': metadata.sources?.[0],
		'org.opencontainers.image.authors': metadata.maintainers
			?.map(({ name, email }) => (email ? `${name} (${email})` : name))
			.join(', '),
	};
	const result: Record<string, string> = {};
	for (const [key, value] of Object.entries(derived)) if (value) result[key] = value;
	for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
		// Helm never lets Chart.yaml override these two.
		if (key !== 'org.opencontainers.image.title' && key !== 'org.opencontainers.image.version') result[key] = value;
	}
	return result;
}

/** Members in the order of Go's chart.Metadata struct, so that the config blob has Helm's own digest. */
function ordered(metadata: ChartMetadata): Record<string, unknown> {
	const { name, home, sources, version, description, keywords, maintainers, icon, appVersion, kubeVersion } = metadata;
	return {
		name,
		...(home ? { home } : {}),
		...(sources?.length ? { sources } : {}),
		version,
		...(description ? { description } : {}),
		...(keywords?.length ? { keywords } : {}),
		...(maintainers?.length ? { maintainers } : {}),
		...(icon ? { icon } : {}),
		apiVersion: 'v2',
		...(appVersion ? { appVersion } : {}),
		...(metadata.annotations ? { annotations: sorted(metadata.annotations) } : {}),
		...(kubeVersion ? { kubeVersion } : {}),
		type: 'application',
	};
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** encoding/json escapes these five characters inside strings; JSON.stringify does not. */
function goJson(value: unknown): Uint8Array<ArrayBuffer> {
	const text = JSON.stringify(value).replace(
		/[<>&\u2028\u2029]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	return new TextEncoder().encode(text);
}
