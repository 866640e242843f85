import { AppError, type Clock, Secret } from '@/lib/core';
import type { Http, HttpRequest, HttpResponse } from '../http/client';
import { invalidError, statusError } from '../http/errors';
import { type Challenge, parseChallenges } from './challenge';
import { basicHeader, createPassword, type RegistryCredential } from './password';
import { trustedRealm } from './realm';
import { TokenAnswer } from './schema';
import { vendorOf } from './vendors';

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

/** `bare` is the token without `Bearer`, kept so that a server that repeats it is redacted. */
type Token = { value: Secret; bare: Secret; expiresAt: number };
type TokenQuestion = { scope: string; credential: RegistryCredential | null; now: Clock; registryHost: string };
type Bearer = { realm: URL; service: string | null };

const LARGEST_TOKEN_ANSWER = 128 * 1024;
const DEFAULT_LIFE = 60;
const LONGEST_LIFE = 3600;
const REFUSED = 'The stored credential was refused: renew it, or check that it may read packages.';

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
	const home = `${baseUrl.origin}/`;
	let bearer: Bearer | null = null;
	const password = credential === null ? null : createPassword(credential, baseUrl.host, now);
	/** The registry has asked for the credential itself. */
	let usesBasic = false;

	async function fetchToken(endpoint: Bearer, scope: string): Promise<Token> {
		if (credential === null)
			return requestToken(http, endpoint, { scope, credential, now, registryHost: baseUrl.host });
		try {
			const token = await requestToken(http, endpoint, { scope, credential, now, registryHost: baseUrl.host });
			rejections.delete(scope);
			return token;
		} catch (error) {
			// A stale credential is refused even where everybody may read (akuity/kargo#777): try as nobody, and say so.
			if (!(error instanceof AppError) || error.code !== 'upstream_forbidden') throw error;
			rejections.set(scope, { host: baseUrl.host, status: Number(error.details.status) });
			return requestToken(http, endpoint, { scope, credential: null, now, registryHost: baseUrl.host }).catch(
				(second: unknown) =>
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
		if (usesBasic && password) return password.header();
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
		if (password === null || sent !== null || !challenges.some(({ scheme }) => scheme === 'basic')) return null;
		usesBasic = true;
		return password.header();
	}

	/** What the registry thinks of the password it was just shown. What everybody may read is read without one it refuses. */
	async function settle(
		response: HttpResponse,
		{ scope, askNobody }: { scope: string; askNobody: (() => Promise<HttpResponse>) | null },
	): Promise<HttpResponse> {
		if (isElsewhere(response)) return response;
		if (!password?.isRefusedBy(response)) {
			rejections.clear();
			return response;
		}
		rejections.set(scope, { host: baseUrl.host, status: response.status });
		const open = await askNobody?.();
		return open !== undefined && open.status < 400 ? open : response;
	}

	/** A refusal to nobody, because the password was refused a moment ago, is the password's. */
	function unanswered(response: HttpResponse, scope: string): HttpResponse {
		const status = usesBasic ? (password?.refusal() ?? null) : null;
		if (status !== null) rejections.set(scope, { host: baseUrl.host, status });
		return response;
	}

	/** A refusal by the storage behind a redirect says nothing about our credential, and its challenge is not trusted. */
	function isElsewhere(response: HttpResponse): boolean {
		return !response.url.startsWith(home);
	}

	return {
		baseUrl,
		async send({ path, scope, ...request }) {
			const url = new URL(path, baseUrl).href;
			const ask = (authorization: Secret | null) => http.send({ ...request, url, authorization });
			const wasKnown = tokens.has(scope);
			const sent = await currentAuthorization(scope);
			const response = await ask(sent);
			if (isElsewhere(response)) return response;
			if (isPassword(sent) && !offersTokens(response)) {
				return settle(response, { scope, askNobody: () => ask(null) });
			}
			const isStale = response.status === 403 && wasKnown && sent !== null;
			if (response.status !== 401 && !isStale) return response;
			const better = await nextAuthorization(response, sent, scope);
			if (better === null) return unanswered(response, scope);
			const answer = await ask(better);
			return isPassword(better) ? settle(answer, { scope, askNobody: null }) : answer;
		},
		rejected: (scope) =>
			scope === undefined ? ([...rejections.values()].at(-1) ?? null) : (rejections.get(scope) ?? null),
	};
}

/** Fetch one token. GET only: POST is 405 on GHCR and Harbor (helm/helm#31222, goharbor/harbor#23799). */
async function requestToken(
	http: Http,
	{ realm, service }: Bearer,
	{ scope, credential, now, registryHost }: TokenQuestion,
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
			...(credential !== null && response.status < 404 ? { hint: vendorOf(registryHost)?.renewal ?? REFUSED } : {}),
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
	return {
		value: new Secret(`Bearer ${text}`),
		bare: new Secret(text),
		expiresAt: now().getTime() + life * 1000 * 0.9,
	};
}

function isPassword(authorization: Secret | null): boolean {
	return authorization?.reveal().startsWith('Basic ') ?? false;
}

function offersTokens(response: HttpResponse): boolean {
	return response.status === 401 && parseChallenges(response.headers.get('www-authenticate')).some(isUsableBearer);
}

function isUsableBearer({ scheme, parameters }: Challenge): boolean {
	return scheme === 'bearer' && parameters.realm !== undefined;
}

function serviceOf({ parameters }: Challenge): string | null {
	return parameters.service ?? null;
}
