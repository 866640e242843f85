import { describe, expect, test } from 'vitest';
import { at, listAt, textAt } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { OCI_MANIFEST } from './chart';
import { createOciHandler, type OciOptions } from './oci';
import { examplePacks } from './packs';
import { publishChanges } from './publish';
import { OCI_INDEX } from './referrers';
import { createRegistryState, type RegistryState } from './state';
import { createStorage } from './storage';

const ORIGIN = 'http://127.0.0.1:5000';
const PUBLIC = 'khal-os/charts/pack-terminal';
const PRIVATE = 'khal-os/charts/pack-billing';
const READER = basic('ghp_reader');
const seed = examplePacks.flatMap((pack) => publishChanges(pack, 'khal-os'));

describe('the token dance', () => {
	test('/v2/ challenges with the literal placeholder scope, a repository with its own', async () => {
		const { get } = registry();
		const ping = await get('/v2/');
		expect(ping.status).toBe(401);
		expect(ping.headers.get('www-authenticate')).toBe(
			`Bearer realm="${ORIGIN}/token",service="ghcr.io",scope="repository:user/image:pull"`,
		);
		const tags = await get(`/v2/${PUBLIC}/tags/list`);
		expect(tags.headers.get('www-authenticate')).toContain(`scope="repository:${PUBLIC}:pull"`);
	});

	test.each<[string, string, Record<string, string>, number]>([
		['anonymous, public repository', scope(PUBLIC), {}, 200],
		['anonymous, private repository', scope(PRIVATE), {}, 401],
		['anonymous, missing repository', scope('khal-os/charts/pack-nope'), {}, 401],
		['anonymous, the placeholder itself', scope('user/image'), {}, 403],
		['a PAT by Basic, private repository', scope(PRIVATE), { authorization: READER }, 200],
		['a stale PAT, even for a public repository', scope(PUBLIC), { authorization: basic('ghp_stale') }, 403],
		['a PAT as Bearer', scope(PUBLIC), { authorization: 'Bearer ghp_reader' }, 401],
	])('%s', async (_name, query, headers, status) => {
		expect((await registry().get(`/token?service=ghcr.io&${query}`, headers)).status).toBe(status);
	});

	test('POST to the token endpoint is 405', async () => {
		const { send } = registry();
		expect((await send(new Request(`${ORIGIN}/token`, { method: 'POST', body: 'grant_type=password' }))).status).toBe(
			405,
		);
	});

	test('a wrong bearer is denied without a new challenge, an expired one gets it', async () => {
		const clock = { now: new Date('2026-11-20T12:00:00Z') };
		const { get, token } = registry({ now: () => clock.now });
		const wrong = await get(`/v2/${PUBLIC}/tags/list`, { authorization: 'Bearer nonsense' });
		expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([403, null]);
		const authorization = await token(PUBLIC);
		expect((await get(`/v2/${PUBLIC}/tags/list`, { authorization })).status).toBe(200);
		clock.now = new Date('2026-11-20T12:06:00Z');
		const expired = await get(`/v2/${PUBLIC}/tags/list`, { authorization });
		expect([expired.status, expired.headers.has('www-authenticate')]).toEqual([401, true]);
	});

	test('a reader’s token pulls private charts and an anonymous one does not', async () => {
		const { get, token } = registry();
		const reader = await token(PRIVATE, READER);
		const anonymous = await token(PUBLIC);
		expect((await get(`/v2/${PRIVATE}/tags/list`, { authorization: reader })).status).toBe(200);
		expect((await get(`/v2/${PRIVATE}/tags/list`, { authorization: anonymous })).status).toBe(403);
		expect((await get('/v2/khal-os/charts/pack-nope/tags/list', { authorization: reader })).status).toBe(404);
	});
});

