import { z } from 'zod';
import { AppError, isAppError, Secret } from '@/lib/core';
import type { Http, HttpResponse } from '../http/client';
import { askConditionally, type EtagCache } from '../http/conditional';
import { invalidError, statusError } from '../http/errors';
import { nextLink } from '../http/link';
import type { ReleaseNotes, SourceState } from '../source';
import { GithubPackage, GithubRelease, GithubVersion, readList } from './schema';
import { scopeTrouble } from './token';

type PackageType = 'container' | 'npm';
type Owner = { name: string; account: 'org' | 'user' };

/**
 * Read-only client of GitHub's REST API. Every page is asked for conditionally: a 304 does not count against the limit.
 * Listing packages works with a classic token with `read:packages` only. Throws AppError as described in `source.ts`.
 */
export type GithubClient = {
	listPackages(owner: Owner, type: PackageType, signal?: AbortSignal): Promise<GithubPackage[]>;
	listVersions(
		owner: Owner,
		reference: { type: PackageType; name: string },
		signal?: AbortSignal,
	): Promise<GithubVersion[]>;
	/** Published releases, newest first; `isComplete` is false when there are more than were read. */
	releases(repository: string, signal?: AbortSignal): Promise<{ releases: GithubRelease[]; isComplete: boolean }>;
	/** Release notes at the tag `v<version>`, `<version>` or `<chart>-<version>`; null when there are none. */
	findReleaseNotes(
		repository: string,
		wanted: { version: string; chart: string },
		signal?: AbortSignal,
	): Promise<ReleaseNotes | null>;
	/** A file of the repository at a tag, null when the file, tag or (for this token) repository is not there. */
	findFileAtTag(
		repository: string,
		file: { path: string; tag: string },
		signal?: AbortSignal,
	): Promise<Uint8Array | null>;
	/** Ask for something that costs nothing and that every token may see, for what its headers say about the token. */
	introduce(signal?: AbortSignal): Promise<void>;
	/** Scopes and end of the token, from the headers of the last answer; null before the first one. */
	tokenFacts(): SourceState['token'];
};

export type GithubOptions = {
	http: Http;
	apiUrl: string;
	credential: Secret | null;
	cache: EtagCache | null;
};

const LARGEST_PAGE = 8 * 1024 * 1024;
const LARGEST_FILE = 1024 * 1024;
const MOST_PAGES = 100;
/** Notes of more than 200 releases are looked up one by one. */
const RELEASE_PAGES = 2;

export function createGithubClient({ http, apiUrl, credential, cache }: GithubOptions): GithubClient {
	const authorization = credential === null ? null : new Secret(`Bearer ${credential.reveal()}`);
	let facts: SourceState['token'] = null;

	async function send(url: string, what: string, headers: Record<string, string>, signal?: AbortSignal) {
		const response = await http
			.send({
				url,
				authorization,
				headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', ...headers },
				maxBytes: LARGEST_PAGE,
				what,
				signal,
			})
			.catch((error: unknown) => Promise.reject(credential === null ? limitOfNobody(error) : error));
		facts = factsOf(response) ?? facts;
		return response;
	}

	/** One page with the address of the next one; both are kept, because a 304 carries no Link header. */
	async function page<T>(url: string, what: string, member: z.ZodType<T>, signal?: AbortSignal) {
		return askConditionally({
			url,
			credential,
			cache,
			schema: z.object({ items: z.array(member), next: z.string().nullable() }),
			send: (headers) => send(url, what, headers, signal),
			read: (response) => {
				if (response.status !== 200) throw refusal(response, what);
				const items = readList(parseJson(response, what), member);
				if (items === null) throw invalidError({ host: response.host, what }, 'is not a list');
				return { items, next: nextLink(response.headers.get('link'), url) };
			},
		});
	}

	async function list<T>(
		first: string,
		what: string,
		{ member, most, signal }: { member: z.ZodType<T>; most: number; signal?: AbortSignal | undefined },
	): Promise<{ items: T[]; isComplete: boolean }> {
		const items: T[] = [];
		const seen = new Set<string>();
		for (let url: string | null = first; url !== null; ) {
			if (seen.size >= most) return { items, isComplete: false };
			if (seen.has(url)) throw invalidError({ host: new URL(url).host, what }, 'never ends');
			seen.add(url);
			const { items: more, next }: { items: T[]; next: string | null } = await page(url, what, member, signal);
			items.push(...more);
			url = next;
		}
		return { items, isComplete: true };
	}

	async function wholeList<T>(first: string, what: string, member: z.ZodType<T>, signal?: AbortSignal): Promise<T[]> {
		const { items, isComplete } = await list(first, what, { member, most: MOST_PAGES, signal });
		if (!isComplete) throw invalidError({ host: new URL(first).host, what }, 'never ends');
		return items;
	}

	async function findRelease(repository: string, tag: string, signal?: AbortSignal): Promise<GithubRelease | null> {
		const url = `${apiUrl}/repos/${repositoryPath(repository)}/releases/tags/${encodeURIComponent(tag)}`;
		const what = `the release ${tag} of ${repository}`;
		return askConditionally({
			url,
			credential,
			cache,
			schema: GithubRelease.nullable(),
			send: (headers) => send(url, what, headers, signal),
			read: (response) => {
				if (response.status === 404) return null;
				if (response.status !== 200) throw refusal(response, what);
				const parsed = GithubRelease.safeParse(parseJson(response, what));
				if (!parsed.success) throw invalidError({ host: response.host, what }, 'is not a release', parsed.error);
				return parsed.data;
			},
		});
	}

	return {
		tokenFacts: () => facts,
		async introduce(signal) {
			const what = 'the limits of this token';
			const response = await send(`${apiUrl}/rate_limit`, what, {}, signal);
			if (response.status !== 200) throw refusal(response, what);
		},
		listPackages: (owner, type, signal) =>
			wholeList(
				`${apiUrl}/${ownerPath(owner)}/packages?package_type=${type}&per_page=100`,
				`the list of ${type} packages of ${owner.name}`,
				GithubPackage,
				signal,
			),
		listVersions: (owner, { type, name }, signal) =>
			wholeList(
				// An unescaped slash is a 404 (cli/cli#9798).
				`${apiUrl}/${ownerPath(owner)}/packages/${type}/${encodeURIComponent(name)}/versions?per_page=100`,
				`the versions of the ${type} package ${name}`,
				GithubVersion,
				signal,
			),
		async releases(repository, signal) {
			const url = `${apiUrl}/repos/${repositoryPath(repository)}/releases?per_page=100`;
			const what = `the releases of ${repository}`;
			const { items, isComplete } = await list(url, what, { member: GithubRelease, most: RELEASE_PAGES, signal });
			return { releases: items.filter((release) => release.draft !== true), isComplete };
		},
		async findReleaseNotes(repository, { version, chart }, signal) {
			for (const tag of releaseTags(version, chart)) {
				const release = await findRelease(repository, tag, signal);
				if (release !== null) return notesOf(release);
			}
			return null;
		},
		async findFileAtTag(repository, { path, tag }, signal) {
			const file = path.split('/').map(encodeURIComponent).join('/');
			const url = `${apiUrl}/repos/${repositoryPath(repository)}/contents/${file}?ref=${encodeURIComponent(tag)}`;
			const what = `the file ${path} of ${repository} at ${tag}`;
			const accept = 'application/vnd.github.raw+json';
			const text = await askConditionally({
				url,
				credential,
				cache,
				schema: z.string().nullable(),
				send: (headers) => send(url, what, { ...headers, accept }, signal),
				read: (response) => {
					if (response.status === 404) return null;
					if (response.status !== 200) throw refusal(response, what);
					if (response.bytes.length > LARGEST_FILE) throw invalidError({ host: response.host, what }, 'is too large');
					return Buffer.from(response.bytes).toString('base64');
				},
			});
			return text === null ? null : new Uint8Array(Buffer.from(text, 'base64'));
		},
	};
}

