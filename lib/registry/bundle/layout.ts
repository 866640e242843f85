import { z } from 'zod';
import { AppError } from '@/lib/core';
import { type DigestCache, type FetchedManifest, type OciClient, readManifest } from '../oci/client';
import { OciDescriptor, type OciManifest } from '../oci/schema';

/**
 * An OCI image layout (image-spec, image-layout.md) whose blobs are in our own store. What each entry of its index is
 * (which registry and tag it came from, which npm package it holds) is told by annotations of our own.
 */

export const bundleAnnotation = {
	/** `oci://host/repository:tag` of a chart, as packs write it. */
	reference: 'khal.ai/bundle.reference',
	/** Name of the pack. */
	pack: 'khal.ai/bundle.pack',
	/** Version of the chart or npm package, without leading `v`. */
	version: 'khal.ai/bundle.version',
	package: 'khal.ai/bundle.npm-package',
	integrity: 'khal.ai/bundle.npm-integrity',
	/** Digest of the manifest this one is attached to. */
	subject: 'khal.ai/bundle.subject',
	/** Where among the attachments of its subject it comes; of several of one type the last one counts. */
	order: 'khal.ai/bundle.order',
} as const;

const Layout = z.object({ schemaVersion: z.literal(2), manifests: z.array(OciDescriptor).max(100_000) });

export type LayoutEntry = OciDescriptor & { texts: Readonly<Record<string, string>> };
type Entries = () => Promise<readonly LayoutEntry[]>;

/** The entries of an `index.json`. Throws AppError `invalid_request` when it is none. */
export function readLayout(bytes: Uint8Array): LayoutEntry[] {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch (cause) {
		throw notALayout(cause);
	}
	const layout = Layout.safeParse(json);
	if (!layout.success) throw notALayout(layout.error);
	return layout.data.manifests.map((entry) => ({ ...entry, texts: entry.annotations ?? {} }));
}

/** The face of a registry client for one host inside a layout: the same questions, answered from the store. */
export function createLayoutClient(host: string, entries: Entries, store: DigestCache): OciClient {
	async function own() {
		return (await entries()).flatMap((entry) => {
			const place = placeOf(entry);
			return place !== null && place.host === host ? [{ ...place, digest: entry.digest }] : [];
		});
	}

	async function manifest(repository: string, reference: string): Promise<FetchedManifest> {
		const tagged = (await own()).find((item) => item.repository === repository && item.tag === reference);
		const digest = tagged?.digest ?? reference;
		const what = `the manifest ${reference} of ${repository}`;
		return readManifest(await storedBytes(store, digest, what), { subject: { host, what }, digest, contentType: null });
	}

	return {
		host,
		manifest,
		rejected: () => null,
		async resolve(repository, reference) {
			const { digest, mediaType, bytes } = await manifest(repository, reference);
			return { digest, mediaType, size: bytes.length };
		},
		tags: async (repository) => (await own()).filter((item) => item.repository === repository).map(({ tag }) => tag),
		blob: (repository, { digest }) => storedBytes(store, digest, `the blob ${digest} of ${repository}`),
		async referrerPages(_repository, digest) {
			const manifests = (await entries())
				.filter(({ texts }) => texts[bundleAnnotation.subject] === digest)
				.sort((a, b) => orderOf(a) - orderOf(b));
			return [{ schemaVersion: 2, manifests } satisfies OciManifest];
		},
		catalog: async (prefix) =>
			[...new Set((await own()).map(({ repository }) => repository))].filter((name) => name.startsWith(prefix)),
	};
}

/** Where a chart of the layout came from, null for entries that are no charts. */
export function placeOf({ texts }: LayoutEntry): { host: string; repository: string; tag: string } | null {
	const [, host, repository, tag] =
		/^oci:\/\/([^/]+)\/([^:]+):([^:]+)$/.exec(texts[bundleAnnotation.reference] ?? '') ?? [];
	return host === undefined || repository === undefined || tag === undefined ? null : { host, repository, tag };
}

function orderOf({ texts }: LayoutEntry): number {
	return Number(texts[bundleAnnotation.order] ?? Number.MAX_SAFE_INTEGER);
}

/** Bytes of the store. Throws AppError `not_found` when the file that was imported did not hold them. */
export async function storedBytes(store: DigestCache, digest: string, what: string): Promise<Uint8Array> {
	const bytes = await store.get(digest);
	if (bytes !== null) return bytes;
	throw new AppError('not_found', `The imported bundle does not contain ${what}.`, {
		hint: 'Export it again with this version, and import the new file.',
		details: { status: 404, retriable: false },
	});
}

function notALayout(cause: unknown): AppError {
	return new AppError('invalid_request', 'The file is not an OCI image layout.', {
		hint: 'Use a file made by packyard bundle export.',
		cause,
	});
}
