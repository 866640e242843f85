import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { appendAudit } from '@/lib/audit';
import type { SetupRequest } from '@/lib/contracts/people';
import { AppError, type Clock, Secret } from '@/lib/core';
import type { Database, Tx } from '@/lib/db';

export type Setup = {
	/**
	 * Make the one-time token of the first owner and return it for printing; only its hash is stored. Each call
	 * replaces the token before it, so an old log line opens nothing. Null when there is an owner already.
	 */
	ensureToken(): Promise<string | null>;
	/** True while nobody can sign in because the first owner is missing. */
	isOpen(): Promise<boolean>;
	/**
	 * Create the first owner, once. Throws AppError: `forbidden` for a token that is not the current one, `conflict`
	 * when the owner exists (also for the second of two simultaneous requests).
	 */
	createOwner(request: SetupRequest): Promise<void>;
};

export type SetupOptions = { db: Pick<Database, 'client' | 'transaction'>; clock?: Clock };

export function createSetup({ db, clock = () => new Date() }: SetupOptions): Setup {
	return {
		ensureToken: () => replaceToken(db, clock()),
		isOpen: async () => (await db.client.user.findFirst({ select: { id: true } })) === null,
		createOwner: (request) => createOwner(db, request, clock()),
	};
}

type Db = SetupOptions['db'];

async function replaceToken(db: Db, now: Date): Promise<string | null> {
	const token = randomBytes(32).toString('base64url');
	const fresh = { tokenHash: hashOf(token), createdAt: now, usedAt: null };
	return db.transaction(async (tx) => {
		if ((await tx.user.count()) > 0) return null;
		await tx.setupToken.upsert({ where: { id: 1 }, create: { id: 1, ...fresh }, update: fresh });
		return token;
	});
}

async function createOwner(db: Db, { token, name, email, password }: SetupRequest, now: Date): Promise<void> {
	// Not yet wrapped: the words of a living secret are blanked everywhere, and a stranger must not choose those words.
	const tokenHash = hashOf(token);
	const stored = await db.client.setupToken.findUnique({ where: { id: 1 } });
	if (stored === null || !equal(stored.tokenHash, tokenHash)) throw wrongToken();
	if (stored.usedAt !== null) throw alreadyDone();
	// While these live, no log line or error text can show them.
	const secrets = { token: new Secret(token), password: new Secret(password) };
	// Slow on purpose (scrypt), hence after the check and outside the transaction.
	const hash = await hashPassword(secrets.password.reveal());
	const owner = { id: randomUUID(), name, email: email.toLowerCase() };
	await db.transaction(async (tx) => {
		// Two requests with the same link: the second waits here for the first to commit and then matches nothing.
		const { count } = await tx.setupToken.updateMany({
			where: { id: 1, tokenHash, usedAt: null },
			data: { usedAt: now },
		});
		if (count !== 1 || (await tx.user.count()) > 0) throw alreadyDone();
		await insertOwner(tx, owner, hash);
		await appendAudit(tx, {
			kind: 'setup.owner-created',
			actor: { id: owner.id, name },
			via: 'browser',
			subject: `user:${owner.id}`,
			summary: `${name} (${owner.email}) became the first owner.`,
			data: { userId: owner.id, email: owner.email },
			at: now,
		});
	});
}

/** The rows better-auth's own sign-up would write (account of provider `credential`). */
async function insertOwner(tx: Tx, owner: { id: string; name: string; email: string }, password: string) {
	await tx.user.create({ data: { ...owner, emailVerified: true, role: 'platform-owner' } });
	await tx.account.create({
		data: { id: randomUUID(), accountId: owner.id, providerId: 'credential', userId: owner.id, password },
	});
}

function hashOf(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}

/** Both are hashes of the same length. */
function equal(a: string, b: string): boolean {
	return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function wrongToken(): AppError {
	return new AppError('forbidden', 'This set-up link is not valid.', {
		hint: 'Use the link printed at the last start; every start prints a new one until the first owner exists.',
	});
}

function alreadyDone(): AppError {
	return new AppError('conflict', 'The first owner exists already.', { hint: 'Sign in, or ask the owner for access.' });
}
