import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import { at, isRecord } from '@/lib/core';
import { createGithubHandler, type GithubOptions } from './github';
import { examplePacks } from './packs';
import { publishChanges } from './publish';
import { createRegistryState, type RegistryState } from './state';

const API = 'http://127.0.0.1:4000';
const NOW = new Date('2026-11-20T12:00:00Z');
const READER = 'ghp_reader';
const seed = examplePacks.flatMap((pack) => publishChanges(pack, 'khal-os'));
const PACKAGES_ONLY = { login: 'reader', scopes: ['read:packages'], expiresAt: new Date('2027-02-01T00:00:00Z') };
const description: unknown = JSON.parse(
	readFileSync(new URL('../../test/fixtures/github-packages.openapi.json', import.meta.url), 'utf8'),
);

describe('every answer of the pretend GitHub satisfies GitHub’s own description', () => {
	const chart = 'charts%2Fpack-terminal';
	const list = '/orgs/{org}/packages';
	const one = '/orgs/{org}/packages/{package_type}/{package_name}';
	const userOne = '/users/{username}/packages/{package_type}/{package_name}';
	const ownOne = '/user/packages/{package_type}/{package_name}';

	test.each<[string, string, number]>([
		['/orgs/khal-os/packages?package_type=container&per_page=100', list, 200],
		['/orgs/khal-os/packages?package_type=npm&per_page=100', list, 200],
		['/users/khal-os/packages?package_type=npm', '/users/{username}/packages', 200],
		['/user/packages?package_type=container', '/user/packages', 200],
		[`/orgs/khal-os/packages/container/${chart}`, one, 200],
		['/orgs/khal-os/packages/npm/pack-terminal', one, 200],
		[`/users/khal-os/packages/container/${chart}`, userOne, 200],
		[`/user/packages/container/${chart}`, ownOne, 200],
		[`/orgs/khal-os/packages/container/${chart}/versions`, `${one}/versions`, 200],
		['/orgs/khal-os/packages/container/charts%2Fpack-ghost/versions', `${one}/versions`, 200],
		['/orgs/khal-os/packages/npm/pack-mailroom/versions', `${one}/versions`, 200],
		[`/users/khal-os/packages/container/${chart}/versions`, `${userOne}/versions`, 200],
		[`/user/packages/container/${chart}/versions`, `${ownOne}/versions`, 200],
		['/orgs/khal-os/packages/container/charts%2Fnope/versions', `${one}/versions`, 404],
		['/repos/khal-os/pack-billing/releases', '/repos/{owner}/{repo}/releases', 200],
		['/repos/khal-os/pack-billing/releases/tags/v1.2.0', '/repos/{owner}/{repo}/releases/tags/{tag}', 200],
		['/repos/khal-os/pack-billing/releases/tags/v9.9.9', '/repos/{owner}/{repo}/releases/tags/{tag}', 404],
		['/repos/khal-os/pack-workbench/contents/khal-app.json?ref=v0.4.0', '/repos/{owner}/{repo}/contents/{path}', 200],
		['/repos/khal-os/pack-billing/contents/nope.json?ref=v1.0.0', '/repos/{owner}/{repo}/contents/{path}', 404],
		['/rate_limit', '/rate_limit', 200],
		['/user', '/user', 200],
	])('%s', async (path, template, status) => {
		const response = await pretend().get(path, READER);
		expect(response.status).toBe(status);
		const validate = validatorOf(template, status);
		const body: unknown = await response.json();
		validate(body);
		expect(validate.errors ?? []).toEqual([]);
	});

	test('so do the refusals', async () => {
		const { get, state } = pretend();
		state.accounts.set('ghp_narrow', { login: 'narrow', scopes: ['gist'], expiresAt: null });
		const path = '/orgs/khal-os/packages?package_type=npm';
		for (const [token, status] of [
			[undefined, 401],
			['ghp_wrong', 401],
			['ghp_narrow', 403],
		] as const) {
			const response = await get(path, token);
			expect(response.status).toBe(status);
			const validate = validatorOf(list, status);
			validate(await response.json());
			expect(validate.errors ?? []).toEqual([]);
		}
	});

	test('a version walked to by its own url is the same document', async () => {
		const { get } = pretend();
		const versions: unknown = await (await get(`/orgs/khal-os/packages/container/${chart}/versions`, READER)).json();
		const [first] = Array.isArray(versions) ? versions : [];
		const response = await get(String(at(first, 'url')).slice(API.length), READER);
		const body: unknown = await response.json();
		expect(body).toEqual(first);
		const validate = validatorOf(`${one}/versions/{package_version_id}`, 200);
		validate(body);
		expect(validate.errors ?? []).toEqual([]);
	});

	test('a document that lacks a required member is noticed', () => {
		const validate = validatorOf(one, 200);
		expect(validate({ id: 1, name: 'charts/pack-x' })).toBe(false);
	});
});

