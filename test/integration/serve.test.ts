import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listRoutes, type Served, serveApi } from '../support/serve';

const app = join(import.meta.dirname, '../fixtures/serve');

let served: Served;
beforeAll(async () => {
	served = await serveApi({ app });
});
afterAll(() => served.close());

test.each([
	['things/7', { route: 'id', params: { id: '7' } }],
	['things/a%20b%2Fc', { route: 'id', params: { id: 'a b/c' } }],
	['things/mine', { route: 'mine', url: expect.stringContaining('/api/things/mine') }],
	['all/x/y', { route: 'rest', params: { rest: ['x', 'y'] } }],
])('GET /api/%s is answered by the route Next would choose', async (path, body) => {
	expect(await (await fetch(`${served.url}/api/${path}`)).json()).toEqual(body);
});

test.each([
	['GET', 'things', 404],
	['GET', 'things/7/more', 404],
	['GET', 'all', 404],
	['DELETE', 'things/7', 405],
	['HEAD', 'things/7', 200],
])('%s /api/%s is %i', async (method, path, status) => {
	expect((await fetch(`${served.url}/api/${path}`, { method })).status).toBe(status);
});

test('bodies, statuses and several cookies pass through', async () => {
	const posted = await fetch(`${served.url}/api/things/7`, { method: 'POST', body: '{"a":1}' });
	expect([posted.status, await posted.json()]).toEqual([202, { a: 1 }]);
	const got = await fetch(`${served.url}/api/things/7`);
	expect(got.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test('the list names every method with its permission, or that it has none', async () => {
	const routes = (await listRoutes(app)).map(({ path, method, permission }) => `${method} ${path} ${permission}`);
	expect(routes.sort()).toEqual([
		'GET /api/all/[...rest] undefined',
		'GET /api/things/[id] undefined',
		'GET /api/things/mine undefined',
		'POST /api/things/[id] installs:write',
	]);
});
