import { createHash, timingSafeEqual } from 'node:crypto';
import { appendAudit } from '@/lib/audit';
import { AppError, type Clock, type Secret, textAt } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { Actor, UserActor } from './actor';
import { isSameOrigin } from './origin';
import { permissionsOf, readRole } from './permissions';
import { createSessions, type Sessions } from './sessions';
import { createSignInLimit, type SignInLimit } from './sign-in-limit';

export type Auth = {
	/**
	 * Who sends this request, or null. A wrong, expired or malformed session or token is null, never an error.
	 * Throws AppError('database_unavailable') when it cannot be told.
	 */
	authenticate(request: Request): Promise<Actor | null>;
	/**
	 * better-auth's own routes under `/api/auth`: sign-in by e-mail, sign-out, get-session. Throws AppError
	 * `not_found` for every other one (sign-up above all), `forbidden` for foreign pages, and `rate_limited`.
	 */
	handler(request: Request): Promise<Response>;
};

export type AuthOptions = {
	db: Database;
	/** Signs the session cookies. Changing it signs everybody out. */
	secret: Secret;
	/** Bearer token between portal and runner. */
	runnerToken: Secret;
	/** Addresses people use; the first one decides whether cookies are `Secure`. */
	baseUrls: () => readonly string[];
	/** Sign-in attempts per minute, per account and per address. */
	signInLimit?: number;
	/** Told what better-auth finds worth saying. */
	onProblem?: (level: 'warn' | 'error', message: string) => void;
	clock?: Clock;
};

export function createAuth(options: AuthOptions): Auth {
	const { signInLimit = 10, clock = () => new Date() } = options;
	const limit = createSignInLimit(signInLimit, clock);
	const sessions = createSessions({
		...options,
		signInLimit,
		onSignedIn: (user) => recordSignIn(options.db, user, clock()),
	});
	return {
		authenticate: (request) => authenticate(request, options.runnerToken, sessions),
		handler: async (request) => {
			// better-auth asks only requests that carry a cookie; ours also stops a sign-in into somebody else's account.
			const allowed = request.method === 'GET' || isSameOrigin(request.headers, options.baseUrls());
			if (!allowed) throw new AppError('forbidden', 'This request came from another site.');
			return handle(request, limit, sessions);
		},
	};
}

async function authenticate(request: Request, runnerToken: Secret, sessions: Sessions): Promise<Actor | null> {
	const { headers } = request;
	const authorization = headers.get('authorization');
	// A request with a token is judged by the token alone, whatever cookies it carries.
	if (authorization !== null) return isToken(authorization, runnerToken) ? { kind: 'runner' } : null;
	if (!headers.has('cookie')) return null;
	const user = await sessions.find(headers);
	return user === null ? null : toActor(user, headers);
}

function toActor(user: { id: string; name: string; email: string; role: string }, headers: Headers): UserActor {
	const role = readRole(user.role);
	const via = headers.get('user-agent')?.startsWith('packyard-cli/') ? 'cli' : 'browser';
	const { id, name, email } = user;
	return { kind: 'user', id, name, email, role, permissions: permissionsOf(role), via };
}

/** Compared as hashes: equal length, and the time tells nothing about where they differ. */
function isToken(authorization: string, token: Secret): boolean {
	const [scheme = '', given = ''] = authorization.split(' ');
	const hash = (text: string) => createHash('sha256').update(text).digest();
	return scheme.toLowerCase() === 'bearer' && timingSafeEqual(hash(given), hash(token.reveal()));
}

const SIGN_IN = 'POST /api/auth/sign-in/email';
const OPEN_ROUTES = [SIGN_IN, 'POST /api/auth/sign-out', 'GET /api/auth/get-session'];

async function handle(request: Request, limit: SignInLimit, sessions: Sessions): Promise<Response> {
	const route = `${request.method} ${new URL(request.url).pathname.replace(/\/+$/, '')}`;
	if (!OPEN_ROUTES.includes(route)) throw new AppError('not_found', 'There is no such page.');
	if (route !== SIGN_IN) return sessions.handle(request);
	const wait = limit.take(await accountOf(request.clone()));
	if (wait > 0) {
		throw new AppError('rate_limited', 'Too many attempts to sign in.', {
			hint: `Wait ${wait} seconds, then try again.`,
			details: { retryAfterSeconds: wait },
		});
	}
	return sessions.handle(request);
}

/** The account somebody tries to open; a body that is not understood counts as one account of its own. */
async function accountOf(request: Request): Promise<string> {
	const body: unknown = await request.json().catch(() => null);
	const email = textAt(body, 'email') ?? '';
	return email.trim().toLowerCase().slice(0, 200);
}

async function recordSignIn(db: Database, user: { id: string; name: string; address: string | null }, at: Date) {
	await db.transaction((tx) =>
		appendAudit(tx, {
			kind: 'auth.signed-in',
			actor: { id: user.id, name: user.name },
			via: 'browser',
			subject: `user:${user.id}`,
			summary: `${user.name} signed in.`,
			data: { userId: user.id, address: user.address },
			at,
		}),
	);
}
