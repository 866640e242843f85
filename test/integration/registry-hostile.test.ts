import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SourceConfig } from '@/lib/contracts/source-config';
import { Secret } from '@/lib/core';
import { type ConnectionOptions, createPackSource, type PackSource } from '@/lib/registry';
import { archiveOf, chartOf, digestOf, MANIFEST_TYPE, REPOSITORY } from '../support/chart-fixture';
import {
	type Answer,
	bytes,
	drip,
	type HostileServer,
	inTurn,
	json,
	redirect,
	silence,
	startHostileServer,
	text,
	truncated,
} from '../support/hostile-server';

const PASSWORD = 'hunter2-registry-password';
const chart = chartOf();
const MANIFEST = `/v2/${REPOSITORY}/manifests/`;
const BLOB = `/v2/${REPOSITORY}/blobs/`;
const TAGS = `/v2/${REPOSITORY}/tags/list`;
const PACKUMENT = '/@acme%2fpack-x';

let registry: HostileServer;
/** Another host name, so that it is another site as well as another origin. */
let storage: HostileServer;
let opened: PackSource[] = [];

beforeAll(async () => {
	registry = await startHostileServer();
	storage = await startHostileServer('localhost');
});

afterAll(async () => {
	await registry.close();
	await storage.close();
});

beforeEach(() => {
	registry.reset();
	storage.reset();
	serveChart();
});

afterEach(async () => {
	await Promise.all(opened.map((source) => source.close()));
	opened = [];
	// Whatever a case did: nobody but the registry itself may ever see the credential.
	expect(storage.seen.filter(({ authorization }) => authorization !== null)).toEqual([]);
});

/** A source whose registry, GitHub and npm registry are all the hostile server. */
function open(options: Partial<ConnectionOptions> = {}, allowedHosts: string[] = []): PackSource {
	const config = SourceConfig.parse({
		kind: 'github',
		org: 'acme',
		apiUrl: registry.url,
		registry: { host: registry.host, plainHttp: true },
		npmUrl: registry.url,
		packs: ['x'],
		allowedHosts,
	});
	const source = createPackSource(config, {
		credential: new Secret(PASSWORD),
		retries: 2,
		timeoutMs: 5_000,
		sleep: async () => {},
		...options,
	});
	opened.push(source);
	return source;
}

const fetchChart = (source: PackSource) =>
	source.fetchChart({ host: registry.host, repository: REPOSITORY, tag: '1.2.0', manifestDigest: null });
const listTags = (source: PackSource) => source.resolveChart(`oci://${registry.host}/${REPOSITORY}`, '1.2.0');
const fetchTarball = (source: PackSource) =>
	source.fetchTarball({ package: '@acme/pack-x', version: '1.2.0', integrity: null });

/** The well-behaved registry that every case starts from: token challenge, one chart, one tag. */
function serveChart(): void {
	const challenge = `Bearer realm="${registry.url}/token",service="hostile"`;
	registry.on('/v2/', json(401, { errors: [{ code: 'UNAUTHORIZED' }] }, { 'www-authenticate': challenge }));
	registry.on('GET /token', json(200, { token: 'good-token', expires_in: 300 }));
	guarded(TAGS, json(200, { tags: ['1.2.0'] }));
	guarded(`/v2/${REPOSITORY}/referrers/`, json(404, {}));
	guarded(MANIFEST, bytes(200, chart.manifest, { 'content-type': MANIFEST_TYPE }));
	guarded(BLOB, (response, request, count) => {
		const isArchive = request.url?.includes(chart.archiveDigest);
		bytes(200, isArchive ? chart.archive : chart.config)(response, request, count);
	});
}

/** `answer` for whoever shows the token, the challenge for everybody else. */
function guarded(path: string, answer: Answer, challenge = `Bearer realm="${registry.url}/token",service="hostile"`) {
	registry.on(path, (response, request, count) => {
		if (request.headers.authorization === 'Bearer good-token') return answer(response, request, count);
		json(401, { errors: [{ code: 'UNAUTHORIZED' }] }, { 'www-authenticate': challenge })(response, request, count);
	});
}

type Case = {
	title: string;
	arrange: () => void;
	act?: (source: PackSource) => Promise<unknown>;
	options?: Partial<ConnectionOptions>;
	allowed?: () => string[];
};
type Refusal = Case & { code: string; hint: RegExp; isStorageUntouched?: true };

