import { AppError, isAppError } from '@/lib/core';
import type { Connections } from './connections';
import { fingerprintOf } from './fingerprint';
import { createFrontendNews, type FrontendNews } from './frontend-news';
import { findReleaseNotes } from './github/notes';
import type { GithubRelease } from './github/schema';
import { joinVersions } from './join';
import type { Listing } from './listing';
import { lookUpManifest } from './manifest-lookup';
import { createMemo, type Memo } from './memo';
import { artifactContent } from './oci/artifact';
import { chartArchive, chartInfo } from './oci/chart';
import { parseReference } from './oci/reference';
import { type KnownTags, listReferrers, newestReferrer } from './oci/referrers';
import { versionTags } from './oci/tags';
import { attachedNotes, manifestPlaces } from './pack-places';
import type { ChartInfo, ChartRef, DiscoveredPack, ListedChart, NpmArtifact, PackSource } from './source';

/** What the clients of any source look like to the questions asked here; a bundle has none that speak HTTP. */
export type Clients = Pick<Connections, 'oci' | 'npm' | 'github'>;

export type PackSourceParts = {
	kind: PackSource['kind'];
	clients: Clients;
	listing: Listing;
	/** The source's own registry, null when it has none. */
	registryHost: string | null;
	hostAliases: Readonly<Record<string, string>>;
	/** Whether charts of a host, as packs write it, may be read from this source. */
	serves: PackSource['servesRegistry'];
	now: () => Date;
} & Pick<PackSource, 'probe' | 'close'> & { warnings: () => string[] };

type Context = PackSourceParts & {
	/** Answers that many versions of one pack share, for the length of a sync. */
	tags: Memo<string[]>;
	releases: Memo<{ releases: GithubRelease[]; isComplete: boolean } | null>;
	packuments: Memo<NpmArtifact[] | null>;
	news: FrontendNews;
	/** Hosts that answered 404 to the referrers API; one that has it never does (distribution-spec 1.1.1). */
	withoutReferrers: Set<string>;
	problems: string[];
	/** GitHub has answered as often as it does without a token. */
	isGithubSilent: boolean;
};

