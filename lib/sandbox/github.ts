import { sha256 } from '@/lib/digest';
import {
	type Caller,
	createRateLimit,
	githubError,
	identify,
	refusePackages,
	type Standing,
	tokenHeaders,
} from './github-auth';
import {
	contentDocument,
	type PackageView,
	packageDocument,
	packagesOf,
	releaseDocument,
	userDocument,
	versionDocument,
} from './github-shapes';
import type { GitRepository, RegistryState } from './state';

export type GithubOptions = {
	origin: () => string;
	now: () => Date;
	/** Requests per hour; GitHub: 60 anonymous, 5,000 per user. */
	limits?: { anonymous: number; user: number };
};

type Call = { request: Request; url: URL; caller: Caller; state: RegistryState; api: string };

const MOST_PER_PAGE = 100;
const DEFAULT_PER_PAGE = 30;
/** Routes whose quota GitHub does not count. */
const FREE_ROUTE = /^\/rate_limit$/;

/**
 * The part of GitHub's REST API that knows packages, releases and files: paging by Link, ETags that differ per token
 * (github/docs#34689), free 304s, rate-limit and token headers, 401/403/404 as documented.
 */
export function createGithubHandler(
	state: RegistryState,
	options: GithubOptions,
): (request: Request) => Promise<Response> {
	const rate = createRateLimit(options.now, options.limits ?? { anonymous: 60, user: 5_000 });

	return async (request) => {
		const url = new URL(request.url);
		const caller = identify(request, state, options.now());
		const isFree = FREE_ROUTE.test(url.pathname);
		const { standing, isOver } = rate.take(caller.limitKey, isFree);
		const call: Call = { request, url, caller, state, api: options.origin() };
		const response = isOver ? overLimit(caller) : isFree ? quota(caller, standing) : route(call);
		const answer = await withEtag(response, request);
		if (answer.status === 304) rate.giveBack(caller.limitKey);
		for (const [name, value] of Object.entries(standing)) answer.headers.set(`x-ratelimit-${name}`, String(value));
		answer.headers.set('x-ratelimit-resource', 'core');
		answer.headers.set('x-github-media-type', 'github.v3; format=json');
		for (const [name, value] of Object.entries(tokenHeaders(caller.account))) answer.headers.set(name, value);
		return answer;
	};
}

function route(call: Call): Response {
	const { caller, request, url } = call;
	if (caller.refusal) return caller.refusal;
	if (request.method !== 'GET' && request.method !== 'HEAD') return githubError(404, 'Not Found');
	const segments = url.pathname.split('/').slice(1).map(decodeURIComponent);
	const [root = ''] = segments;
	if (root === 'orgs' && segments[2] === 'packages')
		return packages(call, segments[1] === call.state.org, segments.slice(3));
	if (root === 'users' && segments[2] === 'packages')
		return packages(call, segments[1] === call.state.org, segments.slice(3));
	if (root === 'user' && segments[1] === 'packages') return packages(call, true, segments.slice(2));
	if (root === 'user' && segments.length === 1) return user(call);
	if (root === 'repos') return repository(call, segments.slice(1));
	return githubError(404, 'Not Found', 'rest');
}

function user({ caller, api }: Call): Response {
	if (caller.account === null) return githubError(401, 'Requires authentication', 'users/users');
	return Response.json(userDocument(caller.account.login, api));
}

/** `path` is what follows `/packages`: nothing, or type, name, `versions`, version id. */
function packages(call: Call, isOwner: boolean, path: readonly string[]): Response {
	const { state, api, url } = call;
	const refusal = refusePackages(call.caller);
	if (refusal) return refusal;
	if (!isOwner) return githubError(404, 'Not Found');
	const [type, name, versions, id] = path;
	if (type === undefined) return packageList(call);
	const pack = packagesOf(state, typeOf(type) ?? 'npm').find((candidate) => candidate.name === name);
	if (!pack || typeOf(type) === undefined) return githubError(404, 'Package not found.');
	if (versions === undefined) return Response.json(packageDocument(pack, state.org, api, linkedRepository(call, pack)));
	if (versions !== 'versions') return githubError(404, 'Not Found');
	if (id === undefined) {
		if (url.searchParams.get('state') === 'deleted') return paged(call, []);
		return paged(call, pack.versions, (version) => versionDocument(version, pack, state.org, api));
	}
	const documents = pack.versions.map((version) => versionDocument(version, pack, state.org, api));
	const found = documents.find((document) => 'id' in document && String(document.id) === id);
	return found ? Response.json(found) : githubError(404, 'Not Found');
}

function packageList(call: Call): Response {
	const { state, api, url } = call;
	const type = typeOf(url.searchParams.get('package_type') ?? '');
	if (type === undefined) return githubError(400, 'Invalid argument.');
	const visibility = url.searchParams.get('visibility');
	const all = packagesOf(state, type).filter((pack) => visibility === null || pack.visibility === visibility);
	return paged(call, all, (pack) => packageDocument(pack, state.org, api, linkedRepository(call, pack)));
}

