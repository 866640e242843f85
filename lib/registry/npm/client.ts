import type { z } from 'zod';
import { AppError, Secret } from '@/lib/core';
import { digestOf, sri512 } from '@/lib/digest';
import type { Http, HttpResponse } from '../http/client';
import { askConditionally, type EtagCache } from '../http/conditional';
import { integrityError, invalidError, statusError } from '../http/errors';
import type { DigestCache } from '../oci/client';
import { basicHeader } from '../oci/password';
import type { FetchedTarball, NpmRef } from '../source';
import { checkIntegrity, isSameIntegrity } from './integrity';
import { NpmPackage, type NpmVersion, readPackument, SearchAnswer } from './schema';

/** Read-only client of one npm registry. Throws AppError as described in `source.ts`. */
export type NpmClient = {
	/** A package with its versions, oldest first. One conditional request. Throws `not_found`. */
	packument(name: string, signal?: AbortSignal): Promise<NpmPackage>;
	/**
	 * A tarball, checked against what the packument promises; refused when it promises nothing. With `integrity` in the
	 * reference the promise must be that one: a republished version is `integrity_mismatch`.
	 */
	tarball(reference: NpmRef, signal?: AbortSignal): Promise<FetchedTarball>;
	/** Names of packages that start with `prefix`, where the registry offers `/-/v1/search` (GitHub does not). */
	search(prefix: string, signal?: AbortSignal): Promise<string[]>;
	/** What such a search tells of their newest versions, by name: changes when one is published. */
	newest(prefix: string, signal?: AbortSignal): Promise<Map<string, string>>;
};

export type NpmOptions = {
	http: Http;
	baseUrl: string;
	/** With a name the credential is sent as Basic, without as a bearer token. */
	username: string | null;
	credential: Secret | null;
	cache: EtagCache | null;
	/** Tarballs that were read before, by their sha512 integrity. */
	artifacts: DigestCache | null;
};

type Found = z.infer<typeof SearchAnswer>['objects'][number]['package'];

const SEARCH_SIZE = 250;
const MOST_SEARCH_PAGES = 100;
const LARGEST_PACKUMENT = 32 * 1024 * 1024;
/** GitHub takes up to 256 MB; a frontend bundle of more than this is a mistake. */
const LARGEST_TARBALL = 64 * 1024 * 1024;

/** npm's own rule for names that may be published today, scoped or not. */
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

export function createNpmClient({ http, baseUrl, username, credential, cache, artifacts }: NpmOptions): NpmClient {
	const base = new URL(`${baseUrl}/`);
	const authorization = credential === null ? null : authorizationOf(username, credential);

	async function packument(name: string, signal?: AbortSignal): Promise<NpmPackage> {
		// The slash must be escaped and the @ kept: the only form every registry understands (facts section 2).
		const url = new URL(checkedName(name).replace('/', '%2f'), base).href;
		const what = `the npm package ${name}`;
		return askConditionally({
			url,
			credential,
			cache,
			schema: NpmPackage,
			send: (headers) =>
				http.send({
					url,
					authorization,
					headers: { accept: 'application/json', ...headers },
					maxBytes: LARGEST_PACKUMENT,
					what,
					signal,
				}),
			read: (response) => packageOf(response, { what, isAnonymous: credential === null }),
		});
	}

	async function promised(reference: NpmRef, signal?: AbortSignal): Promise<NpmVersion & { integrity: string }> {
		const { package: name, version } = reference;
		const found = (await packument(name, signal)).versions.find((candidate) => candidate.version === version);
		const subject = { host: base.host, what: `${name} ${version}` };
		if (!found) {
			throw new AppError('not_found', `${base.host} has no version ${version} of the npm package ${name}.`, {
				hint: 'The publisher has not released this frontend yet, or took it back.',
				details: { host: base.host, status: 200, retriable: false },
			});
		}
		const { integrity } = found;
		if (integrity === null) throw unpromised(base.host, subject.what);
		if (reference.integrity !== null && !isSameIntegrity(integrity, reference.integrity)) {
			throw integrityError(subject, reference.integrity, integrity);
		}
		return { ...found, integrity };
	}

	/** Packages by name, in pages until one adds no new name, or until as many are there as the registry says. */
	async function search(prefix: string, { trustsTotal, signal }: { trustsTotal: boolean; signal?: AbortSignal }) {
		const found = new Map<string, Found>();
		const what = `a search for ${prefix}`;
		for (let from = 0, pages = 0; ; pages += 1) {
			if (pages >= MOST_SEARCH_PAGES) throw invalidError({ host: base.host, what }, 'never ends');
			const query = new URLSearchParams({ text: prefix, size: `${SEARCH_SIZE}`, from: `${from}` });
			const url = new URL(`-/v1/search?${query}`, base).href;
			const headers = { accept: 'application/json' };
			const response = await http.send({ url, authorization, headers, maxBytes: LARGEST_PACKUMENT, what, signal });
			const { packages, total } = packagesFound(response, { what, isAnonymous: credential === null });
			const before = found.size;
			for (const one of packages) found.set(one.name, one);
			if (packages.length === 0 || found.size === before) break;
			from += packages.length;
			// Verdaccio counts the page, not everything: only a page with room left is the last one.
			if (trustsTotal && total !== null && from >= total && packages.length < SEARCH_SIZE) break;
		}
		return [...found.values()].filter(({ name }) => name.startsWith(prefix));
	}

	return {
		packument,
		search: async (prefix, signal) =>
			(await search(prefix, { trustsTotal: false, ...(signal ? { signal } : {}) })).map(({ name }) => name).sort(),
		async newest(prefix, signal) {
			const found = await search(prefix, { trustsTotal: true, ...(signal ? { signal } : {}) });
			return new Map(found.flatMap(({ name, ...told }) => (isTelling(told) ? [[name, digestOf(told)]] : [])));
		},
		async tarball(reference, signal) {
			const kept = await keptTarball(artifacts, reference);
			if (kept !== null) return kept;
			const { tarball, integrity } = await promised(reference, signal);
			const { package: name, version } = reference;
			const what = `the npm tarball ${name} ${version}`;
			const isOwn = new URL(tarball).origin === base.origin;
			const response = await http.send({
				url: tarball,
				authorization: isOwn ? authorization : null,
				headers: { 'accept-encoding': 'identity' },
				maxBytes: LARGEST_TARBALL,
				what,
				signal,
			});
			const subject = { host: response.host, what };
			if (response.status !== 200) throw statusError(subject, response);
			checkIntegrity(response.bytes, integrity, subject);
			// A weak promise (sha1) is not enough when the caller knows a stronger one from the first look.
			if (reference.integrity !== null) checkIntegrity(response.bytes, reference.integrity, subject);
			const fetched = { package: name, version, bytes: response.bytes, integrity: sri512(response.bytes) };
			await artifacts?.set(fetched.integrity, 'application/gzip', fetched.bytes);
			return fetched;
		},
	};
}