/** The one implementation of `PackSource`: every kind brings its clients and its listing. */
export function assemblePackSource(parts: PackSourceParts): PackSource {
	const { now, clients } = parts;
	const { oci, npm } = clients;
	const context: Context = {
		...parts,
		tags: createMemo(now),
		releases: createMemo(now),
		packuments: createMemo(now),
		news: createFrontendNews(npm),
		withoutReferrers: new Set(),
		problems: [],
		isGithubSilent: false,
	};
	const referenceOf = (chart: ChartRef) => chart.manifestDigest ?? chart.tag;

	return {
		kind: parts.kind,
		async discover(signal) {
			// A new look at the source must not be answered from the last one.
			for (const memo of [context.tags, context.releases, context.packuments]) memo.clear();
			context.withoutReferrers.clear();
			context.news.forget();
			context.isGithubSilent = false;
			const { packs, problems } = await parts.listing.discover(signal);
			context.problems = problems;
			return packs;
		},
		fingerprint: (pack, signal) =>
			fingerprintOf(
				pack,
				{
					tags: async () => (pack.chart === null ? null : tagsUnlessNone(context, pack.chart, signal)),
					frontends: () => listFrontendsOf(context, pack, signal),
					news: context.news,
					isWhole: parts.listing.tellsFrontends === true,
				},
				signal,
			),
		tagDigest: async (chart, signal) => (await oci(chart.host).resolve(chart.repository, chart.tag, signal)).digest,
		servesRegistry: parts.serves,
		async versions(pack, signal) {
			// Null where nothing can be: "no such package" of a pack that is only a frontend must not look like "no versions".
			const charts = pack.chart === null ? null : await listCharts(context, pack, signal);
			const frontends = await listFrontendsOf(context, pack, signal);
			if (charts !== null || frontends !== null) return joinVersions(charts ?? [], frontends ?? []);
			const host = pack.chart?.host ?? parts.registryHost;
			throw new AppError('not_found', `${host ?? 'The registry'} has neither a chart nor a frontend of ${pack.name}.`, {
				hint: 'Check the name of the pack, and that the credential of this source may read it.',
				details: { host, status: 404, retriable: false },
			});
		},
		async fetchManifest(pack, version, signal) {
			const { chart } = version;
			const { places, chart: seen } = manifestPlaces(
				{
					oci: chart === null ? null : oci(chart.host),
					npm,
					github: clients.github,
					referrers: chart === null ? null : referrersOf(context, chart),
				},
				pack,
				version,
				signal,
			);
			const finding = await lookUpManifest(places, ['chart-annotation', 'npm-tarball']);
			return { ...finding, chart: await unlessUnusable(seen()) };
		},
		chartInfo: (chart, signal) =>
			chartInfo(oci(chart.host), chart.repository, { reference: referenceOf(chart), signal }),
		fetchChart: (chart, signal) =>
			chartArchive(oci(chart.host), chart.repository, { reference: referenceOf(chart), signal }),
		async fetchArtifact(chart, signal) {
			const client = oci(chart.host);
			const whole = await client.manifest(chart.repository, referenceOf(chart), signal);
			const found = await referrersOf(context, chart)({ digest: whole.digest, signal });
			const newest = new Set(
				found.map(({ artifactType }) => newestReferrer(found.filter((other) => other.artifactType === artifactType))),
			);
			const attached = [];
			for (const referrer of found) {
				const content = await artifactContent(client, chart.repository, referrer.manifest, signal);
				attached.push({ ...content, isNewest: newest.has(referrer) });
			}
			return { ...(await artifactContent(client, chart.repository, whole, signal)), attached };
		},
		async fetchTarball(frontend, signal) {
			if (npm === null) throw noNpm(frontend.package);
			return npm.tarball(frontend, signal);
		},
		async findFrontend(name, version, signal) {
			if (npm === null) throw noNpm(name);
			const listed = await listFrontends(context, name, signal).catch((error: unknown) =>
				Promise.reject(isClosedToNobody(error) ? closedNpm(name, error) : error),
			);
			return listed?.find((artifact) => artifact.version === version) ?? null;
		},
		resolveChart: (reference, version, signal) => resolveChart(context, { reference, version }, signal),
		async notes(pack, version, signal) {
			if (clients.github !== null) {
				if (context.isGithubSilent) return null;
				const wanted = { pack, version: version.version, signal };
				return findReleaseNotes(clients.github, context.releases, wanted).catch((error: unknown) => {
					// Notes are no reason to stop reading charts, which are somewhere else; the next reading finds them.
					if (!isAppError(error, 'rate_limited') || error.details.needsCredential !== true) throw error;
					context.isGithubSilent = true;
					return null;
				});
			}
			const { chart } = version;
			if (chart === null) return null;
			const client = oci(chart.host);
			const digest = chart.manifestDigest ?? (await client.resolve(chart.repository, chart.tag, signal)).digest;
			return attachedNotes(client, { ...chart, digest }, referrersOf(context, chart), signal);
		},
		probe: parts.probe,
		state: () => ({
			credentialRejected: parts.registryHost === null ? null : oci(parts.registryHost).rejected(),
			token: clients.github?.tokenFacts() ?? null,
			warnings: [...context.problems, ...parts.warnings()],
		}),
		close: parts.close,
	};
}

async function listCharts(
	context: Context,
	pack: DiscoveredPack,
	signal?: AbortSignal,
): Promise<readonly ListedChart[] | null> {
	const place = pack.chart;
	if (pack.listed !== null) return pack.listed.charts;
	if (place === null) return [];
	const better = context.listing.charts?.(place, signal);
	if (better !== undefined) return better;
	// With a frontend to fall back on, a chart that is not there (yet) is no failure of the pack.
	const tags = await (pack.npm === null ? tagsOf(context, place, signal) : tagsUnlessNone(context, place, signal));
	return (
		tags &&
		versionTags(tags).map(({ version, tag }) => ({
			version,
			chart: { ...place, tag, manifestDigest: null },
			publishedAt: null,
		}))
	);
}

async function tagsOf(context: Context, place: { host: string; repository: string }, signal?: AbortSignal) {
	const { host, repository } = place;
	return context.tags.get(`${host}/${repository}`, () => context.clients.oci(host).tags(repository, signal));
}

