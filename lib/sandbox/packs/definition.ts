/** A pack as its publisher works on it: everything the three registries will show of it, oldest version first. */
export type PackDefinition = {
	/** `terminal`: repository `pack-terminal`, chart `charts/pack-terminal`, image `pack-terminal-service`. */
	id: string;
	/** One line for the repository and the packages. */
	description: string;
	/** Of the packages. */
	visibility: 'public' | 'private';
	/** Of the GitHub repository: release notes of a private one are unreadable with a packages-only token. */
	repositoryVisibility: 'public' | 'private';
	versions: readonly PackVersion[];
};

/** Where publishers put khal-app.json, in the order a portal looks for it. */
type ManifestPlace = 'chart' | 'chart-files' | 'annotation' | 'referrer' | 'npm' | 'repository';

export type PackVersion = {
	/** As the publisher wrote it in Chart.yaml; npm drops a leading `v`. */
	version: string;
	/** ISO time of publication. */
	at: string;
	/** Body of the GitHub release (Markdown); null = no release. */
	notes: string | null;
	/** The text of khal-app.json in each place it was put; several places may disagree. */
	manifests: Readonly<Partial<Record<ManifestPlace, string>>>;
	/** Null for packs without a chart in this registry. */
	chart: PackChart | null;
	frontends: readonly PackFrontend[];
};

export type PackChart = {
	/** Repository of the service image, without tag. */
	image: string;
	/** Tag of the image; default the version without `v`. */
	imageTag?: string;
	port: number;
	/** Environment the chart itself sets on the container; it hides a value of the same name from `envFrom`. */
	env?: Readonly<Record<string, string>>;
	/** Files mounted at /etc/pack from a ConfigMap of the chart. */
	config?: Readonly<Record<string, string>>;
	/** Deployment by default. */
	workload?: 'Deployment' | 'StatefulSet';
	/** A NodePort instead of a cluster-internal Service. */
	nodePort?: number;
	/** More templates, path below templates/ → text. */
	templates?: Readonly<Record<string, string>>;
	annotations?: Readonly<Record<string, string>>;
};

type PackFrontend = {
	/** npm name. */
	package: string;
	title: string;
	/** Default `['latest']`, or `['next']` for prereleases. */
	distTags?: readonly string[];
};

/** khal-app.json text from an object, as publishers format it. */
export function manifestText(manifest: Readonly<Record<string, unknown>>): string {
	return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The chart reference packs declare, whatever host the portal reaches it through. */
export function chartReference(id: string): string {
	return `oci://ghcr.io/khal-os/charts/pack-${id}`;
}

/** The service image packs declare. */
export function imageReference(id: string): string {
	return `ghcr.io/khal-os/pack-${id}-service`;
}

export const NATS = { KHAL_NATS_URL: 'nats://nats.khal-system.svc:4222' } as const;
export const SCHEMA = 'https://raw.githubusercontent.com/khal-os/app-kit/dev/packages/types/src/khal-app-schema.json';