function typeOf(text: string): PackageView['type'] | undefined {
	return text === 'container' || text === 'npm' ? text : undefined;
}

/** The linked repository, when the caller may know of it. */
function linkedRepository(call: Call, pack: PackageView): GitRepository | undefined {
	return pack.source === null ? undefined : visibleRepository(call, pack.source);
}

/** Private repositories need the `repo` scope, which a packages-only token does not have: 404, not 403. */
function visibleRepository({ caller, state }: Call, fullName: string): GitRepository | undefined {
	const found = state.git.get(fullName);
	return found?.visibility === 'public' || caller.account?.scopes.includes('repo') ? found : undefined;
}

/** `path` is owner, name and the rest. */
function repository(call: Call, [owner = '', name = '', ...rest]: readonly string[]): Response {
	const found = visibleRepository(call, `${owner}/${name}`);
	if (!found) return githubError(404, 'Not Found', 'repos/repos');
	const [section, second, third] = rest;
	if (section === 'releases' && second === undefined) {
		const releases = [...found.tags.values()].filter((tag) => tag.release !== null).reverse();
		return paged(call, releases, (tag) => releaseDocument(found, tag, owner, call.api));
	}
	if (section === 'releases' && second === 'tags' && third !== undefined) {
		const tag = found.tags.get(rest.slice(2).join('/'));
		if (!tag?.release) return githubError(404, 'Not Found', 'releases/releases#get-a-release-by-tag-name');
		return Response.json(releaseDocument(found, tag, owner, call.api));
	}
	if (section === 'contents' && second !== undefined) return contents(call, found, rest.slice(1).join('/'));
	return githubError(404, 'Not Found', 'repos/repos');
}

function contents({ request, url, api }: Call, found: GitRepository, path: string): Response {
	const page = 'repos/contents#get-repository-content';
	const newest = [...found.tags.keys()].at(-1) ?? '';
	const ref = url.searchParams.get('ref') ?? newest;
	const tag = found.tags.get(ref.replace(/^refs\/tags\//, ''));
	if (!tag) return githubError(404, `No commit found for the ref ${ref}`, page);
	const text = tag.files[path];
	if (text === undefined) return githubError(404, 'Not Found', page);
	if (/application\/vnd\.github(\.v3)?\.raw/.test(request.headers.get('accept') ?? '')) {
		return new Response(text, { headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' } });
	}
	return Response.json(contentDocument(found, ref, path, text, api));
}

function paged<Item>(call: Call, items: readonly Item[], document: (item: Item) => object = () => ({})): Response {
	const perPage = Math.min(
		MOST_PER_PAGE,
		Math.max(1, Number(call.url.searchParams.get('per_page') ?? DEFAULT_PER_PAGE)),
	);
	const page = Math.max(1, Number(call.url.searchParams.get('page') ?? 1));
	if (!Number.isInteger(perPage * page) || perPage * page > 10_000) return githubError(400, 'Invalid argument.');
	const pages = Math.max(1, Math.ceil(items.length / perPage));
	const slice = items.slice((page - 1) * perPage, page * perPage);
	const links = linksOf(call, page, pages);
	return Response.json(slice.map(document), links === '' ? {} : { headers: { link: links } });
}

function linksOf({ url, api }: Call, page: number, pages: number): string {
	const links: string[] = [];
	function add(rel: string, target: number): void {
		const query = new URLSearchParams(url.searchParams);
		query.set('page', String(target));
		links.push(`<${api}${url.pathname}?${query}>; rel="${rel}"`);
	}
	if (page > 1) add('prev', page - 1);
	if (page < pages) add('next', page + 1);
	if (page < pages) add('last', pages);
	if (page > 1) add('first', 1);
	return links.join(', ');
}

function overLimit(caller: Caller): Response {
	const who = caller.account === null ? 'for 127.0.0.1' : `for user ID ${caller.account.login}`;
	return githubError(403, `API rate limit exceeded ${who}.`, 'using-the-rest-api/rate-limits-for-the-rest-api');
}

function quota(caller: Caller, standing: Standing): Response {
	if (caller.refusal) return caller.refusal;
	const search = { ...standing, limit: 30, used: 0, remaining: 30 };
	return Response.json({ resources: { core: standing, search }, rate: standing });
}

/** The tag covers the credential too: another token never gets a 304 for it. */
async function withEtag(response: Response, request: Request): Promise<Response> {
	if (response.status !== 200) return response;
	const body = await response.text();
	const etag = `W/"${sha256(`${request.headers.get('authorization') ?? ''}\n${response.headers.get('link') ?? ''}\n${body}`).slice(7)}"`;
	const headers = new Headers(response.headers);
	headers.set('etag', etag);
	headers.set('cache-control', 'private, max-age=60, s-maxage=60');
	headers.set('vary', 'Accept, Authorization, Cookie, X-GitHub-OTP');
	const isSame = (request.headers.get('if-none-match') ?? '').split(/,\s*/).includes(etag);
	return isSame ? new Response(null, { status: 304, headers }) : new Response(body, { headers });
}