function authorizationOf(username: string | null, credential: Secret): Secret {
	if (username === null) return new Secret(`Bearer ${credential.reveal()}`);
	return basicHeader({ username, secret: credential });
}

async function keptTarball(artifacts: DigestCache | null, reference: NpmRef): Promise<FetchedTarball | null> {
	const integrity = reference.integrity?.split(/\s+/).find((part) => part.startsWith('sha512-'));
	if (artifacts === null || integrity === undefined) return null;
	const bytes = await artifacts.get(integrity);
	if (bytes === null || sri512(bytes) !== integrity) return null;
	return { package: reference.package, version: reference.version, bytes, integrity };
}

/** What was asked for, and whether nobody in particular asked. */
type Question = { what: string; isAnonymous: boolean };

function packageOf(response: HttpResponse, question: Question): NpmPackage {
	const read = readPackument(jsonOf(response, question));
	if (read === null) throw invalidError({ host: response.host, what: question.what }, 'is not a packument');
	return read;
}

function packagesFound(response: HttpResponse, question: Question): { packages: Found[]; total: number | null } {
	if (response.status === 404 || response.status === 405) {
		throw new AppError('upstream_invalid', `${response.host} cannot be searched (${response.status}).`, {
			hint: 'Name the packages of this source instead; GitHub and some others offer no search.',
			details: { host: response.host, status: response.status, retriable: false },
		});
	}
	const read = SearchAnswer.safeParse(jsonOf(response, question));
	if (!read.success)
		throw invalidError({ host: response.host, what: question.what }, 'is no list of packages', read.error);
	return { packages: read.data.objects.map((found) => found.package), total: read.data.total ?? null };
}

/** npm tells version and date, Verdaccio dist-tags and the time of the last change; one of them moves. */
function isTelling({ version, date, 'dist-tags': distTags, time }: Omit<Found, 'name'>): boolean {
	return Boolean(version || date || time?.modified || Object.keys(distTags ?? {}).length > 0);
}

function jsonOf(response: HttpResponse, { what, isAnonymous }: Question): unknown {
	const subject = { host: response.host, what };
	if (response.status !== 200) {
		throw statusError(subject, response, { ...hintFor(response), details: { needsCredential: isAnonymous } });
	}
	try {
		return JSON.parse(new TextDecoder().decode(response.bytes));
	} catch (cause) {
		throw invalidError(subject, 'is not JSON', cause);
	}
}

/** GitHub never answers npm requests without a token, not even for public packages. */
function hintFor({ status }: HttpResponse): { hint?: string } {
	if (status === 401) return { hint: 'This npm registry needs a valid token: store one for this source or renew it.' };
	if (status === 403) return { hint: 'The token may not read this package: it needs the scope read:packages.' };
	return {};
}

function checkedName(name: string): string {
	if (name.length <= 214 && NAME.test(name)) return name;
	throw new AppError('not_found', `${JSON.stringify(name.slice(0, 214))} is not the name of an npm package.`, {
		hint: 'The publisher has to correct the package name in the manifest.',
	});
}

function unpromised(host: string, what: string): AppError {
	return new AppError('integrity_mismatch', `${host} promises no checksum for ${what}, so it was not read.`, {
		hint: 'Ask whoever runs the npm registry why dist.integrity and dist.shasum are missing.',
		details: { host, status: 200, retriable: false },
	});
}
