import { sha256 } from '@/lib/digest';
import type { HttpResponse } from '../http/client';
import { integrityError, invalidError, type Subject, statusError, tooLargeError } from '../http/errors';
import { nextLink, nextPage } from '../http/link';
import type { Descriptor } from '../source';
import type { RegistrySession } from './auth';
import { isDigest, isRepositoryName, isTag } from './reference';
import { Catalog, INDEX_TYPES, MANIFEST_TYPES, OciManifest, TagList } from './schema';
import { vendorOf } from './vendors';

/** A manifest with the bytes its digest was computed from. */
export type FetchedManifest = { digest: string; mediaType: string; bytes: Uint8Array; json: OciManifest };

/** Bytes known by digest, kept for ever by whoever owns the store. They are verified again when they come back. */
export type DigestCache = {
	get(digest: string): Promise<Uint8Array | null>;
	set(digest: string, mediaType: string, bytes: Uint8Array): Promise<void>;
};

/**
 * Read-only client of one OCI registry (distribution-spec 1.1.1). Digests are computed over the bytes received, never
 * taken from a header. Throws AppError as described in `source.ts`.
 */
export type OciClient = {
	readonly host: string;
	/** Digest, media type and size in bytes of a tag or digest: HEAD, or GET where HEAD says too little. */
	resolve(repository: string, reference: string, signal?: AbortSignal): Promise<Descriptor>;
	/** All tags in the registry's own order (GHCR: oldest first). */
	tags(repository: string, signal?: AbortSignal): Promise<string[]>;
	/** An image manifest or index by tag or digest, at most 4 MiB. */
	manifest(repository: string, reference: string, signal?: AbortSignal): Promise<FetchedManifest>;
	/** A blob; its size and sha256 must be those of the descriptor. */
	blob(
		repository: string,
		descriptor: Descriptor,
		options: { maxBytes: number; signal?: AbortSignal | undefined },
	): Promise<Uint8Array>;
	/** Index of the referrers API, or null where the registry has none (404). Filters are applied by the caller. */
	referrerPages(repository: string, digest: string, signal?: AbortSignal): Promise<OciManifest[] | null>;
	/** Repositories that start with `prefix`, where the registry offers `_catalog`; it is not in the spec. */
	catalog(prefix: string, signal?: AbortSignal): Promise<string[]>;
	rejected(): { host: string; status: number } | null;
};

/** Registries must take at least this much (distribution-spec 1.1.1); more is refused. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;
const LARGEST_LIST = 8 * 1024 * 1024;
const MOST_PAGES = 200;
const MOST_NAMES = 100_000;
/** Accepted everywhere: ECR and distribution refuse more (facts: `PAGINATION_NUMBER_INVALID`, 405). */
const PAGE_SIZE = 1000;

const REFUSED = 'The stored credential was refused and everybody else may not read this: renew the credential.';
const ACCEPT_MANIFEST = MANIFEST_TYPES.join(', ');