describe('reading', () => {
	test('tags come oldest first and in pages of 100 until n asks for more', async () => {
		const { get, token, state } = registry();
		const digest = [...(state.oci.get(PUBLIC)?.tags.values() ?? [])][0] ?? '';
		for (let index = 0; index < 120; index += 1) {
			state.seed([{ kind: 'tag', repository: PUBLIC, tag: `0.0.${index}`, digest, at: '' }]);
		}
		const authorization = await token(PUBLIC);
		const first = await get(`/v2/${PUBLIC}/tags/list`, { authorization });
		const firstTags = listAt(await first.json(), 'tags');
		expect(firstTags.slice(0, 2)).toEqual(['1.0.0', '1.0.1']);
		expect(firstTags).toHaveLength(100);
		const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
		const second = await get(next, { authorization });
		expect(listAt(await second.json(), 'tags')).toHaveLength(24);
		expect(second.headers.has('link')).toBe(false);
		const all = await get(`/v2/${PUBLIC}/tags/list?n=10000`, { authorization });
		expect(listAt(await all.json(), 'tags')).toHaveLength(124);
		expect(all.headers.has('link')).toBe(false);
	});

	test('a manifest needs its media type in Accept, otherwise it is unknown', async () => {
		const { get, token } = registry();
		const authorization = await token(PUBLIC);
		const docker = { authorization, accept: 'application/vnd.docker.distribution.manifest.v2+json' };
		const wrong = await get(`/v2/${PUBLIC}/manifests/1.2.0`, docker);
		expect(wrong.status).toBe(404);
		expect(at(await wrong.json(), 'errors')).toMatchObject([{ code: 'MANIFEST_UNKNOWN' }]);
		const right = await get(`/v2/${PUBLIC}/manifests/1.2.0`, { authorization, accept: OCI_MANIFEST });
		const bytes = new Uint8Array(await right.arrayBuffer());
		expect(right.headers.get('docker-content-digest')).toBe(sha256(bytes));
	});

	test('Helm’s manifest has neither mediaType nor artifactType', async () => {
		const { get, token } = registry();
		const headers = { authorization: await token(PUBLIC), accept: OCI_MANIFEST };
		const json: unknown = await (await get(`/v2/${PUBLIC}/manifests/1.2.0`, headers)).json();
		expect(Object.keys(Object(json))).toEqual(['schemaVersion', 'config', 'layers', 'annotations']);
		expect(textAt(json, 'config', 'mediaType')).toBe('application/vnd.cncf.helm.config.v1+json');
	});

	test('a blob is a redirect to storage, which refuses a credential and serves without one', async () => {
		const { get, token, storage } = registry();
		const authorization = await token(PUBLIC);
		const manifest: unknown = await (
			await get(`/v2/${PUBLIC}/manifests/1.2.0`, { authorization, accept: OCI_MANIFEST })
		).json();
		const digest = textAt(manifest, 'config', 'digest') ?? '';
		const redirect = await get(`/v2/${PUBLIC}/blobs/${digest}`, { authorization });
		expect(redirect.status).toBe(307);
		const location = redirect.headers.get('location') ?? '';
		expect(new URL(location).hostname).not.toBe(new URL(ORIGIN).hostname);
		const leaked = await storage.handler(new Request(location, { headers: { authorization } }));
		expect(leaked.status).toBe(400);
		const served = await storage.handler(new Request(location));
		expect(sha256(new Uint8Array(await served.arrayBuffer()))).toBe(digest);
	});

	test('a signed storage URL cannot be changed and does not live for ever', async () => {
		const clock = { now: new Date('2026-11-20T12:00:00Z') };
		const { storage, state } = registry({ now: () => clock.now });
		const digest = [...(state.oci.get(PUBLIC)?.blobs.keys() ?? [])][0] ?? '';
		const other = [...(state.oci.get(PRIVATE)?.blobs.keys() ?? [])][0] ?? '';
		const url = storage.signedUrl('blob', digest);
		expect((await storage.handler(new Request(url))).status).toBe(200);
		expect((await storage.handler(new Request(url.replace(digest, other)))).status).toBe(403);
		expect((await storage.handler(new Request(url, { method: 'HEAD' }))).status).toBe(403);
		clock.now = new Date('2026-11-20T12:05:01Z');
		expect((await storage.handler(new Request(url))).status).toBe(403);
	});

	test('there is no referrers API; the fallback tag holds an index', async () => {
		const { get, token, state } = registry();
		const ghost = 'khal-os/charts/pack-ghost';
		const authorization = await token(ghost, READER);
		const digest = state.oci.get(ghost)?.tags.get('0.1.0') ?? '';
		expect((await get(`/v2/${ghost}/referrers/${digest}`, { authorization })).status).toBe(404);
		const path = `/v2/${ghost}/manifests/${digest.replace(':', '-')}`;
		const index: unknown = await (await get(path, { authorization, accept: OCI_INDEX })).json();
		expect(listAt(index, 'manifests')).toMatchObject([{ artifactType: 'application/vnd.khal.pack-manifest.v1+json' }]);
	});

	test('there is no catalog', async () => {
		const { get, token } = registry();
		expect((await get('/v2/_catalog')).status).toBe(401);
		expect((await get('/v2/_catalog', { authorization: await token(PUBLIC) })).status).toBe(404);
	});

	test('tampered bytes keep their name', async () => {
		const { storage, state } = registry();
		const digest = [...(state.oci.get(PUBLIC)?.blobs.keys() ?? [])][0] ?? '';
		storage.tamper(digest);
		const served = await storage.handler(new Request(storage.signedUrl('blob', digest)));
		expect(sha256(new Uint8Array(await served.arrayBuffer()))).not.toBe(digest);
	});
});

