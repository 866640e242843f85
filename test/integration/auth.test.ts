import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAudit } from '@/lib/audit';
import { type Auth, type AuthOptions, createAuth, createSetup } from '@/lib/auth';
import { redact, Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import { freshDatabase } from '../support/database';

const base = 'http://127.0.0.1:3000';
const owner = { name: 'Ana', email: 'Ana@Example.com', password: 'correct horse 12' };

describe('the first owner', () => {
	test('is created once by the printed token, although two requests come at the same moment', async () => {
		const database = await own();
		const setup = createSetup({ db: database });
		expect(await setup.isOpen()).toBe(true);
		const token = await setup.ensureToken();
		if (token === null) throw new Error('no token');

		const results = await Promise.allSettled([
			setup.createOwner({ ...owner, token }),
			setup.createOwner({ ...owner, token, email: 'second@example.com' }),
		]);

		expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
		const refused = results.find((result) => result.status === 'rejected');
		expect(refused?.reason).toMatchObject({ name: 'AppError', code: 'conflict' });
		expect(await database.client.user.count()).toBe(1);
		expect(await setup.isOpen()).toBe(false);
		expect(await setup.ensureToken()).toBeNull();
		await expect(setup.createOwner({ ...owner, token })).rejects.toMatchObject({ code: 'conflict' });
		const { events } = await createAudit(database).list({});
		expect(events.map((event) => event.kind)).toEqual(['setup.owner-created']);
	});

	test('needs the token of the newest start; a wrong one uses nothing up', async () => {
		const database = await own();
		const setup = createSetup({ db: database });
		const first = await setup.ensureToken();
		const second = await setup.ensureToken();
		expect(second).not.toBe(first);
		for (const token of [first ?? '', '', `${second}x`]) {
			await expect(setup.createOwner({ ...owner, token })).rejects.toMatchObject({ code: 'forbidden' });
		}
		await setup.createOwner({ ...owner, token: second ?? '' });
		expect(await setup.isOpen()).toBe(false);
	});

	test('cannot be created before a token exists', async () => {
		const database = await own();
		await expect(createSetup({ db: database }).createOwner({ ...owner, token: '' })).rejects.toMatchObject({
			code: 'forbidden',
		});
	});

	test('leaves neither token nor password in the database', async () => {
		const database = await own();
		const setup = createSetup({ db: database });
		const token = (await setup.ensureToken()) ?? '';
		await setup.createOwner({ ...owner, token });
		const { user, account, setupToken, auditEvent } = database.client;
		const rows = [await user.findMany(), await account.findMany(), await setupToken.findMany()];
		const text = [...rows, (await auditEvent.findMany()).map((event) => event.data)].map((row) => JSON.stringify(row));
		expect(text.join()).not.toContain(token);
		expect(text.join()).not.toContain(owner.password);
		expect(text.join()).toContain('ana@example.com');
	});
});

describe('sessions', () => {
	let database: Database;
	let auth: Auth;
	beforeAll(async () => {
		database = await freshDatabase();
		const setup = createSetup({ db: database });
		await setup.createOwner({ ...owner, token: (await setup.ensureToken()) ?? '' });
		auth = build(database);
	});
	afterAll(() => database.close());

	test('signing in gives an HttpOnly cookie that names the owner and is audited', async () => {
		const response = await signIn(auth, owner);
		expect(response.status).toBe(200);
		const [cookie = ''] = response.headers.getSetCookie();
		expect(cookie).toMatch(/HttpOnly/i);
		expect(cookie).toMatch(/SameSite=Lax/i);
		expect(cookie).not.toMatch(/Secure/i);
		expect(await auth.authenticate(get(cookieOf(response)))).toMatchObject({
			kind: 'user',
			name: 'Ana',
			email: 'ana@example.com',
			role: 'platform-owner',
			permissions: expect.arrayContaining(['people:write']),
			via: 'browser',
		});
		const { events } = await createAudit(database).list({ limit: 1 });
		expect(events[0]).toMatchObject({ kind: 'auth.signed-in', actor: { name: 'Ana' } });
	});

	test('over https the cookie is Secure', async () => {
		const response = await signIn(build(database, { baseUrls: () => ['https://packs.example.com'] }), owner, {
			origin: 'https://packs.example.com',
		});
		expect(response.headers.getSetCookie()[0]).toMatch(/Secure/);
	});

	test('a second process with the same secret accepts the session, one with another secret does not', async () => {
		const cookie = cookieOf(await signIn(auth, owner));
		expect(await build(database).authenticate(get(cookie))).toMatchObject({ name: 'Ana' });
		const other = build(database, { secret: new Secret('another secret of 32 characters!') });
		expect(await other.authenticate(get(cookie))).toBeNull();
	});

	test('signing out ends the session on the server', async () => {
		const cookie = cookieOf(await signIn(auth, owner));
		const response = await auth.handler(
			new Request(`${base}/api/auth/sign-out`, { method: 'POST', headers: { cookie, origin: base } }),
		);
		expect(response.status).toBe(200);
		expect(await auth.authenticate(get(cookie))).toBeNull();
	});

	test('a role that was lowered counts from the next request, an unknown one as member', async () => {
		const cookie = cookieOf(await signIn(auth, owner));
		await database.client.user.updateMany({ data: { role: 'superuser' } });
		expect(await auth.authenticate(get(cookie))).toMatchObject({ role: 'member' });
		await database.client.user.updateMany({ data: { role: 'platform-owner' } });
		expect(await auth.authenticate(get(cookie))).toMatchObject({ role: 'platform-owner' });
	});

	test.each([
		['nothing', ''],
		['nonsense', 'better-auth.session_token=nonsense'],
		['a foreign signature', 'better-auth.session_token=abc.ZGVm'],
		['broken encoding', 'better-auth.session_token=%E0%A4%A'],
		['an empty value', 'better-auth.session_token='],
	])('a cookie with %s is nobody, not an error', async (_, cookie) => {
		expect(await auth.authenticate(get(cookie))).toBeNull();
	});

	test.each([
		['a wrong password', { password: 'wrong wrong wrong' }],
		['an unknown person', { email: 'nobody@example.com' }],
	])('%s is refused with the same words', async (_, change) => {
		const response = await signIn(auth, { ...owner, ...change });
		expect(response.status).toBe(401);
		expect(await response.json()).toMatchObject({ code: 'INVALID_EMAIL_OR_PASSWORD' });
		expect(response.headers.getSetCookie()).toEqual([]);
	});

	test('a stranger chooses no words that are blanked, and breaks nothing, by what they call the set-up token', async () => {
		const setup = createSetup({ db: database });
		const token = '\ud800harmless words';
		await expect(setup.createOwner({ ...owner, token })).rejects.toMatchObject({ code: 'forbidden' });
		expect(redact('two harmless words')).toBe('two harmless words');
	});

	test('a foreign page cannot sign anybody in', async () => {
		const attempt = signIn(auth, owner, { origin: 'https://evil.example' });
		await expect(attempt).rejects.toMatchObject({ name: 'AppError', code: 'forbidden' });
	});

	test.each([
		['POST', 'sign-up/email'],
		['POST', 'sign-in/social'],
		['POST', 'change-password'],
		['POST', 'update-user'],
		['GET', 'list-sessions'],
		['GET', 'error'],
		['POST', 'sign-in/email/../../sign-up/email'],
	])('%s /api/auth/%s does not exist', async (method, path) => {
		const request = new Request(`${base}/api/auth/${path}`, { method, body: method === 'POST' ? '{}' : undefined });
		await expect(auth.handler(request)).rejects.toMatchObject({ name: 'AppError', code: 'not_found' });
		expect(await database.client.user.count()).toBe(1);
	});

	test('after the allowed attempts an account waits, whatever addresses they came from', async () => {
		const limited = build(database, { signInLimit: 3 });
		const attempt = (address: number) =>
			signIn(limited, { ...owner, password: 'wrong wrong wrong' }, { 'x-forwarded-for': `203.0.113.${address}` });
		for (let address = 1; address <= 3; address++) expect((await attempt(address)).status).toBe(401);
		await expect(attempt(4)).rejects.toMatchObject({ code: 'rate_limited' });
	});

	test('a database that does not answer is said so, not taken for a wrong session', async () => {
		const cookie = cookieOf(await signIn(auth, owner));
		const broken = await freshDatabase();
		const other = build(broken);
		await broken.close();
		await expect(other.authenticate(get(cookie))).rejects.toMatchObject({ code: 'database_unavailable' });
	});
});

describe('the runner token', () => {
	test.each([
		['Bearer runner-token-of-24-chars', { kind: 'runner' }],
		['bearer runner-token-of-24-chars', { kind: 'runner' }],
		['Bearer runner-token-of-24-char', null],
		['Bearer ', null],
		['Basic runner-token-of-24-chars', null],
	])('%s', async (authorization, actor) => {
		const database = await own();
		expect(await build(database).authenticate(new Request(base, { headers: { authorization } }))).toEqual(actor);
	});

	test('a wrong token is not rescued by a good session', async () => {
		const database = await own();
		const setup = createSetup({ db: database });
		await setup.createOwner({ ...owner, token: (await setup.ensureToken()) ?? '' });
		const auth = build(database);
		const cookie = cookieOf(await signIn(auth, owner));
		const request = new Request(base, { headers: { cookie, authorization: 'Bearer wrong' } });
		expect(await auth.authenticate(request)).toBeNull();
	});
});

async function own(): Promise<Database> {
	const database = await freshDatabase();
	onTestFinished(() => database.close());
	return database;
}

function build(db: Database, change: Partial<AuthOptions> = {}): Auth {
	return createAuth({
		db,
		secret: new Secret('a secret of at least 32 characters'),
		runnerToken: new Secret('runner-token-of-24-chars'),
		baseUrls: () => [base],
		signInLimit: 1000,
		...change,
	});
}

function signIn(auth: Auth, { email, password }: typeof owner, headers: Record<string, string> = { origin: base }) {
	return auth.handler(
		new Request(`${base}/api/auth/sign-in/email`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: JSON.stringify({ email, password }),
		}),
	);
}

function cookieOf(response: Response): string {
	return response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0])
		.join('; ');
}

function get(cookie: string): Request {
	return new Request(`${base}/api/me`, { headers: { cookie } });
}
