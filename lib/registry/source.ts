import type { SourceConfig } from '@/lib/contracts/source-config';
import type { DoctorReport } from '@/lib/contracts/sources';

/**
 * What a source of packs offers, whatever its kind. All methods throw AppError (`upstream_forbidden`,
 * `upstream_unavailable`, `upstream_invalid`, `rate_limited`, `integrity_mismatch`, `too_large`, `timeout`,
 * `not_found`, `cancelled`) with a hint; an error is never an empty list.
 */
export type PackSource = {
	readonly kind: SourceConfig['kind'];
	/** Every pack of the source, by name. One conditional request per kind of artifact and page. */
	discover(signal?: AbortSignal): Promise<DiscoveredPack[]>;
	/**
	 * A text that stays the same while the listing of a pack does: what `discover` knew, else one request. Equal texts
	 * do not prove that no tag was moved.
	 */
	fingerprint(pack: DiscoveredPack, signal?: AbortSignal): Promise<string>;
	/** The digest a tag points to now: one HEAD request. Throws `not_found`. */
	tagDigest(chart: ChartRef, signal?: AbortSignal): Promise<string>;
	/** True when references to this host (as packs write it) are resolved by this source. */
	servesRegistry(host: string): Promise<boolean>;
	/** Versions of a pack, newest first, charts and npm packages joined by version. No blobs are read. */
	versions(pack: DiscoveredPack, signal?: AbortSignal): Promise<DiscoveredVersion[]>;
	/** The `khal-app.json` of a version (DESIGN section 4), and what was learnt about its chart on the way. */
	fetchManifest(pack: DiscoveredPack, version: DiscoveredVersion, signal?: AbortSignal): Promise<ManifestLookup>;
	/** What Chart.yaml and the OCI manifest say, without downloading the archive. */
	chartInfo(chart: ChartRef, signal?: AbortSignal): Promise<ChartInfo>;
	/** The chart archive, verified by digest. With `manifestDigest` it is exactly that one, wherever the tag points. */
	fetchChart(chart: ChartRef, signal?: AbortSignal): Promise<FetchedChart>;
	/** The chart as it is in the registry, every blob and everything attached to it, for a copy with the same digests. */
	fetchArtifact(chart: ChartRef, signal?: AbortSignal): Promise<FetchedArtifact>;
	/** The npm tarball, verified by its integrity; a given `integrity` must be the one the registry names. */
	fetchTarball(frontend: NpmRef, signal?: AbortSignal): Promise<FetchedTarball>;
	/** An npm package at a version; null when the registry answers but does not have it (yet). */
	findFrontend(name: string, version: string, signal?: AbortSignal): Promise<NpmArtifact | null>;
	/**
	 * Turn a chart reference from a manifest (`oci://host/repository`) into one of this source, at the tag of
	 * `version`. Throws AppError `not_installable` with `details.registry` when the host is not configured.
	 */
	resolveChart(reference: string, version: string, signal?: AbortSignal): Promise<ChartRef>;
	/** Release notes of a version, null when the author published none. */
	notes(pack: DiscoveredPack, version: DiscoveredVersion, signal?: AbortSignal): Promise<ReleaseNotes | null>;
	/** The doctor's check list for this source; never throws for what it finds. */
	probe(signal?: AbortSignal): Promise<DoctorReport>;
	/** What was noticed besides the answers: rejected credential, token scopes and expiry, registry warnings. */
	state(): SourceState;
	/** Close idle connections. */
	close(): Promise<void>;
};

/** A pack before its versions are known. `name` is unique in the source and never contains the prefix `pack-`. */
export type DiscoveredPack = {
	name: string;
	chart: { host: string; repository: string } | null;
	npm: { package: string } | null;
	/** `owner/name` of the linked repository (or by convention), for notes and as the last place of a manifest. */
	repository: string | null;
	/** Newest change the listing knows of, ISO 8601. */
	updatedAt: string | null;
	/**
	 * Equal fingerprints mean that the listing reports no change. Whether GitHub moves it on every push is not
	 * proven, so look at unchanged packs now and then too. Null when the listing says nothing.
	 */
	fingerprint: string | null;
	/** Versions, when the listing itself told them; null parts have to be asked for. */
	listed: { charts: ListedChart[]; frontends: NpmArtifact[] | null } | null;
};

