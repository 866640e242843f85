import { OCI_MANIFEST } from './chart';
import { createOciAuth } from './oci-auth';
import { ociError } from './oci-error';
import { createOciPush } from './oci-push';
import { OCI_INDEX, referrersOf } from './referrers';
import type { OciManifest, OciRepository, RegistryState } from './state';
import type { Storage } from './storage';

export type OciOptions = {
	/** Our own base URL, known once the port is. */
	origin: () => string;
	storage: Storage;
	now: () => Date;
	/** How callers prove who they are. GHCR: `token`. */
	auth?: 'token' | 'basic' | 'none';
	/** Seconds; GHCR's real value is not known, 300 is what clients assume at most. */
	tokenLifetime?: number;
	/** GHCR has no referrers API and no catalog. */
	hasReferrers?: boolean;
	hasCatalog?: boolean;
	/** Tags per page without `n`; null ignores `n` and `last` and returns everything, as distribution 2.8 does. */
	pageSize?: number | null;
	/** Blobs by 307 from the storage origin (GHCR) or directly (a plain distribution). */
	redirectsBlobs?: boolean;
};

type Route = { repository: string; kind: 'uploads' | 'blobs' | 'manifests' | 'tags' | 'referrers'; reference: string };

const API_VERSION = { 'docker-distribution-api-version': 'registry/2.0' };
const LARGEST_CATALOG_PAGE = 1_000;

/** An OCI distribution registry with GHCR's manners; options turn it into its relatives for tests. */
export function createOciHandler(state: RegistryState, options: OciOptions): (request: Request) => Promise<Response> {
	const auth = createOciAuth(state, {
		mode: options.auth ?? 'token',
		origin: options.origin,
		now: options.now,
		tokenLifetime: options.tokenLifetime ?? 300,
	});
	const push = createOciPush(state, { now: options.now, announcesSubject: options.hasReferrers ?? false });

	return async (request) => {
		const url = new URL(request.url);
		if (url.pathname === '/token') return auth.token(request);
		const isWrite = request.method !== 'GET' && request.method !== 'HEAD';
		const route = routeOf(url.pathname);
		if (route === null) {
			const refusal = auth.refuse(request, null, 'pull');
			if (refusal) return refusal;
			if (/^\/v2\/?$/.test(url.pathname)) return Response.json({}, { headers: API_VERSION });
			if (url.pathname === '/v2/_catalog' && options.hasCatalog) return catalog(state, url);
			return ociError(404, 'NOT_FOUND', 'page not found');
		}
		const needsPush = isWrite || route.kind === 'uploads';
		const refusal = auth.refuse(request, route.repository, needsPush ? 'push' : 'pull');
		if (refusal) return refusal;
		if (needsPush) return push(request, route);
		const repository = state.oci.get(route.repository);
		if (!repository) return ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
		return read(request, url, route, repository, options);
	};
}

function routeOf(path: string): Route | null {
	const found = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|referrers|tags)(?:\/(.*))?$/.exec(path);
	const [, repository, section, reference] = found ?? [];
	if (repository === undefined || section === undefined) return null;
	return { repository, kind: kinds[section] ?? 'tags', reference: decodeURIComponent(reference ?? '') };
}

const kinds: Readonly<Record<string, Route['kind']>> = {
	'blobs/uploads': 'uploads',
	blobs: 'blobs',
	manifests: 'manifests',
	referrers: 'referrers',
	tags: 'tags',
};

function read(request: Request, url: URL, route: Route, repository: OciRepository, options: OciOptions): Response {
	if (route.kind === 'tags') return tags(repository, url, options.pageSize);
	if (route.kind === 'manifests') return manifest(request, repository, route.reference, options);
	if (route.kind === 'blobs') return blob(request, repository, route.reference, options);
	if (!options.hasReferrers) return ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
	return referrers(repository, route.reference, url.searchParams.get('artifactType'));
}

