import type { ChartArtifact, FrontendArtifact, ManifestOrigin } from '@/lib/contracts/packs';
import { type AppError, isAppError } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { installability, type Manifest, parseManifest } from '@/lib/manifest';
import type {
	ChartInfo,
	ChartRef,
	DiscoveredPack,
	DiscoveredVersion,
	ManifestLookup,
	PackSource,
} from '@/lib/registry';
import type { ReadVersion } from './store';

/** Puts a chart reference into words: the host packs declare, not the mirror it is read from. */
export type DescribeChart = (chart: ChartRef) => string;

/** Another source that reads charts of a registry this one does not know; null when there is none. */
export type FindElsewhere = (host: string) => Promise<{ source: PackSource; describe: DescribeChart } | null>;

/**
 * Read one version completely: its manifest, chart, frontends and notes, and whether it can be installed. A part that
 * the registry answers about but does not have becomes a reason; a registry that fails throws.
 */
export async function readVersion(input: {
	source: PackSource;
	pack: DiscoveredPack;
	packId: string;
	version: DiscoveredVersion;
	/** The text an admin attached to this version, null for none. */
	attached: string | null;
	describe: DescribeChart;
	elsewhere: FindElsewhere;
	signal?: AbortSignal;
}): Promise<ReadVersion> {
	const { source, pack, version, signal } = input;
	const lookup = await source.fetchManifest(pack, version, signal);
	const chosen = chooseManifest(lookup.found, input.attached);
	const { manifest, blockers } = chosen.parsed ?? { manifest: null, blockers: [] };
	const chart = await findChart(input, manifest, lookup.chart);
	const frontends = await findFrontends(input, manifest);
	const notes = await source.notes(pack, pinned(version, lookup.chart), signal);

	const reasons = [
		...(chosen.parsed === null ? [NO_MANIFEST] : []),
		...lookup.problems,
		...blockers.map((blocker) => blocker.message),
		...(manifest === null || blockers.length > 0 ? [] : installability(manifest).reasons),
		...chart.reasons,
		...frontends.reasons,
	];
	return {
		packId: input.packId,
		version: version.version,
		prerelease: version.prerelease,
		publishedAt: version.publishedAt ?? lookup.chart?.created ?? notes?.publishedAt ?? null,
		chart: chart.artifact,
		frontends: frontends.artifacts,
		manifest,
		manifestRaw: chosen.raw,
		manifestOrigin: chosen.origin,
		manifestDigest: chosen.raw === null ? null : sha256(chosen.raw),
		warnings: chosen.parsed?.warnings ?? [],
		blockers,
		disagreements: [...chosen.disagreements, ...lookup.disagreements],
		installable: reasons.length === 0,
		reasons: [...new Set(reasons)],
		notes: notes?.text ?? null,
	};
}

/** A version that the registry lists and cannot give out: shown with the reason, looked at again at the next sync. */
export function unreadableVersion(packId: string, version: DiscoveredVersion, error: AppError): ReadVersion {
	return {
		packId,
		version: version.version,
		prerelease: version.prerelease,
		publishedAt: version.publishedAt,
		chart: null,
		frontends: [],
		manifest: null,
		manifestRaw: null,
		manifestOrigin: null,
		manifestDigest: null,
		warnings: [],
		blockers: [],
		disagreements: [],
		installable: false,
		reasons: [sentence(error)],
		notes: null,
	};
}

const NO_MANIFEST = 'The publisher ships no manifest (khal-app.json) with this version. An admin can attach one.';

type Chosen = {
	raw: string | null;
	origin: ManifestOrigin | null;
	parsed: ReturnType<typeof parseManifest> | null;
	disagreements: string[];
};

/** What the publisher ships counts as soon as it can be used; until then what an admin attached does. */
function chooseManifest(found: ManifestLookup['found'], attached: string | null): Chosen {
	const published = found === null ? null : parseManifest(found.raw);
	const usable = published !== null && published.manifest !== null && published.blockers.length === 0;
	if (attached === null || usable) {
		const isOther = attached !== null && found !== null && attached.trim() !== found.raw.trim();
		return {
			raw: found?.raw ?? null,
			origin: found?.origin ?? null,
			parsed: published,
			disagreements: isOther
				? ['The manifest that was attached by hand says something else than the published one, which is used.']
				: [],
		};
	}
	return {
		raw: attached,
		origin: 'attached',
		parsed: parseManifest(attached),
		disagreements:
			published === null ? [] : ['The published manifest cannot be used; the one that was attached by hand is.'],
	};
}

