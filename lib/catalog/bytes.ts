import type { ChartArtifact, FrontendArtifact } from '@/lib/contracts/packs';
import { registryHostOf } from '@/lib/contracts/source-config';
import { AppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import { sha256 } from '@/lib/digest';
import type { Manifest } from '@/lib/manifest';
import { type FetchedArtifact, readArchive } from '@/lib/registry';
import { type DigestStore, findArtifact, saveArtifact } from './artifacts/store';
import type { OpenSource, SourceClients } from './sources/clients';

type Place = { sourceId: string; signal?: AbortSignal };

const BUNDLE_CANDIDATES = ['dist/bundle.mjs', 'dist/index.mjs', 'bundle.mjs'];

/**
 * Charts and tarballs by digest: from our own store when they were ever read, else from the source, verified and then
 * stored for good. This is what makes a rollback work with every registry switched off.
 */
export function createBytes({
	db,
	clients,
	artifacts,
}: {
	db: Database;
	clients: SourceClients;
	artifacts: DigestStore;
}) {
	/** The source that reads charts of `host`: the pack's own, else another one that knows the registry. */
	async function sourceFor(host: string, sourceId: string): Promise<OpenSource> {
		const own = await clients.open(sourceId);
		if (await own.source.servesRegistry(host)) return own;
		return (await clients.serving(host, sourceId)) ?? own;
	}

	/** The chart archive. Throws AppError; `integrity_mismatch` when the registry serves other bytes than were reviewed. */
	async function chartArchive(chart: ChartArtifact, place: Place): Promise<Uint8Array> {
		const stored = await findArtifact(db.client, chart.archiveDigest);
		if (stored !== null) return stored;
		const { host, repository } = splitReference(chart.reference);
		const { source, config } = await sourceFor(host, place.sourceId);
		const fetched = await source.fetchChart(
			{ host: config.hostAliases[host] ?? host, repository, tag: chart.tag, manifestDigest: chart.manifestDigest },
			place.signal,
		);
		if (sha256(fetched.bytes) !== chart.archiveDigest) {
			throw new AppError('integrity_mismatch', `${chart.reference} ${chart.tag} is not the chart that was reviewed.`, {
				hint: 'The registry serves other bytes under the same digest. Do not install it; tell the publisher.',
				details: { expected: chart.archiveDigest, actual: sha256(fetched.bytes) },
			});
		}
		await saveArtifact(db, {
			digest: chart.archiveDigest,
			mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
			bytes: fetched.bytes,
		});
		return fetched.bytes;
	}

	/** The chart with its manifest, every blob and what is attached to it, as it is in the registry. */
	async function chartArtifact(chart: ChartArtifact, place: Place): Promise<FetchedArtifact> {
		const { host, repository } = splitReference(chart.reference);
		const { source, config } = await sourceFor(host, place.sourceId);
		const { tag, manifestDigest } = chart;
		return source.fetchArtifact(
			{ host: config.hostAliases[host] ?? host, repository, tag, manifestDigest },
			place.signal,
		);
	}

	/** The npm tarball of a frontend, by its integrity. */
	async function frontendArchive(frontend: FrontendArtifact, place: Place): Promise<Uint8Array> {
		const key = frontendKey(frontend);
		const stored = await findArtifact(db.client, key);
		if (stored !== null) return stored;
		await artifacts.flush();
		const { source } = await clients.open(place.sourceId);
		const fetched = await source.fetchTarball(
			{ package: frontend.package, version: frontend.version, integrity: frontend.integrity },
			place.signal,
		);
		await saveArtifact(db, { digest: key, mediaType: 'application/vnd.npm.package+tgz', bytes: fetched.bytes });
		return fetched.bytes;
	}

	/** The single-file bundle the shell would load: `bundlePath`, then the usual places; null when there is none. */
	async function frontendBundle(
		frontend: FrontendArtifact,
		place: Place & { manifest: Manifest },
	): Promise<{ path: string; size: number } | null> {
		const declared = place.manifest.frontends.find((candidate) => candidate.id === frontend.appId)?.bundlePath ?? null;
		const wanted = [...(declared === null ? [] : [declared]), ...BUNDLE_CANDIDATES].map((path) =>
			path.replace(/^package\//, ''),
		);
		const files = await readArchive(await frontendArchive(frontend, place), {
			wanted: (path) => wanted.includes(path.replace(/^[^/]+\//, '')),
		});
		for (const path of wanted) {
			for (const [name, bytes] of files)
				if (name.replace(/^[^/]+\//, '') === path) return { path, size: bytes.byteLength };
		}
		return null;
	}

	return { chartArchive, chartArtifact, frontendArchive, frontendBundle };
}

/** The registry clients keep tarballs under their sha512; what promises less gets a name of its own. */
function frontendKey({ integrity, package: name, version }: FrontendArtifact): string {
	const strong = integrity?.split(/\s+/).find((part) => part.startsWith('sha512-'));
	return strong ?? `npm:${integrity ?? `${name}@${version}`}`;
}

function splitReference(reference: string): { host: string; repository: string } {
	const [host = '', ...path] = reference.replace(/^oci:\/\//, '').split('/');
	return { host: registryHostOf(host), repository: path.join('/') };
}