const healed: readonly (Case & { check?: (source: PackSource) => void })[] = [
	{ title: 'a well-behaved registry (control)', arrange: () => {} },
	{
		title: 'the placeholder scope of GHCR, which is replaced by our own',
		arrange: () =>
			guarded(
				MANIFEST,
				bytes(200, chart.manifest, { 'content-type': MANIFEST_TYPE }),
				`Bearer realm="${registry.url}/token",service="hostile",scope="repository:user/image:pull"`,
			),
		check: () => {
			const asked = registry.seen.filter(({ path }) => path.startsWith('/token'));
			const scopes = asked.map(({ path }) => new URL(path, registry.url).searchParams.getAll('scope'));
			expect(scopes).toEqual([[`repository:${REPOSITORY}:pull`]]);
		},
	},
	{
		title: 'several challenges in one header, with quoted commas',
		arrange: () =>
			guarded(
				MANIFEST,
				bytes(200, chart.manifest, { 'content-type': MANIFEST_TYPE }),
				`Negotiate YWJj==, bAsIc realm="a, Bearer b", BEARER Realm="${registry.url}/token",service="x, y"`,
			),
		check: () => {
			const asked = registry.seen.find(({ path }) => path.startsWith('/token'));
			expect(new URL(asked?.path ?? '', registry.url).searchParams.get('service')).toBe('x, y');
		},
	},
	{
		title: 'a registry that takes the credential only directly (Basic)',
		arrange: () =>
			registry.on('/v2/', (response, request, count) => {
				const expected = `Basic ${Buffer.from(`packyard:${PASSWORD}`).toString('base64')}`;
				if (request.headers.authorization !== expected) {
					return json(401, {}, { 'www-authenticate': 'Basic realm="x"' })(response, request, count);
				}
				const body = request.url?.includes('/manifests/')
					? chart.manifest
					: request.url?.includes(chart.archiveDigest)
						? chart.archive
						: chart.config;
				bytes(200, body)(response, request, count);
			}),
	},
	{
		title: 'a redirect to allowed storage, followed without the credential',
		arrange: () => {
			guarded(BLOB, (response, request, count) =>
				redirect(`${storage.url}${request.url}?sig=1`)(response, request, count),
			);
			storage.on(chart.archiveDigest, bytes(200, chart.archive));
			storage.on(digestOf(chart.config), bytes(200, chart.config));
		},
		allowed: () => [storage.host],
		check: () => expect(storage.seen.length).toBe(2),
	},
	{
		title: 'storage that redirects back to the registry, where the credential stays away',
		arrange: () => {
			guarded(BLOB, (response, request, count) => redirect(`${storage.url}${request.url}`)(response, request, count));
			storage.on('/v2/', (response, request, count) =>
				redirect(`${registry.url}/back${request.url}`)(response, request, count),
			);
			registry.on('GET /back', (response, request, count) =>
				bytes(200, request.url?.includes(chart.archiveDigest) ? chart.archive : chart.config)(response, request, count),
			);
		},
		allowed: () => [storage.host],
		check: () => {
			const back = registry.seen.filter(({ path }) => path.startsWith('/back'));
			expect(back.map(({ authorization }) => authorization)).toEqual([null, null]);
		},
	},
	{
		title: 'a token endpoint that refuses a stale credential but serves everybody',
		arrange: () =>
			registry.on('GET /token', (response, request, count) =>
				request.headers.authorization
					? json(403, { errors: [{ code: 'DENIED', message: 'denied: denied' }] })(response, request, count)
					: json(200, { token: 'good-token' })(response, request, count),
			),
		check: (source) => expect(source.state().credentialRejected).toEqual({ host: registry.host, status: 403 }),
	},
	{
		title: 'a token that the registry suddenly refuses without a challenge',
		arrange: () => {
			let served = 0;
			registry.on(BLOB, (response, request, count) => {
				const isStale = request.headers.authorization !== 'Bearer second-token';
				if (isStale) {
					registry.on('GET /token', json(200, { token: 'second-token' }));
					return json(403, { errors: [{ code: 'DENIED' }] })(response, request, count);
				}
				served += 1;
				bytes(200, request.url?.includes(chart.archiveDigest) ? chart.archive : chart.config)(
					response,
					request,
					served,
				);
			});
		},
	},
	{
		title: 'a registry that answers 404 unless OCI manifests are accepted',
		arrange: () =>
			guarded(MANIFEST, (response, request, count) =>
				request.headers.accept?.includes(MANIFEST_TYPE)
					? bytes(200, chart.manifest, { 'content-type': MANIFEST_TYPE })(response, request, count)
					: json(404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] })(response, request, count),
			),
	},
	{
		title: 'a proxy that rewrites the content type and drops the digest header',
		arrange: () => guarded(MANIFEST, bytes(200, chart.manifest, { 'content-type': 'text/plain' })),
	},
	{
		title: 'two failures with 5xx and then success',
		arrange: () =>
			guarded(
				MANIFEST,
				inTurn(text(503, 'busy'), text(502, 'busy'), bytes(200, chart.manifest, { 'content-type': MANIFEST_TYPE })),
			),
	},
	{
		title: 'a 429 whose hint has microseconds, as GHCR sends it',
		arrange: () =>
			guarded(
				MANIFEST,
				inTurn(
					json(429, {
						errors: [{ code: 'TOOMANYREQUESTS', message: 'retry-after: 880.092µs, allowed: 44000/minute' }],
					}),
					bytes(200, chart.manifest, { 'content-type': MANIFEST_TYPE }),
				),
			),
	},
	{
		title: 'a connection cut in the middle and whole the second time',
		arrange: () => guarded(MANIFEST, inTurn(truncated(chart.manifest), bytes(200, chart.manifest))),
	},
	{
		title: 'a tag list that repeats itself for ever, as distribution 2.8 would',
		arrange: () => guarded(TAGS, json(200, { tags: ['1.2.0'] }, { link: `<${TAGS}?n=1000&last=1.2.0>; rel="next"` })),
		act: listTags,
	},
	{
		title: 'a tag list over three pages with a relative Link',
		arrange: () =>
			guarded(
				TAGS,
				inTurn(
					json(200, { tags: ['latest'] }, { link: `<${TAGS}?last=latest>; rel="next"` }),
					json(200, { tags: ['1.1.0'] }, { link: `</other>; rel="prev", <${TAGS}?last=1.1.0>; rel=next` }),
					json(200, { tags: ['v1.2.0'] }),
				),
			),
		act: listTags,
	},
	{
		title: 'a next page whose path lacks the beginning, as Artifactory sends it for virtual repositories',
		arrange: () => {
			const short = TAGS.replace('/acme/', '/');
			guarded(TAGS, (response, request, count) =>
				request.url?.includes('last=')
					? json(200, { tags: ['1.2.0'] })(response, request, count)
					: json(200, { tags: ['1.1.0'] }, { link: `<${short}?n=1000&last=1.1.0>; rel="next"` })(
							response,
							request,
							count,
						),
			);
			registry.on(short, json(404, { errors: [{ code: 'NAME_UNKNOWN' }] }));
		},
		act: listTags,
	},
	{
		title: 'a list of tags with a cursor of its own kind, as Quay has one',
		arrange: () => {
			guarded(TAGS, (response, request, count) =>
				request.url?.includes('next_page=gAAAA%3D%3D')
					? json(200, { tags: ['1.2.0'] })(response, request, count)
					: json(200, { tags: ['1.1.0'] }, { link: `<${TAGS}?n=50&next_page=gAAAA%3D%3D>; rel="next"` })(
							response,
							request,
							count,
						),
			);
		},
		act: listTags,
	},
];