/** Null when there is no such repository. */
async function tagsUnlessNone(context: Context, place: { host: string; repository: string }, signal?: AbortSignal) {
	return tagsOf(context, place, signal).catch((error: unknown) => {
		const isNone =
			isAppError(error, 'not_found') || (context.listing.isGuess && isAppError(error, 'upstream_forbidden'));
		return isNone ? null : Promise.reject(error);
	});
}

async function listFrontendsOf(
	context: Context,
	pack: DiscoveredPack,
	signal?: AbortSignal,
): Promise<readonly NpmArtifact[] | null> {
	if (pack.listed?.frontends) return pack.listed.frontends;
	if (pack.npm === null || context.clients.npm === null) return [];
	const listed = listFrontends(context, pack.npm.package, signal);
	// Charts are public more often than packages; what the frontend needs is said beside the versions.
	return pack.chart === null
		? listed
		: listed.catch((error: unknown) => (isClosedToNobody(error) ? null : Promise.reject(error)));
}

/** Null when the registry answers that there is no such package (or not for this credential, which looks the same). */
async function listFrontends({ clients, packuments }: Context, name: string, signal?: AbortSignal) {
	const { npm } = clients;
	if (npm === null) return null;
	return packuments.get(name, async () => {
		const found = await unlessMissing(npm.packument(name, signal));
		return found?.versions.map(({ tarball: _tarball, ...version }) => ({ package: name, ...version })) ?? null;
	});
}

/** Referrers of charts, asked the cheapest way that is known to work at their registry. */
function referrersOf(context: Context, { host, repository }: ChartRef) {
	const known: KnownTags = {
		hasNoApi: () => context.withoutReferrers.has(host),
		sawNoApi: () => void context.withoutReferrers.add(host),
		// A registry that lists tags lists fallback tags too; without a list (GitHub's REST) each one is asked for.
		tags: async (signal) =>
			context.listing.charts === undefined ? tagsUnlessNone(context, { host, repository }, signal) : null,
	};
	return (subject: { digest: string; type?: string; signal?: AbortSignal | undefined }) =>
		listReferrers(context.clients.oci(host), repository, { ...subject, known });
}

async function resolveChart(
	context: Context,
	{ reference, version }: { reference: string; version: string },
	signal?: AbortSignal,
): Promise<ChartRef> {
	const { host: written, repository, digest } = parseReference(reference);
	if (!(await context.serves(written))) {
		throw new AppError('not_installable', `The chart is in the registry ${written}, which this source does not know.`, {
			hint: `Allow the registry ${written} for this source, or add it as a source of its own.`,
			details: { registry: written, reference },
		});
	}
	const host = context.hostAliases[written] ?? written;
	const tags = versionTags(await tagsOf(context, { host, repository }, signal));
	const found = tags.find((candidate) => candidate.version === version);
	if (found) return { host, repository, tag: found.tag, manifestDigest: digest };
	throw new AppError('not_found', `${host} has no version ${version} of the chart ${repository}.`, {
		hint: 'The publisher has not pushed the chart of this version yet, or took it back.',
		details: { host, status: 200, retriable: false },
	});
}

/** A registry that refuses whoever shows no token (GitHub's, always), where the source has none to show. */
function isClosedToNobody(error: unknown): error is AppError {
	return isAppError(error, 'upstream_forbidden') && error.details.needsCredential === true;
}

function closedNpm(name: string, { message, hint, details }: AppError): AppError {
	return new AppError('not_installable', `The frontend ${name} cannot be read: ${message}`, {
		...(hint === undefined ? {} : { hint }),
		details,
	});
}

function noNpm(name: string): AppError {
	return new AppError(
		'not_installable',
		`The frontend ${name} is an npm package, and this source has no npm registry.`,
		{
			hint: 'Add the npm registry to the source, in Settings.',
		},
	);
}

async function unlessMissing<T>(pending: Promise<T>): Promise<T | null> {
	return pending.catch((error: unknown) => (isAppError(error, 'not_found') ? null : Promise.reject(error)));
}

async function unlessUnusable(pending: Promise<ChartInfo | null>): Promise<ChartInfo | null> {
	return pending.catch((error: unknown) =>
		isAppError(error) && error.details.fault === 'content' ? null : Promise.reject(error),
	);
}
