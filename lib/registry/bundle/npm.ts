import { AppError } from '@/lib/core';
import { sri512 } from '@/lib/digest';
import { artifactTypes } from '../artifact-types';
import type { NpmClient } from '../npm/client';
import { checkIntegrity } from '../npm/integrity';
import { type DigestCache, readManifest } from '../oci/client';
import { bundleAnnotation, type LayoutEntry, storedBytes } from './layout';

const HOST = 'the bundle';

/** The face of an npm client for the tarballs of a layout. */
export function createLayoutNpm(entries: () => Promise<readonly LayoutEntry[]>, store: DigestCache): NpmClient {
	async function packages(name: string): Promise<LayoutEntry[]> {
		return (await entries()).filter(({ texts }) => texts[bundleAnnotation.package] === name);
	}

	return {
		async packument(name) {
			const found = await packages(name);
			if (found.length === 0) throw missing(`the npm package ${name}`);
			return {
				name,
				versions: found.map(({ texts, digest }) => ({
					version: texts[bundleAnnotation.version] ?? '',
					integrity: texts[bundleAnnotation.integrity] ?? null,
					tarball: digest,
					deprecated: null,
					distTags: [],
					publishedAt: null,
				})),
			};
		},
		async tarball(reference) {
			const { package: name, version } = reference;
			const what = `the npm tarball ${name} ${version}`;
			const entry = (await packages(name)).find(({ texts }) => texts[bundleAnnotation.version] === version);
			if (!entry) throw missing(what);
			const subject = { host: HOST, what };
			const bytes = await storedBytes(store, entry.digest, what);
			const { json } = readManifest(bytes, { subject, digest: entry.digest, contentType: null });
			const layer = json.layers?.find(({ mediaType }) => mediaType === artifactTypes.npmPackage);
			if (!layer) throw missing(what);
			const tarball = await storedBytes(store, layer.digest, what);
			const integrity = reference.integrity ?? entry.texts[bundleAnnotation.integrity] ?? '';
			checkIntegrity(tarball, integrity, subject);
			return { package: name, version, bytes: tarball, integrity: sri512(tarball) };
		},
		// What is in a bundle never changes.
		newest: async () => new Map(),
		search: async (prefix) => {
			const names = (await entries())
				.map(({ texts }) => texts[bundleAnnotation.package])
				.filter((name) => name !== undefined);
			return [...new Set(names)].filter((name) => name.startsWith(prefix));
		},
	};
}

function missing(what: string): AppError {
	return new AppError('not_found', `The imported bundle does not contain ${what}.`, {
		hint: 'Export it again with this version, and import the new file.',
		details: { status: 404, retriable: false },
	});
}