/** The version with the digest that was just read, so that nobody has to ask for it again. */
function pinned(version: DiscoveredVersion, seen: ChartInfo | null): DiscoveredVersion {
	if (version.chart === null || seen === null) return version;
	return { ...version, chart: { ...version.chart, manifestDigest: seen.manifestDigest } };
}

type Reading = Parameters<typeof readVersion>[0];

async function findChart(
	input: Reading,
	manifest: Manifest | null,
	seen: ChartInfo | null,
): Promise<{ artifact: ChartArtifact | null; reasons: string[] }> {
	const declared = manifest?.backend?.helmChart ?? null;
	const { chart } = input.version;
	try {
		if (chart !== null) {
			const info = seen ?? (await input.source.chartInfo(chart, input.signal));
			return { artifact: toArtifact(input.describe(chart), chart, info), reasons: [] };
		}
		return { artifact: declared === null ? null : await resolveDeclared(input, declared), reasons: [] };
	} catch (error) {
		// What was published is no chart, or not there: no retry heals that, and it must not hide the other versions.
		const isPublishers =
			isAppError(error) &&
			(error.details.fault === 'content' || (chart === null && NOT_TO_BE_HAD.includes(error.code)));
		if (isPublishers) return { artifact: null, reasons: [sentence(error)] };
		throw error;
	}
}

/** Of a chart that only a manifest names. Its registry may be one that this source has no credential for. */
const NOT_TO_BE_HAD: readonly string[] = ['not_installable', 'not_found', 'upstream_forbidden'];

/** A chart that only the manifest names: in a registry of this source, or of another one. */
async function resolveDeclared(input: Reading, declared: string): Promise<ChartArtifact> {
	const { version } = input.version;
	const { signal } = input;
	let place: { source: PackSource; describe: DescribeChart } = input;
	const chart = await input.source.resolveChart(declared, version, signal).catch(async (error: unknown) => {
		const host = isAppError(error, 'not_installable') ? error.details.registry : undefined;
		const other = typeof host === 'string' ? await input.elsewhere(host) : null;
		if (other === null) throw error;
		place = other;
		return other.source.resolveChart(declared, version, signal);
	});
	return toArtifact(place.describe(chart), chart, await place.source.chartInfo(chart, signal));
}

async function findFrontends(
	input: Reading,
	manifest: Manifest | null,
): Promise<{ artifacts: FrontendArtifact[]; reasons: string[] }> {
	const reasons: string[] = [];
	const { version, npm: known } = input.version;
	const wanted = manifest?.frontends.filter((frontend) => frontend.package !== null) ?? [];
	const artifacts = await Promise.all(
		wanted.map(async ({ id, package: name }) => {
			const found =
				known !== null && known.package === name
					? known
					: await input.source.findFrontend(name ?? '', version, input.signal).catch((error: unknown) => {
							if (!isAppError(error, 'not_installable')) throw error;
							reasons.push(sentence(error));
							return null;
						});
			return {
				appId: id,
				package: name ?? '',
				version,
				integrity: found?.integrity ?? null,
				available: found !== null,
				deprecated: found?.deprecated ?? null,
			};
		}),
	);
	const missing = artifacts.filter((frontend) => !frontend.available);
	if (reasons.length === 0) {
		reasons.push(...missing.map((frontend) => `Frontend ${frontend.package} ${frontend.version} is not there yet.`));
	}
	return { artifacts, reasons };
}

function toArtifact(reference: string, chart: ChartRef, info: ChartInfo): ChartArtifact {
	return {
		reference,
		tag: chart.tag,
		manifestDigest: info.manifestDigest,
		archiveDigest: info.archive.digest,
		size: info.archive.size,
	};
}

function sentence(error: AppError): string {
	if (error.hint === undefined) return error.message;
	return `${error.message}${/[.!?]$/.test(error.message) ? '' : '.'} ${error.hint}`;
}
