import { type Account, isLive, type RegistryState } from './state';

/** Who is calling the pretend GitHub API; `refusal` is set when the credential itself is no good. */
export type Caller = { account: Account | null; refusal: Response | null; limitKey: string };

/** Errors in GitHub's shape (`basic-error`). */
export function githubError(status: number, message: string, page = 'packages/packages'): Response {
	return Response.json(
		{ message, documentation_url: `https://docs.github.com/rest/${page}`, status: String(status) },
		{ status },
	);
}

/** Reads `Authorization: Bearer|token …`. No header is a legal anonymous call. */
export function identify(request: Request, state: RegistryState, now: Date): Caller {
	const header = request.headers.get('authorization');
	if (header === null) return { account: null, refusal: null, limitKey: 'anonymous' };
	const token = /^(?:bearer|token)\s+(\S+)$/i.exec(header)?.[1] ?? '';
	const account = state.accounts.get(token);
	if (!isLive(account, now)) {
		return { account: null, refusal: githubError(401, 'Bad credentials'), limitKey: 'anonymous' };
	}
	// All tokens of one user share one budget.
	return { account, refusal: null, limitKey: account.login };
}

/** The packages API takes classic PATs with `read:packages`, nothing else (facts: GitHub docs, permissions page). */
export function refusePackages(caller: Caller): Response | null {
	if (caller.account === null) return githubError(401, 'Requires authentication');
	const { scopes, mayNotList } = caller.account;
	if (mayNotList) return githubError(400, 'Invalid argument.');
	if (scopes.includes('read:packages') || scopes.includes('write:packages')) return null;
	return githubError(403, 'You need at least read:packages scope to list packages.');
}

/** Headers by which GitHub explains a classic PAT. */
export function tokenHeaders(account: Account | null): Record<string, string> {
	if (account === null) return {};
	const expiry = account.expiresAt
		?.toISOString()
		.replace('T', ' ')
		.replace(/\.\d{3}Z$/, ' UTC');
	return {
		'x-oauth-scopes': account.scopes.join(', '),
		'x-accepted-oauth-scopes': 'read:packages',
		...(expiry === undefined ? {} : { 'github-authentication-token-expiration': expiry }),
	};
}

/** Where a caller stands in the current hour, as the `x-ratelimit-*` headers tell it; `reset` in epoch seconds. */
export type Standing = { limit: number; used: number; remaining: number; reset: number };

export type RateLimit = {
	/** Count one request (unless free). `isOver` means this one is refused. */
	take(key: string, isFree: boolean): { standing: Standing; isOver: boolean };
	/** Give back a request that turned out to be a 304: those are free. */
	giveBack(key: string): void;
};

export function createRateLimit(now: () => Date, limits: { anonymous: number; user: number }): RateLimit {
	const windows = new Map<string, { count: number; reset: number }>();
	return {
		take(key, isFree) {
			const seconds = Math.floor(now().getTime() / 1000);
			const known = windows.get(key);
			const window = known && known.reset > seconds ? known : { count: 0, reset: seconds + 3600 };
			windows.set(key, window);
			if (!isFree) window.count += 1;
			const limit = key === 'anonymous' ? limits.anonymous : limits.user;
			const used = Math.min(window.count, limit);
			return {
				standing: { limit, used, remaining: limit - used, reset: window.reset },
				isOver: !isFree && window.count > limit,
			};
		},
		giveBack(key) {
			const window = windows.get(key);
			if (window) window.count -= 1;
		},
	};
}