/** Tags under which publishers release a version, in the order they are tried. */
export function releaseTags(version: string, chart: string): string[] {
	return [`v${version}`, version, `${chart}-${version}`];
}

export function notesOf(release: GithubRelease): ReleaseNotes | null {
	const text = release.body ?? '';
	if (text.trim() === '') return null;
	return { text, tag: release.tag_name, url: release.html_url ?? null, publishedAt: release.published_at ?? null };
}

function ownerPath({ name, account }: Owner): string {
	return `${account === 'org' ? 'orgs' : 'users'}/${encodeURIComponent(name)}`;
}

function repositoryPath(repository: string): string {
	return repository.split('/', 2).map(encodeURIComponent).join('/');
}

function parseJson(response: HttpResponse, what: string): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(response.bytes));
	} catch (cause) {
		throw invalidError({ host: response.host, what }, 'is not JSON', cause);
	}
}

/** Without a token GitHub answers 60 requests an hour (docs, REST rate limits). */
function limitOfNobody(error: unknown): unknown {
	if (!isAppError(error, 'rate_limited')) return error;
	return new AppError('rate_limited', error.message, {
		hint: 'Without a token GitHub answers 60 requests an hour, with one 5000: store a token for this source.',
		details: { ...error.details, needsCredential: true },
		cause: error,
	});
}

/** GitHub says which scopes the token has and which are needed; that explains a 403 better than its text does. */
function refusal(response: HttpResponse, what: string): AppError {
	const has = response.headers.get('x-oauth-scopes');
	const accepted = response.headers.get('x-accepted-oauth-scopes');
	const subject = { host: response.host, what };
	const details = { scopes: has, acceptedScopes: accepted };
	if (response.status === 401) {
		return statusError(subject, response, {
			hint: 'GitHub needs a valid classic token here: store one with the scope read:packages, or renew it.',
			details,
		});
	}
	// What a token may not see is often said not to be there.
	const trouble = response.status === 404 ? scopeTrouble(factsOf(response)) : null;
	if (trouble !== null)
		return statusError(subject, response, { hint: `${trouble.detail} ${trouble.nextStep}`, details });
	if (response.status === 403 && has !== null) {
		return statusError(subject, response, {
			hint: `The token has ${has === '' ? 'no scopes' : `the scopes "${has}"`}; this needs ${accepted ? `"${accepted}"` : 'read:packages'}.`,
			details,
		});
	}
	if (response.status === 400 || response.status === 403 || response.status === 404) {
		return statusError(subject, response, {
			hint: 'Only a classic token with read:packages may list packages; for an organisation with single sign-on it must be authorised there.',
			details,
		});
	}
	return statusError(subject, response, { details });
}

function factsOf({ headers }: HttpResponse): SourceState['token'] {
	const scopes = headers.get('x-oauth-scopes');
	const end = headers.get('github-authentication-token-expiration');
	if (scopes === null && end === null) return null;
	const time = Date.parse((end ?? '').replace(' UTC', 'Z').replace(' ', 'T'));
	return {
		scopes:
			scopes
				?.split(',')
				.map((scope) => scope.trim())
				.filter(Boolean) ?? null,
		expiresAt: Number.isNaN(time) ? null : new Date(time).toISOString(),
	};
}