const refused: readonly Refusal[] = [
	{
		title: 'a realm on another host',
		arrange: () => guarded(MANIFEST, bytes(200, chart.manifest), `Bearer realm="${storage.url}/token"`),
		code: 'upstream_forbidden',
		hint: /add localhost:\d+ to the allowed hosts/,
		isStorageUntouched: true,
	},
	{
		title: 'a realm that is no address',
		arrange: () => guarded(MANIFEST, bytes(200, chart.manifest), 'Bearer realm="::::"'),
		code: 'upstream_invalid',
		hint: /WWW-Authenticate/,
	},
	{
		title: 'a redirect to a private address',
		arrange: () => guarded(BLOB, redirect('http://10.0.0.7/blob')),
		allowed: () => ['10.0.0.7'],
		code: 'upstream_forbidden',
		hint: /mark the source as internal/,
	},
	{
		title: 'a redirect to the metadata service of a cloud, written as a number',
		arrange: () => guarded(BLOB, redirect('http://2852039166/latest/meta-data')),
		allowed: () => ['169.254.169.254'],
		code: 'upstream_forbidden',
		hint: /No registry lives there/,
	},
	{
		title: 'a redirect to a host that is not allowed',
		arrange: () => guarded(BLOB, redirect('https://storage.example.com/blob')),
		code: 'upstream_forbidden',
		hint: /Add storage.example.com to the allowed hosts/,
	},
	{
		title: 'a redirect to another scheme',
		arrange: () => guarded(BLOB, redirect('file:///etc/passwd')),
		code: 'upstream_forbidden',
		hint: /https/,
	},
	{
		title: 'a redirect that goes round in circles',
		arrange: () => guarded(BLOB, (response, request, count) => redirect(request.url ?? '')(response, request, count)),
		code: 'upstream_invalid',
		hint: /proxy/,
	},
	{
		title: 'storage that asks for a token of its own',
		arrange: () => {
			guarded(BLOB, redirect(`${storage.url}/blob`));
			storage.on('/blob', json(401, {}, { 'www-authenticate': `Bearer realm="${storage.url}/token"` }));
			storage.on('/token', json(200, { token: 'trap' }));
		},
		allowed: () => [storage.host],
		code: 'upstream_forbidden',
		hint: /credential/,
	},
	{
		title: 'a token endpoint that refuses everybody',
		arrange: () => registry.on('GET /token', json(403, { errors: [{ code: 'DENIED', message: 'denied' }] })),
		code: 'upstream_forbidden',
		hint: /renew it/,
	},
	{
		title: 'a token endpoint that answers with a page',
		arrange: () => registry.on('GET /token', text(200, '<html>Sign in</html>')),
		code: 'upstream_invalid',
		hint: /sign-in page/,
	},
	{
		title: 'a token that could not be a header',
		arrange: () => registry.on('GET /token', json(200, { token: 'a\r\nx: y' })),
		code: 'upstream_invalid',
		hint: /proxy/,
	},
	{
		title: 'a tag list that never ends',
		arrange: () =>
			guarded(TAGS, (response, request, count) =>
				json(200, { tags: [`0.0.${count}`] }, { link: `<${TAGS}?last=${count}>; rel="next"` })(
					response,
					request,
					count,
				),
			),
		act: listTags,
		code: 'upstream_invalid',
		hint: /proxy/,
	},
	{
		title: 'a tag list that goes on at another host',
		arrange: () => guarded(TAGS, json(200, { tags: ['1.0.0'] }, { link: '<https://evil.example/x>; rel="next"' })),
		act: listTags,
		code: 'upstream_forbidden',
		hint: /Link header/,
	},
	{
		title: 'a list without tags',
		arrange: () => guarded(TAGS, json(200, { name: REPOSITORY, tags: null })),
		act: listTags,
		code: 'not_found',
		hint: /has not pushed/,
	},
	{
		title: 'a tag list that is a page',
		arrange: () => guarded(TAGS, text(200, '<html>Welcome</html>')),
		act: listTags,
		code: 'upstream_invalid',
		hint: /sign-in page/,
	},
	{
		title: 'a small body that unpacks to a huge one',
		arrange: () =>
			guarded(TAGS, bytes(200, gzipSync(Buffer.alloc(64 * 1024 * 1024, 32)), { 'content-encoding': 'gzip' })),
		act: listTags,
		code: 'too_large',
		hint: /smaller/,
	},
	{
		title: 'a manifest over 4 MiB',
		arrange: () => guarded(MANIFEST, bytes(200, Buffer.alloc(4 * 1024 * 1024 + 1, 32))),
		code: 'too_large',
		hint: /smaller/,
	},
	{
		title: 'a manifest that is no JSON',
		arrange: () => guarded(MANIFEST, text(200, 'not json')),
		code: 'upstream_invalid',
		hint: /proxy/,
	},
	{
		title: 'a manifest that contradicts its own media type',
		arrange: () =>
			guarded(
				MANIFEST,
				json(
					200,
					{ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] },
					{
						'content-type': MANIFEST_TYPE,
					},
				),
			),
		code: 'upstream_invalid',
		hint: /registry/,
	},
	{
		title: 'a manifest that is not a chart',
		arrange: () =>
			guarded(MANIFEST, json(200, { schemaVersion: 2, layers: [], config: null }, { 'content-type': MANIFEST_TYPE })),
		code: 'upstream_invalid',
		hint: /helm push/,
	},
	{
		title: 'a manifest under a digest header that is not its own',
		arrange: () =>
			guarded(MANIFEST, bytes(200, chart.manifest, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` })),
		code: 'integrity_mismatch',
		hint: /Nothing was used/,
	},
	{
		title: 'a manifest other than the digest that was asked for',
		arrange: () => {},
		act: (source) =>
			source.fetchChart({
				host: registry.host,
				repository: REPOSITORY,
				tag: '1.2.0',
				manifestDigest: `sha256:${'0'.repeat(64)}`,
			}),
		code: 'integrity_mismatch',
		hint: /Nothing was used/,
	},
	{
		title: 'a blob with one wrong byte',
		arrange: () => {
			const wrong = Buffer.from(chart.config);
			wrong[0] = 0;
			guarded(BLOB, bytes(200, wrong));
		},
		code: 'integrity_mismatch',
		hint: /Nothing was used/,
	},
	{
		title: 'a blob longer than its descriptor says',
		arrange: () => guarded(BLOB, bytes(200, Buffer.concat([chart.config, Buffer.alloc(1000)]))),
		code: 'too_large',
		hint: /smaller/,
	},
	{
		title: 'a body that is cut every time',
		arrange: () => guarded(MANIFEST, truncated(chart.manifest)),
		code: 'upstream_unavailable',
		hint: /network or proxy/,
	},
	{
		title: 'a slow drip',
		arrange: () => guarded(MANIFEST, drip(20)),
		options: { timeoutMs: 300, idleMs: 200 },
		code: 'timeout',
		hint: /network or proxy/,
	},
	{
		title: 'a body that stops coming',
		arrange: () => guarded(MANIFEST, silence()),
		options: { timeoutMs: 60_000, idleMs: 150 },
		code: 'timeout',
		hint: /network or proxy/,
	},
	{
		title: '5xx every time',
		arrange: () => guarded(MANIFEST, text(500, 'broken')),
		code: 'upstream_unavailable',
		hint: /Try again later/,
	},
	{
		title: 'a 429 that asks for more patience than a request has',
		arrange: () => guarded(MANIFEST, json(429, {}, { 'retry-after': '3600' })),
		code: 'rate_limited',
		hint: /3600 seconds/,
	},
	{
		title: 'an npm version without any checksum',
		arrange: () => servePackument({ tarball: `${registry.url}/x.tgz` }),
		act: fetchTarball,
		code: 'integrity_mismatch',
		hint: /dist.integrity/,
	},
	{
		title: 'an npm tarball with other bytes than its integrity',
		arrange: () => {
			servePackument({ tarball: `${registry.url}/x.tgz`, integrity: integrityOf(Buffer.from('right')) });
			registry.on('/x.tgz', bytes(200, Buffer.from('wrong')));
		},
		act: fetchTarball,
		code: 'integrity_mismatch',
		hint: /Nothing was used/,
	},
	{
		title: 'an npm tarball on a host that is not allowed',
		arrange: () => servePackument({ tarball: 'https://evil.example/x.tgz', integrity: integrityOf(Buffer.from('x')) }),
		act: fetchTarball,
		code: 'upstream_forbidden',
		hint: /Add evil.example/,
	},
	{
		title: 'a packument that is a page',
		arrange: () => registry.on(PACKUMENT, text(200, '<html></html>')),
		act: fetchTarball,
		code: 'upstream_invalid',
		hint: /sign-in page/,
	},
	{
		title: 'a GitHub that lets nobody list',
		arrange: () => registry.on('/repos/', json(403, { message: 'Forbidden' }, { 'x-oauth-scopes': 'repo' })),
		act: (source) => source.notes(somePack(), someVersion()),
		code: 'upstream_forbidden',
		hint: /"repo"/,
	},
	{
		title: 'a GitHub that has no list for this kind of token (GITHUB_TOKEN, an app)',
		arrange: () => registry.on('/repos/', json(400, { message: 'Invalid argument.' })),
		act: (source) => source.notes(somePack(), someVersion()),
		code: 'upstream_invalid',
		hint: /Only a classic token with read:packages/,
	},
	{
		title: 'a GitHub that does not know the token any more',
		arrange: () => registry.on('/repos/', json(401, { message: 'Bad credentials' })),
		act: (source) => source.notes(somePack(), someVersion()),
		code: 'upstream_forbidden',
		hint: /classic token.*renew/,
	},
	{
		title: 'a GitHub whose secondary limit is reached',
		arrange: () =>
			registry.on(
				'/repos/',
				json(403, { message: 'You have exceeded a secondary rate limit.' }, { 'retry-after': '90' }),
			),
		act: (source) => source.notes(somePack(), someVersion()),
		code: 'rate_limited',
		hint: /90 seconds/,
	},
	{
		title: 'a GitHub whose hourly limit is used up',
		arrange: () => {
			const reset = String(Math.floor(Date.now() / 1000) + 1800);
			registry.on('/repos/', json(403, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }));
		},
		act: (source) => source.notes(somePack(), someVersion()),
		code: 'rate_limited',
		hint: /1[78]\d\d seconds/,
	},
	{
		title: 'a GitHub that answers with a page',
		arrange: () => registry.on('/repos/', text(200, '<html></html>')),
		act: (source) => source.notes(somePack(), someVersion()),
		code: 'upstream_invalid',
		hint: /sign-in page/,
	},
];

describe('a source copes with', () => {
	test.each(healed)('$title', async ({ arrange, act, options, allowed, check }) => {
		arrange();
		const source = open(options, allowed?.());

		await expect((act ?? fetchChart)(source)).resolves.toBeDefined();
		check?.(source);
	});
});

describe('a source refuses, with what to do next,', () => {
	test.each(refused)('$title', async ({ arrange, act, options, allowed, code, hint, isStorageUntouched }) => {
		arrange();
		const source = open(options, allowed?.());

		const error: unknown = await (act ?? fetchChart)(source).then(
			() => undefined,
			(caught: unknown) => caught,
		);

		expect(error).toMatchObject({ name: 'AppError', code, hint: expect.stringMatching(hint) });
		expect(`${error}${JSON.stringify(error)}`).not.toContain(PASSWORD);
		if (isStorageUntouched) expect(storage.seen).toEqual([]);
	});
});

describe('a hostile archive becomes a stated problem of its version, not a failed sync:', () => {
	test.each([
		['a path that climbs out', [{ path: 'pack-x/../../etc/passwd', content: 'x' }], /unsafe path/],
		['an absolute path', [{ path: '/etc/passwd', content: 'x' }], /unsafe path/],
		[
			'a symbolic link',
			[{ path: 'pack-x/khal-app.json', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
			/SymbolicLink/,
		],
		['a hard link', [{ path: 'pack-x/khal-app.json', type: 'Link', linkpath: 'pack-x/secret' }], /Link entry/],
		['a device', [{ path: 'pack-x/null', type: 'CharacterDevice' }], /CharacterDevice/],
		[
			'two manifests under one name',
			[
				{ path: 'pack-x/khal-app.json', content: '{"id":"one"}' },
				{ path: 'pack-x/khal-app.json', content: '{"id":"two"}' },
			],
			/twice/,
		],
		['a manifest of megabytes', [{ path: 'pack-x/khal-app.json', content: Buffer.alloc(2 ** 21, 32) }], /more than/],
	] as const)('%s', async (_title, entries, problem) => {
		const hostile = chartOf(entries);
		guarded(MANIFEST, bytes(200, hostile.manifest, { 'content-type': MANIFEST_TYPE }));
		guarded(BLOB, (response, request, count) =>
			bytes(200, request.url?.includes(hostile.archiveDigest) ? hostile.archive : hostile.config)(
				response,
				request,
				count,
			),
		);
		const source = open();

		const lookup = await source.fetchManifest(somePack(), someVersion());

		expect(lookup.found).toBeNull();
		expect(lookup.problems.join(' ')).toMatch(problem);
		expect(lookup.chart?.archive.digest).toBe(hostile.archiveDigest);
	});

	test('control: the same chart with an honest archive has a manifest and no problem', async () => {
		const honest = chartOf([{ path: 'pack-x/khal-app.json', content: '{"id":"x"}' }]);
		guarded(MANIFEST, bytes(200, honest.manifest, { 'content-type': MANIFEST_TYPE }));
		guarded(BLOB, (response, request, count) =>
			bytes(200, request.url?.includes(honest.archiveDigest) ? honest.archive : honest.config)(
				response,
				request,
				count,
			),
		);

		const lookup = await open().fetchManifest(somePack(), someVersion());

		expect(lookup).toMatchObject({ found: { raw: '{"id":"x"}', origin: 'chart-file' }, problems: [] });
	});
});

describe('npm', () => {
	test('a tarball on another origin is fetched without the token', async () => {
		const tarball = archiveOf([{ path: 'package/khal-app.json', content: '{}' }]);
		servePackument({ tarball: `${storage.url}/x.tgz`, integrity: integrityOf(tarball) });
		storage.on('/x.tgz', bytes(200, tarball));

		const fetched = await fetchTarball(open({}, [storage.host]));

		expect(fetched.integrity).toBe(integrityOf(tarball));
		expect(registry.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${PASSWORD}`]);
	});

	test('a version that makes no sense is dropped and the rest of the package stays', async () => {
		const good = { dist: { tarball: `${registry.url}/x.tgz`, shasum: 'a'.repeat(40) } };
		registry.on(
			PACKUMENT,
			json(200, { name: '@acme/pack-x', versions: { '1.0.0': good, '1.1.0': { dist: 7 }, x: good } }),
		);

		const source = open();

		expect(await source.findFrontend('@acme/pack-x', '1.0.0')).toMatchObject({ version: '1.0.0' });
		expect(await source.findFrontend('@acme/pack-x', '1.1.0')).toBeNull();
	});
});

