import type { BundleSourceConfig } from '@/lib/contracts/source-config';
import type { DoctorReport } from '@/lib/contracts/sources';
import { AppError, isAppError, messageOf } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { artifactTypes } from '../artifact-types';
import { type DigestCache, readManifest } from '../oci/client';
import { listReferrers } from '../oci/referrers';
import { newestContent } from '../pack-places';
import { assemblePackSource } from '../pack-source';
import type { DiscoveredPack, DiscoveredVersion, PackSource } from '../source';
import { bundleAnnotation, createLayoutClient, type LayoutEntry, placeOf, readLayout, storedBytes } from './layout';
import { createLayoutNpm } from './npm';

type BundleOptions = { artifacts?: DigestCache; now?: () => Date };

/**
 * Packs that were brought in as a file. Every question is answered from the store, by the same code that asks a
 * registry; the digests are those of the registry the bundle came from.
 */
export function createBundleSource(config: BundleSourceConfig, { artifacts, now }: BundleOptions): PackSource {
	if (artifacts === undefined) throw new AppError('internal', 'A bundle needs the store it was imported into.');
	const store = artifacts;
	let loading: Promise<LayoutEntry[]> | null = null;

	/** The index is read once; a failure is not remembered. */
	function entries(): Promise<LayoutEntry[]> {
		loading ??= storedBytes(store, config.index, 'its own index')
			.then(readLayout)
			.catch((error: unknown) => {
				loading = null;
				throw error;
			});
		return loading;
	}
	const oci = (host: string) => createLayoutClient(host, entries, store);
	const source = assemblePackSource({
		kind: 'bundle',
		clients: { github: null, npm: createLayoutNpm(entries, store), oci },
		listing: {
			how: 'the index of the bundle',
			discover: async () => ({ packs: packsOf(await entries()), problems: [] }),
		},
		registryHost: null,
		hostAliases: config.hostAliases,
		serves: async (host) => (await entries()).some((entry) => placeOf(entry)?.host === host),
		now: now ?? (() => new Date()),
		probe: () => examine(entries, store),
		warnings: () => [],
		close: async () => {},
	});

	/** What is attached to the npm package of a version without a chart; charts have referrers of their own. */
	async function attachedToNpm(version: DiscoveredVersion, type: string): Promise<string | null> {
		const npm = (await entries()).find(
			({ texts }) =>
				texts[bundleAnnotation.package] === version.npm?.package && texts[bundleAnnotation.version] === version.version,
		);
		if (!npm) return null;
		const client = oci('');
		const found = await listReferrers(client, '', { digest: npm.digest, type });
		const content = await newestContent(client, '', { found, type });
		return content === null ? null : new TextDecoder().decode(content);
	}

	return {
		...source,
		async fetchManifest(pack, version, signal) {
			const lookup = await source.fetchManifest(pack, version, signal);
			if (lookup.found !== null || version.chart !== null) return lookup;
			const raw = await attachedToNpm(version, artifactTypes.packManifest);
			if (raw === null) return lookup;
			return { ...lookup, found: { raw, origin: 'oci-referrer', digest: sha256(raw) } };
		},
		async notes(pack, version, signal) {
			if (version.chart !== null) return source.notes(pack, version, signal);
			const text = await attachedToNpm(version, artifactTypes.packNotes);
			return text === null ? null : { text, tag: version.version, url: null, publishedAt: null };
		},
	};
}

function packsOf(entries: readonly LayoutEntry[]): DiscoveredPack[] {
	const packs = new Map<string, DiscoveredPack>();
	for (const entry of entries) {
		const name = entry.texts[bundleAnnotation.pack];
		if (name === undefined) continue;
		const pack = packs.get(name) ?? {
			name,
			chart: null,
			npm: null,
			repository: null,
			updatedAt: null,
			fingerprint: null,
			listed: null,
		};
		const place = placeOf(entry);
		const npm = entry.texts[bundleAnnotation.package];
		packs.set(name, {
			...pack,
			chart: pack.chart ?? (place === null ? null : { host: place.host, repository: place.repository }),
			npm: pack.npm ?? (npm === undefined || place !== null ? null : { package: npm }),
		});
	}
	return [...packs.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Is everything that was imported still in the store? */
async function examine(entries: () => Promise<LayoutEntry[]>, store: DigestCache): Promise<DoctorReport> {
	try {
		const all = await entries();
		for (const { digest } of all) {
			const what = `the manifest ${digest}`;
			const bytes = await storedBytes(store, digest, what);
			const { json } = readManifest(bytes, { subject: { host: 'the bundle', what }, digest, contentType: null });
			for (const layer of json.layers ?? []) await storedBytes(store, layer.digest, `the blob ${layer.digest}`);
		}
		const detail = `All ${all.length} artifacts of the bundle are in the store.`;
		return { result: 'ok', steps: [{ step: 'store', result: 'ok', code: null, detail, nextStep: null }] };
	} catch (error) {
		const nextStep = (isAppError(error) ? error.hint : undefined) ?? 'Import the file again.';
		const step = { step: 'store', result: 'fail', code: null, detail: messageOf(error), nextStep } as const;
		return { result: 'fail', steps: [step] };
	}
}