export function createOciClient(session: RegistrySession, cache: DigestCache | null): OciClient {
	const { host } = session.baseUrl;

	async function get(path: string, scope: string, ask: Ask): Promise<HttpResponse> {
		const response = await session.send({ path, scope, ...ask });
		const subject = { host: response.host, what: ask.what };
		if (response.status === 200 || (response.status === 404 && ask.mayBeMissing)) return response;
		const rejected = session.rejected(scope);
		throw statusError(subject, response, {
			details: rejected ? { credentialRejected: true } : {},
			...(rejected ? { hint: vendorOf(host)?.renewal ?? REFUSED } : {}),
		});
	}

	async function fetchManifest(repository: string, reference: string, ask: Partial<Ask>) {
		const what = `the manifest ${reference} of ${repository}`;
		const path = manifestPath(repository, reference);
		return get(path, pullScope(repository), {
			what,
			headers: { accept: ACCEPT_MANIFEST },
			maxBytes: LARGEST_MANIFEST,
			...ask,
		});
	}

	async function manifest(repository: string, reference: string, signal?: AbortSignal): Promise<FetchedManifest> {
		const subject = { host, what: `the manifest ${reference} of ${repository}` };
		const kept = isDigest(reference) ? await fromCache(cache, reference) : null;
		if (kept !== null) return readManifest(kept, { subject, digest: reference, contentType: null });
		const response = await fetchManifest(repository, reference, { signal });
		const digest = checkedDigest(response, reference, subject);
		const read = readManifest(response.bytes, { subject, digest, contentType: response.headers.get('content-type') });
		await cache?.set(digest, read.mediaType, read.bytes);
		return read;
	}

	/** Follows Link headers on the same origin until a page adds nothing new; distribution 2.8 ignores `n` and `last`. */
	async function pages<T>(first: string, scope: string, ask: Ask, take: (response: HttpResponse) => T | null) {
		const seen = new Set<string>();
		const taken: T[] = [];
		for (let path: string | null = first; path !== null; ) {
			if (seen.has(path) || seen.size >= MOST_PAGES) throw invalidError({ host, what: ask.what }, 'never ends');
			seen.add(path);
			const response: HttpResponse = await get(path, scope, ask);
			const page = take(response);
			if (page === null) break;
			taken.push(page);
			const next = nextLink(response.headers.get('link'), new URL(path, session.baseUrl).href);
			path = next === null ? null : nextPage(next, new URL(first, session.baseUrl));
		}
		return taken;
	}

	/** One list of names over several pages; a page without a new name ends it. */
	async function names(first: string, scope: string, ask: Ask, read: (json: unknown) => string[] | null) {
		const all = new Set<string>();
		await pages(first, scope, ask, (response) => {
			const subject = { host: response.host, what: ask.what };
			const page = read(parseJson(response.bytes, subject));
			if (page === null) throw invalidError(subject, 'is no list of names');
			const before = all.size;
			for (const name of page) all.add(name);
			if (all.size > MOST_NAMES) throw invalidError(subject, 'never ends');
			return all.size === before ? null : page.length;
		});
		return [...all];
	}

	return {
		host,
		manifest,
		rejected: () => session.rejected(),
		async resolve(repository, reference, signal) {
			const response = await fetchManifest(repository, reference, { signal, method: 'HEAD' });
			const digest = response.headers.get('docker-content-digest');
			const mediaType = essence(response.headers.get('content-type'));
			const size = Number(response.headers.get('content-length') ?? Number.NaN);
			// An old registry may leave the header out; a proxy may have removed it.
			if (digest === null || !isDigest(digest) || !isManifestType(mediaType) || !Number.isInteger(size)) {
				const whole = await manifest(repository, reference, signal);
				return { digest: whole.digest, mediaType: whole.mediaType, size: whole.bytes.length };
			}
			return { digest, mediaType, size };
		},
		async tags(repository, signal) {
			const ask = { what: `the tag list of ${repository}`, maxBytes: LARGEST_LIST, signal };
			const path = `/v2/${checkedName(repository)}/tags/list?n=${PAGE_SIZE}`;
			return names(path, pullScope(repository), ask, (json) => {
				const list = TagList.safeParse(json);
				return list.success ? (list.data.tags ?? []) : null;
			});
		},
		async blob(repository, descriptor, { maxBytes, signal }) {
			const what = `the blob ${descriptor.digest} of ${repository}`;
			if (descriptor.size > maxBytes) throw tooLargeError({ host, what }, maxBytes);
			const kept = await fromCache(cache, descriptor.digest);
			if (kept !== null) return kept;
			const path = `/v2/${checkedName(repository)}/blobs/${descriptor.digest}`;
			const headers = { 'accept-encoding': 'identity' };
			const response = await get(path, pullScope(repository), { what, headers, maxBytes: descriptor.size, signal });
			const digest = sha256(response.bytes);
			if (digest !== descriptor.digest || response.bytes.length !== descriptor.size) {
				throw integrityError({ host: response.host, what }, descriptor.digest, digest);
			}
			await cache?.set(digest, descriptor.mediaType, response.bytes);
			return response.bytes;
		},
		async referrerPages(repository, digest, signal) {
			const what = `the referrers of ${repository}@${digest}`;
			const path = `/v2/${checkedName(repository)}/referrers/${digest}`;
			const ask = { what, maxBytes: LARGEST_MANIFEST, signal, mayBeMissing: true };
			let isMissing = false;
			const found = await pages(path, pullScope(repository), ask, (response) => {
				isMissing = response.status === 404;
				return isMissing ? null : parseManifest(response.bytes, { host: response.host, what });
			});
			return isMissing ? null : found;
		},
		async catalog(prefix, signal) {
			const ask = { what: 'the list of repositories', maxBytes: LARGEST_LIST, signal };
			const all = await names(`/v2/_catalog?n=${PAGE_SIZE}`, 'registry:catalog:*', ask, (json) => {
				const list = Catalog.safeParse(json);
				return list.success ? (list.data.repositories ?? []) : null;
			});
			return all.filter((name) => name.startsWith(prefix));
		},
	};
}

