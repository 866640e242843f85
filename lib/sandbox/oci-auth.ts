import { randomBytes } from 'node:crypto';
import { ociError } from './oci-error';
import { type Account, isLive, type RegistryState } from './state';

type OciAction = 'pull' | 'push';

/** Decides who may do what, in GHCR's own odd ways (facts: distribution docs `spec/auth/token.md`, oras#1128). */
export type OciAuth = {
	/** Null = go on; otherwise the refusal. `repository` null means `/v2/` or the catalog. */
	refuse(request: Request, repository: string | null, action: OciAction): Response | null;
	/** `GET /token`. */
	token(request: Request): Response;
};

export type OciAuthOptions = {
	mode: 'token' | 'basic' | 'none';
	origin: () => string;
	now: () => Date;
	/** Seconds a bearer token lives. */
	tokenLifetime: number;
};

type Grant = { account: Account | null; scopes: readonly string[]; expiresAt: number };

const SERVICE = 'ghcr.io';
/** GHCR names this literal scope on `/v2/`, whatever was asked. */
const PLACEHOLDER = 'repository:user/image:pull';

export function createOciAuth(state: RegistryState, options: OciAuthOptions): OciAuth {
	const grants = new Map<string, Grant>();
	const { mode, now } = options;

	function challenge(repository: string | null, action: OciAction): Response {
		if (mode === 'basic') {
			return ociError(401, 'UNAUTHORIZED', 'authentication required', {
				'www-authenticate': 'Basic realm="sandbox"',
			});
		}
		const actions = action === 'push' ? 'pull,push' : 'pull';
		const scope = repository === null ? PLACEHOLDER : `repository:${repository}:${actions}`;
		return ociError(401, 'UNAUTHORIZED', 'authentication required', {
			'www-authenticate': `Bearer realm="${options.origin()}/token",service="${SERVICE}",scope="${scope}"`,
		});
	}

	function refuseBearer(token: string, repository: string | null, action: OciAction): Response | null {
		const grant = grants.get(token);
		// A wrong credential gets no new challenge: clients have to probe without one first (renovate#11446).
		if (!grant) return denied('denied');
		if (grant.expiresAt <= now().getTime()) return challenge(repository, action);
		if (repository === null) return null;
		if (action === 'push') return refusePush(grant, repository, challenge);
		return mayPull(state, grant.account, repository) ? null : denied('requested access to the resource is denied');
	}

	return {
		refuse(request, repository, action) {
			if (mode === 'none') return null;
			const header = request.headers.get('authorization');
			if (header === null) return challenge(repository, action);
			if (mode === 'basic') {
				const account = basicAccount(state, header, now());
				return account && (action === 'pull' || mayPush(account)) ? null : challenge(repository, action);
			}
			const bearer = /^bearer\s+(\S+)$/i.exec(header)?.[1];
			return bearer === undefined ? denied('denied') : refuseBearer(bearer, repository, action);
		},

		token(request) {
			if (mode !== 'token') return ociError(404, 'NOT_FOUND', 'no such route');
			if (request.method !== 'GET') return ociError(405, 'UNSUPPORTED', 'The operation is unsupported.');
			const header = request.headers.get('authorization');
			if (header !== null && !/^basic /i.test(header)) return ociError(401, 'UNAUTHORIZED', 'authentication required');
			const account = header === null ? null : basicAccount(state, header, now());
			// A stale PAT is refused even where nobody would have asked for one (akuity/kargo#777).
			if (account === undefined) return denied('denied');
			const scopes = new URL(request.url).searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
			const refusal = refuseScopes(state, account, scopes);
			if (refusal) return refusal;
			const token = `${account === null ? 'djE6' : 'Z2hw'}${randomBytes(24).toString('base64url')}`;
			grants.set(token, { account, scopes, expiresAt: now().getTime() + options.tokenLifetime * 1000 });
			return Response.json({ token, expires_in: options.tokenLifetime, issued_at: now().toISOString() });
		},
	};
}

/** Anonymous callers learn nothing about private names: private and missing look the same. */
function refuseScopes(state: RegistryState, account: Account | null, scopes: readonly string[]): Response | null {
	if (scopes.length > 0 && scopes.every((scope) => scope === PLACEHOLDER)) {
		return denied('requested access to the resource is denied');
	}
	if (account !== null || scopes.length === 0) return null;
	const isAnyPublic = scopes.some((scope) => {
		const repository = /^repository:(.+):[a-z,*]+$/.exec(scope)?.[1];
		return repository !== undefined && state.oci.get(repository)?.visibility === 'public';
	});
	return isAnyPublic ? null : ociError(401, 'UNAUTHORIZED', 'authentication required');
}

function refusePush(
	grant: Grant,
	repository: string,
	challenge: (repository: string, action: OciAction) => Response,
): Response | null {
	const isAsked = grant.scopes.some(
		(scope) => scope.startsWith(`repository:${repository}:`) && scope.split(':').at(-1)?.split(',').includes('push'),
	);
	// Clients fetch a token for pulling first and come back with the wider scope.
	if (!isAsked) return challenge(repository, 'push');
	if (grant.account && mayPush(grant.account)) return null;
	return denied('permission_denied: The token provided does not match expected scopes.');
}

function mayPull(state: RegistryState, account: Account | null, repository: string): boolean {
	if (state.oci.get(repository)?.visibility === 'public') return true;
	return account !== null && (account.scopes.includes('read:packages') || mayPush(account));
}

function mayPush(account: Account): boolean {
	return account.scopes.includes('write:packages');
}

/** The account behind `Basic user:PAT` (GHCR ignores the user), or undefined when the PAT is not alive. */
function basicAccount(state: RegistryState, header: string, now: Date): Account | undefined {
	const encoded = /^basic\s+(\S+)$/i.exec(header)?.[1] ?? '';
	const text = Buffer.from(encoded, 'base64').toString();
	const account = state.accounts.get(text.slice(text.indexOf(':') + 1));
	return isLive(account, now) ? account : undefined;
}

function denied(message: string): Response {
	return ociError(403, 'DENIED', message);
}