test.each([
	['an error text', (text: string) => json(403, { errors: [{ code: 'DENIED', message: text }] })],
	['a warning header', (text: string) => json(404, {}, { warning: `299 - "${text}"` })],
])('a registry that repeats what it was shown, in %s, does not make us repeat it', async (_where, answer) => {
	registry.on('/v2/', (response, request, count) => {
		const shown = request.headers.authorization?.split(' ')[1];
		if (shown === undefined) return json(401, {}, { 'www-authenticate': 'Basic realm="x"' })(response, request, count);
		const told = `you sent ${shown}, which is ${Buffer.from(shown, 'base64')}`;
		answer(told)(response, request, count);
	});
	const source = open();
	const error: unknown = await fetchChart(source).catch((caught: unknown) => caught);
	const said = `${error}${JSON.stringify([error, source.state()])}`;

	expect(said).toContain('you sent [secret]');
	expect(said).not.toContain(PASSWORD);
	expect(said).not.toContain(Buffer.from(`packyard:${PASSWORD}`).toString('base64'));
});

test('two sources of one registry ask it four times at once together, not each', async () => {
	let waiting = 0;
	let most = 0;
	guarded(TAGS, (response, request, count) => {
		waiting += 1;
		most = Math.max(most, waiting);
		setTimeout(() => {
			waiting -= 1;
			json(200, { tags: ['1.2.0'] })(response, request, count);
		}, 40);
	});
	const asked = [open(), open()].flatMap((source) => Array.from({ length: 6 }, () => listTags(source)));
	await Promise.all(asked);

	expect(most).toBe(4);
});

test('a cancelled request ends as cancelled', async () => {
	guarded(MANIFEST, silence());
	const controller = new AbortController();
	const chartRef = { host: registry.host, repository: REPOSITORY, tag: '1.2.0', manifestDigest: null };

	const pending = open().fetchChart(chartRef, controller.signal);
	setTimeout(() => controller.abort(), 50);

	await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
});

function servePackument(dist: Record<string, string>): void {
	registry.on(PACKUMENT, json(200, { name: '@acme/pack-x', versions: { '1.2.0': { version: '1.2.0', dist } } }));
}

function integrityOf(content: Uint8Array): string {
	return `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

function somePack() {
	return {
		name: 'x',
		chart: null,
		npm: null,
		repository: 'acme/pack-x',
		updatedAt: null,
		fingerprint: null,
		listed: null,
	};
}

function someVersion() {
	const place = { host: registry.host, repository: REPOSITORY, tag: '1.2.0', manifestDigest: null };
	return { version: '1.2.0', prerelease: false, chart: place, npm: null, publishedAt: null };
}
