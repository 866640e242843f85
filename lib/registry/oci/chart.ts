import { contentError } from '../http/errors';
import type { ChartInfo, Descriptor, FetchedChart } from '../source';
import type { FetchedManifest, OciClient } from './client';
import { ChartConfig } from './schema';

/** helm pkg/registry/constants.go; the legacy layer type is from Helm 3.6 and older. */
const HELM_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const CHART_LAYERS: readonly string[] = ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/tar+gzip'];

/** Rancher's limit for chart layers; charts are tens of kilobytes. */
const LARGEST_CHART = 20 * 1024 * 1024;
const REPUSH = 'The publisher has to push the chart again, with helm push.';
const LARGEST_CONFIG = 1024 * 1024;

/** What a chart says about itself, from its manifest and config blob: two requests, none once both are known. */
export async function chartInfo(
	client: OciClient,
	repository: string,
	{ reference, signal }: { reference: string; signal?: AbortSignal | undefined },
): Promise<ChartInfo> {
	const manifest = await client.manifest(repository, reference, signal);
	const subject = { host: client.host, what: `the chart ${repository} (${reference})` };
	const config = configOf(manifest, subject.what, client.host);
	const bytes = await client.blob(repository, config, { maxBytes: LARGEST_CONFIG, signal });
	const parsed = ChartConfig.safeParse(parseJson(bytes));
	if (!parsed.success)
		throw contentError(`${subject.what} at ${subject.host} has no readable Chart.yaml.`, {
			host: client.host,
			hint: REPUSH,
		});
	const chart = parsed.data;
	const annotations = manifest.json.annotations ?? {};
	return {
		manifestDigest: manifest.digest,
		archive: archiveOf(manifest, subject),
		chart: {
			name: chart.name,
			version: chart.version,
			appVersion: chart.appVersion ?? null,
			description: chart.description ?? null,
			type: chart.type ?? null,
			kubeVersion: chart.kubeVersion ?? null,
			deprecated: chart.deprecated,
			sources: chart.sources ?? [],
			annotations: chart.annotations ?? {},
		},
		annotations,
		created: timestampOf(annotations['org.opencontainers.image.created']),
	};
}

/** The chart with its archive, a `.tgz` verified by digest. */
export async function chartArchive(
	client: OciClient,
	repository: string,
	{ reference, signal }: { reference: string; signal?: AbortSignal | undefined },
): Promise<FetchedChart> {
	const info = await chartInfo(client, repository, { reference, signal });
	return { ...info, bytes: await client.blob(repository, info.archive, { maxBytes: LARGEST_CHART, signal }) };
}

function configOf({ json }: FetchedManifest, what: string, host: string): Descriptor {
	if (json.config?.mediaType === HELM_CONFIG) return json.config;
	const is = json.manifests
		? 'an index of several manifests'
		: (json.config?.mediaType ?? 'something without a config');
	throw contentError(`${what} at ${host} is not a Helm chart but ${is}.`, { host, hint: REPUSH });
}

/** Layers are sorted by digest, so with a provenance file the chart is not always the first one. */
function archiveOf({ json }: FetchedManifest, subject: { host: string; what: string }): Descriptor {
	for (const mediaType of CHART_LAYERS) {
		const layer = json.layers?.find((candidate) => candidate.mediaType === mediaType);
		if (layer) return { mediaType: layer.mediaType, digest: layer.digest, size: layer.size };
	}
	throw contentError(`${subject.what} at ${subject.host} has no chart archive among its layers.`, {
		host: subject.host,
		hint: REPUSH,
	});
}

function parseJson(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return undefined;
	}
}

function timestampOf(text: string | undefined): string | null {
	const time = Date.parse(text ?? '');
	return Number.isNaN(time) ? null : new Date(time).toISOString();
}
