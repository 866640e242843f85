import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { permissionsOf } from '@/lib/auth';
import { Permission, roles } from '@/lib/contracts/permissions';
import { type Portal, startPortal } from '../support/portal';
import { listRoutes, type ServedMethod } from '../support/serve';

/** Routes that answer without a session on purpose. */
const open = [
	'GET /api/health',
	'GET /api/ready',
	'GET /api/setup',
	'POST /api/setup',
	'GET /api/auth/[...all]',
	'POST /api/auth/[...all]',
];

let portal: Portal;
let routes: ServedMethod[];

beforeAll(async () => {
	[portal, routes] = await Promise.all([startPortal(), listRoutes()]);
});
afterAll(() => portal.close());

describe('every route', () => {
	test('declares its permission', () => {
		expect(routes.length).toBeGreaterThan(25);
		expect(routes.filter((route) => route.permission === undefined).map(nameOf)).toEqual([]);
		expect(
			routes
				.filter((route) => route.permission === 'public')
				.map(nameOf)
				.sort(),
		).toEqual([...open].sort());
	});

	test('refuses a visitor without a session with 401', async () => {
		const answers = await Promise.all(
			routes
				.filter((route) => route.permission !== 'public')
				.map(async (route) => ({ route: nameOf(route), status: (await visit(route, {})).status })),
		);

		expect(answers.filter((answer) => answer.status !== 401)).toEqual([]);
	});

	test('lets a member read and nothing else', () => {
		const may = permissionsOf('member');
		const changing = routes.filter(({ method, permission }) => method !== 'GET' && permission !== 'runner');
		const open = changing.filter((route) => may.some((permission) => permission === route.permission));

		expect(changing.length).toBeGreaterThan(15);
		expect(open.map(nameOf)).toEqual([]);
	});

	test.each(roles)('%s: each role is let in where it may and nowhere else', async (role) => {
		await setRole(role);
		const answers = await Promise.all(
			routes
				.filter((route) => Permission.safeParse(route.permission).success)
				.map(async (route) => ({ route, status: (await visit(route, { cookie: portal.cookie })).status })),
		);
		await setRole('platform-owner');
		const wrong = answers.filter(({ route, status }) =>
			permissionsOf(role).includes(Permission.parse(route.permission))
				? status === 403 || status === 401 || status >= 500
				: status !== 403,
		);

		expect(wrong.map(({ route, status }) => `${nameOf(route)} answered ${status}`)).toEqual([]);
	});

	test('of the runner refuses the session of the owner', async () => {
		const runner = routes.filter((route) => route.permission === 'runner');
		const answers = await Promise.all(runner.map((route) => visit(route, { cookie: portal.cookie })));

		expect(runner.length).toBeGreaterThan(8);
		expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([403]));
	});

	test('that changes something refuses a foreign origin', async () => {
		const changing = routes.filter((route) => route.method !== 'GET' && route.permission !== 'runner');
		const answers = await Promise.all(
			changing.map((route) => visit(route, { cookie: portal.cookie, origin: 'https://evil.example' })),
		);

		expect(changing.map((route, index) => `${nameOf(route)} ${answers[index]?.status}`)).toEqual(
			changing.map((route) => `${nameOf(route)} 403`),
		);
	});

	test('that strangers may write to reads little, and a text nothing can hold breaks nobody else', async () => {
		const send = (path: string, body: string) =>
			fetch(`${portal.url}${path}`, {
				method: 'POST',
				headers: { origin: portal.url, 'content-type': 'application/json' },
				body,
			});
		const long = JSON.stringify({ email: 'a@b.test', password: 'x'.repeat(100_000) });
		const odd = JSON.stringify({
			token: '\ud800aaaa',
			name: 'Eve',
			email: 'eve@b.test',
			password: 'long enough, is it',
		});

		expect((await send('/api/auth/sign-in/email', long)).status).toBe(413);
		expect((await send('/api/setup', long)).status).toBe(413);
		expect((await send('/api/setup', odd)).status).toBe(400);
		expect((await portal.send('GET', '/api/packs')).status).toBe(200);
	});

	test('answers problems as problem+json with the request id', async () => {
		const response = await portal.send('GET', '/api/packs/no-such-pack');

		expect(response.status).toBe(404);
		expect(response.headers.get('content-type')).toContain('application/problem+json');
		expect(await response.json()).toMatchObject({
			code: 'not_found',
			status: 404,
			requestId: response.headers.get('x-request-id'),
		});
	});

	test('that does not exist is a problem that names it, for whoever is signed in', async () => {
		const [known, stranger] = await Promise.all([
			portal.send('DELETE', '/api/no/such/route', {}),
			fetch(`${portal.url}/api/no/such/route`),
		]);

		expect(known.status).toBe(404);
		expect(await known.json()).toMatchObject({
			code: 'not_found',
			detail: 'There is nothing at DELETE /api/no/such/route.',
		});
		expect(stranger.status).toBe(401);
	});
});

function nameOf(route: ServedMethod): string {
	return `${route.method} ${route.path}`;
}

async function visit(route: ServedMethod, headers: { cookie?: string; origin?: string }): Promise<Response> {
	const path = route.path.replace(/\[\.\.\.\w+\]/g, 'x').replace(/\[\w+\]/g, '00000000-0000-7000-8000-000000000000');
	const changes = route.method !== 'GET';
	return fetch(`${portal.url}${path}`, {
		method: route.method,
		headers: { origin: portal.url, ...headers, ...(changes ? { 'content-type': 'application/json' } : {}) },
		...(changes ? { body: '{}' } : {}),
	});
}

async function setRole(role: string): Promise<void> {
	await portal.runtime.db.client.user.updateMany({ data: { role } });
}