describe('the manners of the API', () => {
	test('names come unescaped and slashes in the path have to be escaped', async () => {
		const { get } = pretend();
		const escaped = await get('/orgs/khal-os/packages/container/charts%2Fpack-terminal', READER);
		expect(await escaped.json()).toMatchObject({ name: 'charts/pack-terminal', version_count: 4 });
		expect((await get('/orgs/khal-os/packages/container/charts/pack-terminal', READER)).status).toBe(404);
	});

	test('the list is walked by Link and ends', async () => {
		const { get } = pretend();
		const names: string[] = [];
		let path: string | undefined = '/orgs/khal-os/packages?package_type=container&per_page=5';
		while (path !== undefined) {
			const response: Response = await get(path, READER);
			const page: unknown = await response.json();
			for (const pack of Array.isArray(page) ? page : []) names.push(String(at(pack, 'name')));
			path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]?.slice(API.length);
		}
		expect(names).toContain('charts/pack-terminal');
		expect(names).toContain('pack-terminal-service');
		expect(new Set(names).size).toBe(names.length);
		expect(names.length).toBeGreaterThan(10);
	});

	test('an unchanged answer is a free 304 for the same token and only for that', async () => {
		const { get, state } = pretend();
		state.accounts.set('ghp_other', { ...PACKAGES_ONLY, login: 'other' });
		const path = '/orgs/khal-os/packages?package_type=npm';
		const first = await get(path, READER);
		const etag = first.headers.get('etag') ?? '';
		const again = await get(path, READER, { 'if-none-match': etag });
		expect(again.status).toBe(304);
		expect(again.headers.get('x-ratelimit-used')).toBe('2');
		expect((await get(path, READER)).headers.get('x-ratelimit-used')).toBe('2');
		expect((await get(path, 'ghp_other', { 'if-none-match': etag })).status).toBe(200);
	});

	test('the hour’s budget runs out with 403, remaining 0 and the time it refills', async () => {
		const { get } = pretend({ limits: { anonymous: 1, user: 3 } });
		const statuses: number[] = [];
		for (let call = 0; call < 4; call += 1) statuses.push((await get('/user', READER)).status);
		expect(statuses).toEqual([200, 200, 200, 403]);
		const refused = await get('/user', READER);
		expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
		expect(Number(refused.headers.get('x-ratelimit-reset'))).toBe(NOW.getTime() / 1000 + 3600);
		expect((await get('/rate_limit', READER)).status).toBe(200);
	});

	test('scopes and expiry of a classic PAT are in the headers', async () => {
		const { get } = pretend();
		const { headers } = await get('/user', READER);
		expect(headers.get('x-oauth-scopes')).toBe('read:packages');
		expect(headers.get('github-authentication-token-expiration')).toBe('2027-02-01 00:00:00 UTC');
	});

	test('an expired token is as good as a wrong one', async () => {
		const { get, state } = pretend();
		state.accounts.set('ghp_old', { ...PACKAGES_ONLY, expiresAt: new Date('2026-11-19T00:00:00Z') });
		const response = await get('/user', 'ghp_old');
		expect(response.status).toBe(401);
		expect(await response.json()).toMatchObject({ message: 'Bad credentials' });
	});

	test('a private repository is not found without the repo scope, and found with it', async () => {
		const { get, state } = pretend();
		state.accounts.set('ghp_repo', { login: 'dev', scopes: ['repo', 'read:packages'], expiresAt: null });
		const path = '/repos/khal-os/pack-files/releases/tags/v1.1.0';
		expect((await get(path, READER)).status).toBe(404);
		expect((await get(path, 'ghp_repo')).status).toBe(200);
		const pack: unknown = await (await get('/orgs/khal-os/packages/npm/pack-files', READER)).json();
		expect(isRecord(pack) && 'repository' in pack).toBe(false);
	});

	test('a file of a tag comes raw when asked for', async () => {
		const { get } = pretend();
		const path = '/repos/khal-os/pack-workbench/contents/khal-app.json?ref=v0.3.0';
		const raw = await get(path, READER, { accept: 'application/vnd.github.raw+json' });
		expect(await raw.json()).toMatchObject({ id: 'workbench', version: '0.3.0' });
		const document: unknown = await (await get(path, READER)).json();
		const content = Buffer.from(String(at(document, 'content')), 'base64').toString();
		expect(JSON.parse(content)).toMatchObject({ version: '0.3.0' });
	});

	test('a missing package_type and an absurd page are 400', async () => {
		const { get } = pretend();
		expect((await get('/orgs/khal-os/packages', READER)).status).toBe(400);
		expect((await get('/orgs/khal-os/packages?package_type=npm&per_page=100&page=101', READER)).status).toBe(400);
	});
});

type Pretend = {
	state: RegistryState;
	get(path: string, token?: string, headers?: Record<string, string>): Promise<Response>;
};

function pretend(options: Partial<GithubOptions> = {}): Pretend {
	const state = createRegistryState('khal-os');
	state.seed(seed);
	state.accounts.set(READER, PACKAGES_ONLY);
	const handler = createGithubHandler(state, { origin: () => API, now: () => NOW, ...options });
	return {
		state,
		get: (path, token, headers = {}) =>
			handler(
				new Request(`${API}${path}`, {
					headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
				}),
			),
	};
}

/** The documented schema of one status; GitHub documents errors by reference, and 404 not everywhere. */
function validatorOf(path: string, status: number): ValidateFunction {
	const documented = at(description, 'paths', path, 'get', 'responses', String(status));
	const reference = at(documented, '$ref');
	const answer = typeof reference === 'string' ? at(description, ...reference.slice(2).split('/')) : documented;
	const schema = at(answer, 'content', 'application/json', 'schema');
	if (!isRecord(schema)) throw new Error(`GitHub documents no JSON for ${path} ${status}`);
	const ajv = new Ajv({
		strict: false,
		allErrors: true,
		formats: { uri: URL.canParse, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, email: /@/, int64: true },
	});
	const root = toJsonSchema({ ...schema, components: at(description, 'components') });
	if (!isRecord(root)) throw new Error('a schema is an object');
	return ajv.compile(root);
}

/** OpenAPI 3.0 says `nullable: true` where JSON Schema adds the type null. */
function toJsonSchema(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(toJsonSchema);
	if (!isRecord(value)) return value;
	const entries = Object.entries(value).map(([key, member]) => [key, toJsonSchema(member)] as const);
	const { nullable, ...schema } = Object.fromEntries(entries);
	return nullable === true && typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : schema;
}