describe('relatives of GHCR', () => {
	test('with native referrers the list can be filtered', async () => {
		const { get, state } = registry({ auth: 'none', hasReferrers: true });
		const digest = state.oci.get('khal-os/charts/pack-ghost')?.tags.get('0.1.0') ?? '';
		const path = `/v2/khal-os/charts/pack-ghost/referrers/${digest}`;
		expect(listAt(await (await get(path)).json(), 'manifests')).toHaveLength(1);
		const filtered = await get(`${path}?artifactType=text/plain`);
		expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
		expect(listAt(await filtered.json(), 'manifests')).toHaveLength(0);
	});

	test('with a catalog repositories are listed by page, and too large a page is refused', async () => {
		const { get } = registry({ auth: 'none', hasCatalog: true });
		const first = await get('/v2/_catalog?n=3');
		expect(listAt(await first.json(), 'repositories')).toHaveLength(3);
		expect(first.headers.get('link')).toContain('rel="next"');
		expect((await get('/v2/_catalog?n=1001')).status).toBe(400);
	});

	test('with basic auth the challenge is Basic and the PAT is the password', async () => {
		const { get } = registry({ auth: 'basic' });
		const refused = await get(`/v2/${PUBLIC}/tags/list`);
		expect(refused.headers.get('www-authenticate')).toBe('Basic realm="sandbox"');
		expect((await get(`/v2/${PUBLIC}/tags/list`, { authorization: READER })).status).toBe(200);
	});

	test('without paging n and last are ignored', async () => {
		const { get } = registry({ auth: 'none', pageSize: null });
		const response = await get(`/v2/${PRIVATE}/tags/list?n=1`);
		expect(listAt(await response.json(), 'tags')).toHaveLength(10);
		expect(response.headers.has('link')).toBe(false);
	});
});

type Pretend = {
	state: RegistryState;
	storage: ReturnType<typeof createStorage>;
	send(request: Request): Promise<Response>;
	get(path: string, headers?: Record<string, string>): Promise<Response>;
	/** An Authorization header for pulling from the repository. */
	token(repository: string, authorization?: string): Promise<string>;
};

function registry(options: Partial<OciOptions> = {}): Pretend {
	const now = options.now ?? (() => new Date('2026-11-20T12:00:00Z'));
	const state = createRegistryState('khal-os');
	state.seed(seed);
	state.accounts.set('ghp_reader', { login: 'reader', scopes: ['read:packages'], expiresAt: null });
	state.accounts.set('ghp_stale', { login: 'stale', scopes: ['read:packages'], expiresAt: null, isRevoked: true });
	const storage = createStorage(state, { origin: () => 'http://localhost:5001', now });
	const send = createOciHandler(state, { origin: () => ORIGIN, storage, now, ...options });
	const get: Pretend['get'] = (path, headers = {}) => send(new Request(`${ORIGIN}${path}`, { headers }));
	return {
		state,
		storage,
		send,
		get,
		async token(repository, authorization) {
			const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
			const answer: unknown = await (await get(`/token?${scope(repository)}`, headers)).json();
			return `Bearer ${textAt(answer, 'token')}`;
		},
	};
}

function scope(repository: string): string {
	return `scope=${encodeURIComponent(`repository:${repository}:pull`)}`;
}

function basic(token: string): string {
	return `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`;
}