type Ask = {
	what: string;
	maxBytes: number;
	method?: 'HEAD';
	headers?: Readonly<Record<string, string>>;
	mayBeMissing?: boolean;
	signal?: AbortSignal | undefined;
};

function pullScope(repository: string): string {
	return `repository:${repository}:pull`;
}

function manifestPath(repository: string, reference: string): string {
	if (!isDigest(reference) && !isTag(reference)) {
		throw invalidError({ host: 'The caller', what: `a reference ${JSON.stringify(reference)}` }, 'is no tag or digest');
	}
	return `/v2/${checkedName(repository)}/manifests/${reference}`;
}

/** Names come from manifests and listings; an unchecked one could climb out of `/v2/`. */
function checkedName(repository: string): string {
	if (isRepositoryName(repository)) return repository;
	throw invalidError({ host: 'The caller', what: `a name ${JSON.stringify(repository)}` }, 'is no repository name');
}

async function fromCache(cache: DigestCache | null, digest: string): Promise<Uint8Array | null> {
	const bytes = (await cache?.get(digest)) ?? null;
	return bytes !== null && sha256(bytes) === digest ? bytes : null;
}

/** The digest of the bytes, after comparing it with what was asked for and with what the registry claims. */
function checkedDigest(response: HttpResponse, reference: string, subject: Subject): string {
	const digest = sha256(response.bytes);
	const claimed = response.headers.get('docker-content-digest');
	if (isDigest(reference) && digest !== reference) throw integrityError(subject, reference, digest);
	if (claimed !== null && isDigest(claimed) && claimed !== digest) throw integrityError(subject, claimed, digest);
	return digest;
}

/** A manifest from bytes of a known digest. Throws AppError `upstream_invalid` when they are none. */
export function readManifest(
	bytes: Uint8Array,
	{ subject, digest, contentType }: { subject: Subject; digest: string; contentType: string | null },
): FetchedManifest {
	const json = parseManifest(bytes, subject);
	const told = essence(contentType);
	const own = json.mediaType ?? null;
	// image-spec: the two must agree. A proxy that rewrites the header to something generic is not a contradiction.
	if (own !== null && isManifestType(told) && own !== told) {
		throw invalidError(subject, `is called ${told} but calls itself ${own}`);
	}
	const mediaType = own ?? (isManifestType(told) ? told : guessedType(json));
	const isIndex = INDEX_TYPES.includes(mediaType);
	if (isIndex ? !json.manifests : !json.layers) throw invalidError(subject, `is called ${mediaType} but is not one`);
	return { digest, mediaType, bytes, json };
}

function guessedType(json: OciManifest): string {
	return json.manifests ? MANIFEST_TYPES[1] : MANIFEST_TYPES[0];
}

function parseManifest(bytes: Uint8Array, subject: Subject): OciManifest {
	const parsed = OciManifest.safeParse(parseJson(bytes, subject));
	if (!parsed.success) throw invalidError(subject, 'is not an OCI manifest', parsed.error);
	return parsed.data;
}

const strictText = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array, subject: Subject): unknown {
	try {
		return JSON.parse(strictText.decode(bytes));
	} catch (cause) {
		throw invalidError(subject, 'is not JSON', cause);
	}
}

function essence(contentType: string | null): string {
	return (contentType ?? '').split(';', 1).join('').trim().toLowerCase();
}

function isManifestType(mediaType: string): boolean {
	return MANIFEST_TYPES.some((known) => known === mediaType);
}
