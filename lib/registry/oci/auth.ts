import { AppError, type Clock, Secret } from '@/lib/core';
import type { Http, HttpRequest, HttpResponse } from '../http/client';
import { invalidError, statusError } from '../http/errors';
import { type Challenge, parseChallenges } from './challenge';
import { trustedRealm } from './realm';
import { TokenAnswer } from './schema';

/** For registries the name goes with the secret; GHCR takes any name with a token. */
export type RegistryCredential = { username: string; secret: Secret };

type RegistryRequest = Omit<HttpRequest, 'url' | 'authorization'> & {
	/** Absolute path with query, or a next-page address of the same origin. */
	path: string;
	/** Token scope, ours and never the challenge's: GHCR challenges with a literal placeholder (oras#1128). */
	scope: string;
};

export type RegistrySession = {
	readonly baseUrl: URL;
	/** Send, answering 401 challenges: bearer token first, Basic where the registry wants only that. */
	send(request: RegistryRequest): Promise<HttpResponse>;
	/** The stored credential was refused and anonymous access is used instead, for `scope` or at all. */
	rejected(scope?: string): { host: string; status: number } | null;
};

type Token = { value: Secret; expiresAt: number };
type Bearer = { realm: URL; service: string | null };

const LARGEST_TOKEN_ANSWER = 128 * 1024;
const DEFAULT_LIFE = 60;
const LONGEST_LIFE = 3600;

/** A signed-in (or anonymous) conversation with one registry. Tokens live in memory, per scope. */
export function createRegistrySession({
	http,
	baseUrl,
	credential,
	now,
}: {
	http: Http;
	baseUrl: URL;
	credential: RegistryCredential | null;
	now: Clock;
}): RegistrySession {
	const tokens = new Map<string, Promise<Token>>();
	const rejections = new Map<string, { host: string; status: number }>();
	let bearer: Bearer | null = null;
	let usesBasic = false;

	async function fetchToken(endpoint: Bearer, scope: string): Promise<Token> {
		if (credential === null) return requestToken(http, endpoint, { scope, credential, now });
		try {
			const token = await requestToken(http, endpoint, { scope, credential, now });
			rejections.delete(scope);
			return token;
		} catch (error) {
			// A stale credential is refused even where everybody may read (akuity/kargo#777): try as nobody, and say so.
			if (!(error instanceof AppError) || error.code !== 'upstream_forbidden') throw error;
			rejections.set(scope, { host: baseUrl.host, status: Number(error.details.status) });
			return requestToken(http, endpoint, { scope, credential: null, now }).catch((second: unknown) =>
				Promise.reject(second instanceof AppError && second.code === 'upstream_forbidden' ? error : second),
			);
		}
	}

	function tokenFor(endpoint: Bearer, scope: string): Promise<Token> {
		const pending = fetchToken(endpoint, scope);
		tokens.set(scope, pending);
		// A failed attempt must not be remembered; whoever waits for it still sees the failure.
		pending.catch(() => tokens.get(scope) === pending && tokens.delete(scope));
		return pending;
	}

	async function currentAuthorization(scope: string): Promise<Secret | null> {
		if (usesBasic && credential) return basicHeader(credential);
		const token = await tokens.get(scope);
		if (token && token.expiresAt > now().getTime()) return token.value;
		return bearer === null ? null : (await tokenFor(bearer, scope)).value;
	}

	/** What to answer to a refusal, or null when there is nothing better to offer than what was sent. */
	async function nextAuthorization(response: HttpResponse, sent: Secret | null, scope: string): Promise<Secret | null> {
		const challenges = parseChallenges(response.headers.get('www-authenticate'));
		const offered = challenges.find(isUsableBearer);
		if (offered) {
			bearer = {
				realm: trustedRealm(offered.parameters.realm ?? '', baseUrl, http.policy),
				service: serviceOf(offered),
			};
		}
		// GHCR refuses a stale token without any challenge (renovatebot/renovate#11446), so the old realm is asked again.
		if (bearer !== null && (offered || sent !== null)) return (await tokenFor(bearer, scope)).value;
		if (credential === null || usesBasic || !challenges.some(({ scheme }) => scheme === 'basic')) return null;
		usesBasic = true;
		return basicHeader(credential);
	}

	return {
		baseUrl,
		async send({ path, scope, ...request }) {
			const url = new URL(path, baseUrl).href;
			const wasKnown = tokens.has(scope);
			const sent = await currentAuthorization(scope);
			const response = await http.send({ ...request, url, authorization: sent });
			// A refusal by the storage behind a redirect says nothing about our token, and its challenge is not trusted.
			if (new URL(response.url).origin !== baseUrl.origin) return response;
			const isStale = response.status === 403 && wasKnown && sent !== null && !usesBasic;
			if (response.status !== 401 && !isStale) return response;
			const better = await nextAuthorization(response, sent, scope);
			return better === null ? response : http.send({ ...request, url, authorization: better });
		},
		rejected: (scope) =>
			scope === undefined ? ([...rejections.values()].at(-1) ?? null) : (rejections.get(scope) ?? null),
	};
}

/** Fetch one token. GET only: POST is 405 on GHCR and Harbor (helm/helm#31222, goharbor/harbor#23799). */
async function requestToken(
	http: Http,
	{ realm, service }: Bearer,
	{ scope, credential, now }: { scope: string; credential: RegistryCredential | null; now: Clock },
): Promise<Token> {
	const url = new URL(realm);
	if (service !== null) url.searchParams.set('service', service);
	if (scope !== '') url.searchParams.set('scope', scope);
	const subject = { host: url.host, what: 'an access token' };
	const response = await http.send({
		url: url.href,
		what: subject.what,
		headers: { accept: 'application/json' },
		authorization: credential === null ? null : basicHeader(credential),
		maxBytes: LARGEST_TOKEN_ANSWER,
		redirects: 0,
		alsoAllowed: [url.host],
	});
	if (response.status !== 200) {
		throw statusError(subject, response, {
			details: { scope, credentialRejected: credential !== null && response.status < 404 },
			...(credential !== null && response.status < 404
				? { hint: 'The stored credential was refused: renew it, or check that it may read packages.' }
				: {}),
		});
	}
	return readToken(response, subject, now);
}

function readToken(response: HttpResponse, subject: { host: string; what: string }, now: Clock): Token {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder().decode(response.bytes));
	} catch (cause) {
		throw invalidError(subject, 'is not JSON', cause);
	}
	const answer = TokenAnswer.safeParse(json);
	const text = answer.success ? (answer.data.token ?? answer.data.access_token ?? '') : '';
	// Anything else could not be a header value and would end as an unexplained TypeError.
	if (!/^[\x21-\x7e]{1,65536}$/.test(text)) throw invalidError(subject, 'holds no usable token');
	const life = Math.min(Math.max(answer.data?.expires_in ?? DEFAULT_LIFE, 1), LONGEST_LIFE);
	return { value: new Secret(`Bearer ${text}`), expiresAt: now().getTime() + life * 1000 * 0.9 };
}

function isUsableBearer({ scheme, parameters }: Challenge): boolean {
	return scheme === 'bearer' && parameters.realm !== undefined;
}

function serviceOf({ parameters }: Challenge): string | null {
	return parameters.service ?? null;
}

function basicHeader({ username, secret }: RegistryCredential): Secret {
	return new Secret(`Basic ${Buffer.from(`${username}:${secret.reveal()}`).toString('base64')}`);
}
