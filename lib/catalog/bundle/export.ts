import type { FrontendArtifact, ManifestOrigin } from '@/lib/contracts/packs';
import { AppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import { sri512 } from '@/lib/digest';
import { type ArtifactContent, artifactTypes, bundleAnnotation } from '@/lib/registry';
import type { createBytes } from '../bytes';
import { newestFirst } from '../order';
import { getPack, getVersion, listVersions, type StoredPack, type StoredVersion } from '../store';
import { type KnownText, settleAttachments } from './attachments';
import { artifactOf, createLayout, type Layout, refName } from './layout';
import { writeTar } from './tar';

/** Which versions go into a file; without a version the newest installable one of the pack. */
export type BundleSelection = readonly { slug: string; version?: string }[];

export type ExportedBundle = {
	tar: Iterable<Uint8Array>;
	/** What went in, one line per artifact, and what could not be copied. */
	lines: string[];
};

type Chosen = { pack: StoredPack; version: StoredVersion };
type Bytes = Pick<ReturnType<typeof createBytes>, 'chartArtifact' | 'frontendArchive'>;
type Exporting = { layout: Layout; bytes: Bytes; lines: string[]; signal?: AbortSignal };

/**
 * Write chosen versions as one OCI layout: charts as they are in their registry (same digests, with everything attached
 * to them), npm tarballs as artifacts, and manifests and notes that live nowhere else as attachments. Throws
 * `not_found`, `not_installable` for a version that could not be installed anyway, and what the registries throw.
 */
export async function exportBundle(
	db: Database,
	bytes: Bytes,
	selection: BundleSelection,
	signal?: AbortSignal,
): Promise<ExportedBundle> {
	if (selection.length === 0) throw new AppError('invalid_request', 'No version was chosen.');
	const layout = createLayout();
	const exporting: Exporting = { layout, bytes, lines: [], ...(signal ? { signal } : {}) };
	const index = new Map<string, IndexedPack>();
	for (const wanted of selection) {
		const chosen = await choose(db, wanted);
		noteInIndex(index, chosen, await addVersion(exporting, chosen));
	}
	const packs = [...index.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	const content = new TextEncoder().encode(JSON.stringify({ schemaVersion: 1, packs }));
	layout.add(artifactOf({ type: artifactTypes.packIndex, content, title: 'index.json' }), {
		name: 'pack-index',
		texts: {},
	});
	return { tar: writeTar(layout.files()), lines: exporting.lines };
}

async function choose(db: Database, { slug, version }: BundleSelection[number]): Promise<Chosen> {
	const pack = await getPack(db.client, { slug });
	if (version !== undefined) {
		const stored = await getVersion(db.client, pack.id, version.replace(/^v(?=\d)/, ''));
		if (stored.installable) return { pack, version: stored };
		throw new AppError('not_installable', `${slug} ${version} cannot be installed, so it is not exported.`, {
			hint: stored.reasons[0] ?? 'Choose another version.',
		});
	}
	const all = (await listVersions(db.client, pack.id)).filter(({ installable }) => installable).sort(newestFirst);
	const newest = all.find(({ prerelease }) => !prerelease) ?? all[0];
	if (newest !== undefined) return { pack, version: newest };
	throw new AppError('not_installable', `${slug} has no version that can be installed.`, {
		hint: pack.reasons[0] ?? 'Choose another pack.',
	});
}

/** The chart, or the first npm package when there is none. */
async function addVersion(exporting: Exporting, chosen: Chosen): Promise<ArtifactContent | null> {
	const { version } = chosen;
	const all = textsOf(chosen);
	const chart = version.chart && (await addChart(exporting, chosen, { ...version.chart, texts: all }));
	let main: ArtifactContent | null = chart?.artifact ?? null;
	for (const frontend of version.frontends) {
		const content = await addFrontend(exporting, chosen, frontend);
		main ??= content;
	}
	for (const [position, text] of (chart?.missing ?? all).entries()) {
		if (main !== null) attach(exporting, main, { ...text, order: (chart?.attached ?? 0) + position });
	}
	return main;
}

/** What the catalog knows of a version and neither its chart nor its npm package contains. */
function textsOf({ pack, version }: Chosen): KnownText[] {
	const place = [pack.key, version.version] as const;
	const texts: KnownText[] = [];
	const isElsewhere = version.manifestOrigin !== null && ATTACHABLE.includes(version.manifestOrigin);
	if (isElsewhere && version.manifestRaw !== null) {
		const { packManifest: type } = artifactTypes;
		texts.push({ type, text: version.manifestRaw, title: 'khal-app.json', name: refName('manifest', ...place) });
	}
	if (version.notes !== null) {
		const { packNotes: type } = artifactTypes;
		texts.push({ type, text: version.notes, title: 'notes.md', name: refName('notes', ...place) });
	}
	return texts;
}

const ATTACHABLE: readonly string[] = ['oci-referrer', 'repository', 'attached'] satisfies ManifestOrigin[];

/** The chart and what is attached to it; `missing` are the texts that have to be attached anew. */
async function addChart(
	{ layout, bytes, lines, signal }: Exporting,
	{ pack, version }: Chosen,
	chart: NonNullable<StoredVersion['chart']> & { texts: readonly KnownText[] },
): Promise<{ artifact: ArtifactContent; attached: number; missing: KnownText[] }> {
	const artifact = await bytes.chartArtifact(chart, { sourceId: pack.sourceId, ...(signal ? { signal } : {}) });
	layout.add(artifact, {
		name: refName('chart', pack.key, version.version),
		texts: {
			[bundleAnnotation.reference]: `${chart.reference}:${chart.tag}`,
			[bundleAnnotation.pack]: pack.key,
			[bundleAnnotation.version]: version.version,
		},
	});
	lines.push(`${pack.key} ${version.version}: chart ${artifact.digest}`);
	const { kept, missing } = settleAttachments(artifact.attached, chart.texts);
	for (const [order, { content, name }] of kept.entries()) {
		layout.add(content, {
			// Everything has a name, because skopeo finds nothing by digest.
			name: name ?? refName('attached', pack.key, version.version, content.digest.slice(7, 19)),
			texts: attachedTo(artifact, order),
		});
		lines.push(`${pack.key} ${version.version}: attached ${content.artifactType ?? 'artifact'} ${content.digest}`);
	}
	return { artifact, attached: kept.length, missing };
}

async function addFrontend(
	{ layout, bytes, lines, signal }: Exporting,
	{ pack, version }: Chosen,
	frontend: FrontendArtifact,
): Promise<ArtifactContent> {
	const tarball = await bytes.frontendArchive(frontend, { sourceId: pack.sourceId, ...(signal ? { signal } : {}) });
	const integrity = sri512(tarball);
	const texts = {
		[bundleAnnotation.package]: frontend.package,
		[bundleAnnotation.version]: frontend.version,
		[bundleAnnotation.integrity]: integrity,
		// Other packages of a bundle are found through its manifest.
		...(frontend.package.endsWith(`/pack-${pack.key}`) ? { [bundleAnnotation.pack]: pack.key } : {}),
	};
	const title = `${frontend.package.replace(/^@/, '').replaceAll('/', '-')}-${frontend.version}.tgz`;
	const content = artifactOf({ type: artifactTypes.npmPackage, content: tarball, title });
	layout.add(content, { name: refName('npm', frontend.package.replace(/^@/, ''), version.version), texts });
	lines.push(`${pack.key} ${version.version}: ${frontend.package} ${integrity.slice(0, 24)}…`);
	return content;
}

function attach({ layout, lines }: Exporting, subject: ArtifactContent, text: KnownText & { order: number }): void {
	const content = artifactOf({ ...text, content: new TextEncoder().encode(text.text), subject });
	layout.add(content, { name: text.name, texts: attachedTo(subject, text.order) });
	lines.push(`${text.name}: ${content.digest}`);
}

function attachedTo({ digest }: ArtifactContent, order: number): Record<string, string> {
	return { [bundleAnnotation.subject]: digest, [bundleAnnotation.order]: `${order}` };
}

/** The shape of docs/pack-index.md, so that whoever pushes the layout into a registry has an index for it. */
type IndexedPack = {
	name: string;
	chart: string | null;
	npm: string | null;
	versions: { version: string; tag?: string; digest: string | null; npm: { integrity: string } | null }[];
};

function noteInIndex(index: Map<string, IndexedPack>, { pack, version }: Chosen, main: ArtifactContent | null): void {
	const { chart } = version;
	const own = version.frontends.find((frontend) => frontend.package.endsWith(`/pack-${pack.key}`)) ?? null;
	const entry = index.get(pack.key) ?? { name: pack.key, chart: null, npm: null, versions: [] };
	entry.chart ??= chart === null ? null : (chart.reference.split('/').at(-1) ?? null);
	entry.npm ??= own?.package ?? null;
	entry.versions.push({
		version: version.version,
		...(chart === null ? {} : { tag: chart.tag }),
		digest: chart === null ? null : (main?.digest ?? null),
		npm: own?.integrity ? { integrity: own.integrity } : null,
	});
	index.set(pack.key, entry);
}