/** Oldest first, 100 per page unless `n` asks for more, next page by Link (facts: smg#2348, renovate#36103). */
function tags(repository: OciRepository, url: URL, pageSize: number | null | undefined): Response {
	const all = [...repository.tags.keys()];
	if (pageSize === null) return Response.json({ name: repository.name, tags: all });
	const size = positive(url.searchParams.get('n')) ?? pageSize ?? 100;
	const last = url.searchParams.get('last');
	const rest = last === null ? all : all.slice(all.indexOf(last) + 1);
	return page(
		{ name: repository.name, tags: rest.slice(0, size) },
		{
			path: url.pathname,
			size,
			last: rest.length > size ? rest[size - 1] : undefined,
		},
	);
}

function catalog(state: RegistryState, url: URL): Response {
	const size = positive(url.searchParams.get('n')) ?? 100;
	if (size > LARGEST_CATALOG_PAGE) {
		return ociError(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
	}
	const last = url.searchParams.get('last') ?? '';
	const rest = [...state.oci.keys()].sort().filter((name) => name > last);
	return page(
		{ repositories: rest.slice(0, size) },
		{
			path: url.pathname,
			size,
			last: rest.length > size ? rest[size - 1] : undefined,
		},
	);
}

function page(body: unknown, next: { path: string; size: number; last: string | undefined }): Response {
	const link = `<${next.path}?last=${encodeURIComponent(next.last ?? '')}&n=${next.size}>; rel="next"`;
	return Response.json(body, next.last === undefined ? {} : { headers: { link } });
}

function manifest(request: Request, repository: OciRepository, reference: string, options: OciOptions): Response {
	const digest = reference.startsWith('sha256:') ? reference : repository.tags.get(reference);
	const found = digest === undefined ? undefined : repository.manifests.get(digest);
	if (!found) return ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
	const refusal = refuseAccept(request, found);
	if (refusal) return refusal;
	const bytes = options.storage.served(found.digest, found.bytes);
	return new Response(request.method === 'HEAD' ? null : bytes, {
		headers: {
			'content-type': found.mediaType,
			'content-length': String(bytes.length),
			'docker-content-digest': found.digest,
			etag: `"${found.digest}"`,
		},
	});
}

/** A missing media type in Accept is a 404, not a 406 (distribution `manifests.go`). */
function refuseAccept(request: Request, { mediaType }: OciManifest): Response | null {
	const accepted = (request.headers.get('accept') ?? '').split(',').map((part) => part.split(';')[0]?.trim());
	if (accepted.includes(mediaType)) return null;
	const what = mediaType === OCI_INDEX ? 'index' : 'manifest';
	if (mediaType !== OCI_INDEX && mediaType !== OCI_MANIFEST) return null;
	return ociError(404, 'MANIFEST_UNKNOWN', `OCI ${what} found, but accept header does not support OCI ${what}s`);
}

function blob(request: Request, repository: OciRepository, digest: string, options: OciOptions): Response {
	const bytes = repository.blobs.get(digest);
	if (!bytes) return ociError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
	const headers = { 'docker-content-digest': digest, 'content-type': 'application/octet-stream' };
	if (request.method === 'HEAD') {
		return new Response(null, { headers: { ...headers, 'content-length': String(bytes.length) } });
	}
	if (options.redirectsBlobs ?? true) {
		return new Response(null, { status: 307, headers: { location: options.storage.signedUrl('blob', digest) } });
	}
	return new Response(options.storage.served(digest, bytes), { headers });
}

function referrers(repository: OciRepository, subject: string, artifactType: string | null): Response {
	const all = referrersOf(repository, subject);
	const manifests = artifactType === null ? all : all.filter((entry) => entry.artifactType === artifactType);
	return Response.json(
		{ schemaVersion: 2, mediaType: OCI_INDEX, manifests },
		{
			headers: {
				'content-type': OCI_INDEX,
				...(artifactType === null ? {} : { 'oci-filters-applied': 'artifactType' }),
			},
		},
	);
}

function positive(text: string | null): number | undefined {
	const value = Number(text);
	return text !== null && Number.isInteger(value) && value > 0 ? value : undefined;
}