/** A chart as a listing tells it; the digest is null where it knows only the tag. */
export type ListedChart = { version: string; chart: ChartRef; publishedAt: string | null };

/** A version: semver without leading `v`, `+build` kept. At least one of `chart` and `npm` is there. */
export type DiscoveredVersion = {
	version: string;
	prerelease: boolean;
	chart: ChartRef | null;
	npm: NpmArtifact | null;
	/** ISO 8601, null when no registry says when. */
	publishedAt: string | null;
};

/** Where a chart is. `tag` is the exact tag in the registry (`v1.2.0`, `1.2.0_build.5`). */
export type ChartRef = {
	host: string;
	repository: string;
	tag: string;
	/** `sha256:…` of the OCI manifest, null while only the tag is known. */
	manifestDigest: string | null;
};

/** An OCI descriptor: what a blob must hash to, in bytes of `size`. */
export type Descriptor = { mediaType: string; digest: string; size: number };

export type ChartInfo = {
	manifestDigest: string;
	/** The chart archive, a `.tgz`. */
	archive: Descriptor;
	/** Chart.yaml, read leniently; absent texts are null. */
	chart: {
		name: string;
		version: string;
		appVersion: string | null;
		description: string | null;
		type: string | null;
		kubeVersion: string | null;
		deprecated: boolean;
		sources: string[];
		annotations: Record<string, string>;
	};
	/** Annotations of the OCI manifest. */
	annotations: Record<string, string>;
	/** ISO 8601 from `org.opencontainers.image.created`; a hint, not a proof. */
	created: string | null;
};

export type FetchedChart = ChartInfo & { bytes: Uint8Array };

/** A manifest with its exact bytes and those of every blob it names. */
export type ArtifactContent = Descriptor & { artifactType: string | null; bytes: Uint8Array; blobs: ArtifactBlob[] };
type ArtifactBlob = Descriptor & { bytes: Uint8Array };
/** In the order of the registry; `isNewest`: of several of one type the one that counts. */
export type FetchedArtifact = ArtifactContent & { attached: (ArtifactContent & { isNewest: boolean })[] };

export type NpmRef = { package: string; version: string; integrity: string | null };

/** An npm version as the packument tells it. `integrity` is an SRI string (also made from an old `shasum`), or null. */
export type NpmArtifact = NpmRef & { deprecated: string | null; distTags: string[]; publishedAt: string | null };

/** `integrity` is `sha512-…` of the bytes received, whatever the packument offered. */
export type FetchedTarball = { package: string; version: string; bytes: Uint8Array; integrity: string };

/** Names as in `lib/contracts/packs` (`attached` never comes from a source). */
export type ManifestOrigin = 'chart-file' | 'chart-annotation' | 'oci-referrer' | 'npm-tarball' | 'repository';

/** `raw` is the text as found, possibly malformed; `digest` is sha256 of its bytes. */
export type ManifestLookup = {
	found: { raw: string; origin: ManifestOrigin; digest: string } | null;
	/** Sentences: where another copy says something else, in which fields. */
	disagreements: string[];
	/** Sentences: where was looked, and what was there or could not be read. */
	looked: string[];
	/** Sentences: artifacts of this version that are unusable as published. Such a version must not be installed. */
	problems: string[];
	/** The chart as seen during the lookup, null for a version without one. */
	chart: ChartInfo | null;
};

/** Markdown as written; render it sanitised. */
export type ReleaseNotes = { text: string; tag: string; url: string | null; publishedAt: string | null };

export type SourceState = {
	/** The stored credential was refused by the registry and anonymous access was used instead. */
	credentialRejected: { host: string; status: number } | null;
	/** From GitHub's headers: scopes of a classic token, and when it ends (ISO 8601). */
	token: { scopes: string[] | null; expiresAt: string | null } | null;
	/** `Warning: 299` texts of registries, newest last, at most 20. */
	warnings: string[];
};
