import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { createAuthMiddleware, isAPIError } from 'better-auth/api';
import { AppError, messageOf } from '@/lib/core';
import { ownOrigins } from './origin';
import type { AuthOptions } from './service';

/** A signed-in user as stored; `role` is still the stored text. */
type SessionUser = { id: string; name: string; email: string; role: string };

export type Sessions = {
	/** The user of the session cookie in `headers`; null when there is none that is valid. */
	find(headers: Headers): Promise<SessionUser | null>;
	handle(request: Request): Promise<Response>;
};

type SessionsOptions = Pick<AuthOptions, 'db' | 'secret' | 'baseUrls' | 'onProblem'> & {
	signInLimit: number;
	onSignedIn: (user: { id: string; name: string; address: string | null }) => Promise<void>;
};

const WEEK = 7 * 24 * 60 * 60;

/** The only place that knows better-auth: e-mail and password sessions in our tables, nothing else switched on. */
export function createSessions(options: SessionsOptions): Sessions {
	const auth = configure(options);
	return {
		find: async (headers) => {
			try {
				const session = await auth.api.getSession({ headers });
				return session === null ? null : session.user;
			} catch (error) {
				// It answers a foreign or broken credential with a 4xx and anything the database does with a 500.
				if (isAPIError(error) && error.statusCode < 500) return null;
				throw new AppError('database_unavailable', 'Your session could not be checked.', {
					cause: error,
					hint: 'Try again in a moment.',
				});
			}
		},
		handle: (request) => auth.handler(request),
	};
}

function configure({ db, secret, baseUrls, signInLimit, onSignedIn, onProblem }: SessionsOptions) {
	return betterAuth({
		appName: 'Packyard',
		baseURL: baseUrls()[0],
		basePath: '/api/auth',
		secret: secret.reveal(),
		trustedOrigins: () => ownOrigins(baseUrls()),
		telemetry: { enabled: false },
		// No transactions: its hooks would run inside one and wait for PGlite's only connection, which it holds.
		database: prismaAdapter(db.client, { provider: 'postgresql' }),
		emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 200 },
		user: { additionalFields: { role: { type: 'string', input: false, defaultValue: 'member' } } },
		// Fixed lifetime: extending it would need a new cookie with answers that are not better-auth's.
		session: { expiresIn: WEEK, disableSessionRefresh: true },
		rateLimit: {
			enabled: true,
			window: 60,
			max: 600,
			customRules: { '/sign-in/email': { window: 60, max: signInLimit }, '/get-session': false },
		},
		// Explicit, because under test it would switch its origin check off and behave unlike in production.
		advanced: { defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' }, disableOriginCheck: false },
		logger: {
			level: 'warn',
			log: (level, message) => onProblem?.(level === 'error' ? 'error' : 'warn', message),
		},
		onAPIError: { onError: (error) => onProblem?.('warn', messageOf(error)) },
		hooks: {
			after: createAuthMiddleware(async (context) => {
				const session = context.context.newSession;
				if (context.path !== '/sign-in/email' || !session) return;
				const { id, name } = session.user;
				await onSignedIn({ id, name, address: session.session.ipAddress ?? null });
			}),
		},
	});
}
