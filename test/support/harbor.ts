import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SandboxRegistries } from '@/lib/sandbox';

/**
 * Harbor as far as it is read here: the projects and repositories of a pretend registry behind Harbor's own REST API
 * v2.0 and its token service. Written from Harbor's swagger and issues (facts: doubly escaped repository names,
 * `page_size` of at most 100, `X-Total-Count` and relative `Link`, robots that may pull and not list, GET-only token
 * service, no catalog for robots); it has never been compared with a real Harbor.
 */
export type Harbor = {
	/** `127.0.0.1:PORT`, plain http. */
	readonly host: string;
	readonly robot: { name: string; secret: string };
	readonly seen: { method: string; path: string; authorization: string | null }[];
	/** What the robot may do; pulling it always may. */
	allow(permissions: { list: boolean }): void;
	close(): Promise<void>;
};

type Answer = { status: number; headers?: Record<string, string>; body: unknown };

const PROJECTS = '/api/v2.0/projects/';

/** `behind` has to be started with `oci: harborManners`. Projects are the first segments of its repositories. */
export async function startHarbor(behind: SandboxRegistries): Promise<Harbor> {
	const robot = { name: 'robot$packs+reader', secret: behind.githubToken };
	const basic = `Basic ${Buffer.from(`${robot.name}:${robot.secret}`).toString('base64')}`;
	const seen: Harbor['seen'] = [];
	let mayList = true;
	let base = '';

	function rest(url: URL, authorization: string | null): Answer {
		if (authorization === null) return refusal(401, 'UNAUTHORIZED', 'unauthorized: unauthorized');
		if (authorization !== basic) return refusal(401, 'UNAUTHORIZED', 'invalid credentials');
		const segments = url.pathname.slice(PROJECTS.length).split('/');
		const [project = '', , repository, artifacts] = segments;
		const ours = [...behind.registries.state.oci.values()].filter(({ name }) => name.startsWith(`${project}/`));
		if (ours.length === 0) return refusal(403, 'FORBIDDEN', 'forbidden: project not found');
		if (!mayList) return refusal(403, 'FORBIDDEN', 'forbidden: list repository');
		if (repository === undefined) {
			return page(
				url,
				ours.map((found) => ({
					artifact_count: found.manifests.size,
					creation_time: found.createdAt,
					name: found.name,
					project_id: 2,
					pull_count: 0,
					update_time: [...found.manifests.values()].at(-1)?.createdAt ?? found.createdAt,
				})),
			);
		}
		// A name that is escaped once arrives as several segments, which is another path.
		const name = `${project}/${decodeURIComponent(decodeURIComponent(repository))}`;
		const found = artifacts === 'artifacts' && segments.length === 4 && ours.find((one) => one.name === name);
		if (!found) return refusal(404, 'NOT_FOUND', `repository ${name} not found`);
		return page(
			url,
			[...found.manifests.values()].toReversed().map(({ digest, bytes, createdAt, mediaType }) => {
				const tags = [...found.tags]
					.filter(([, target]) => target === digest)
					.map(([tag]) => ({ name: tag, immutable: false }));
				const isTagged = tags.length > 0 && url.searchParams.get('with_tag') !== 'false';
				return {
					type: 'CHART',
					digest,
					manifest_media_type: mediaType,
					push_time: createdAt,
					size: bytes.length,
					tags: isTagged ? tags : null,
				};
			}),
		);
	}

	/** The registry behind, whose tokens come from Harbor's own token service. */
	async function forward(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
		const headers: Record<string, string> = {};
		for (const name of ['accept', 'authorization']) {
			const value = request.headers[name];
			if (typeof value === 'string') headers[name] = value;
		}
		const answer = await fetch(`http://${behind.registryHost}${path}`, {
			method: request.method ?? 'GET',
			headers,
			redirect: 'manual',
		});
		const challenge = answer.headers
			.get('www-authenticate')
			?.replace(/realm="[^"]*"/, `realm="http://${request.headers.host}/service/token"`)
			.replace(/service="[^"]*"/, 'service="harbor-registry"');
		response.writeHead(answer.status, {
			...Object.fromEntries([...answer.headers].filter(([name]) => !HOP_BY_HOP.includes(name))),
			...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
		});
		response.end(Buffer.from(await answer.arrayBuffer()));
	}

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = 'GET', url = '' } = request;
		const authorization = request.headers.authorization ?? null;
		seen.push({ method, path: url, authorization });
		const parsed = new URL(url, base);
		if (parsed.pathname.startsWith(PROJECTS)) return send(response, rest(parsed, authorization));
		if (parsed.pathname === '/service/token') {
			if (method !== 'GET') return send(response, refusal(405, 'METHOD_NOT_ALLOWED', 'method not allowed'));
			if (authorization !== null && authorization !== basic) {
				return send(response, refusal(401, 'UNAUTHORIZED', 'unauthorized: invalid credentials'));
			}
			return forward(request, response, `/token${parsed.search}`);
		}
		if (parsed.pathname === '/v2/_catalog') {
			return send(
				response,
				refusal(401, 'UNAUTHORIZED', 'unauthorized', { 'www-authenticate': 'Basic realm="harbor"' }),
			);
		}
		return forward(request, response, url);
	}

	const server = createServer((request, response) => {
		answer(request, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('no address');
	base = `http://127.0.0.1:${address.port}`;
	return {
		host: `127.0.0.1:${address.port}`,
		robot,
		seen,
		allow(permissions) {
			mayList = permissions.list;
		},
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** What the registry inside Harbor does: tokens, the referrers API, blobs from its own origin. */
export const harborManners = { auth: 'token', hasReferrers: true, redirectsBlobs: false } as const;

const HOP_BY_HOP: readonly string[] = ['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'date'];

function page(url: URL, items: readonly unknown[]): Answer {
	const number = Number(url.searchParams.get('page') ?? 1);
	const size = Number(url.searchParams.get('page_size') ?? 10);
	if (size > 100) return refusal(422, 'UNPROCESSABLE_ENTITY', 'page_size in query should be less than or equal to 100');
	const next = new URL(url);
	next.searchParams.set('page', `${number + 1}`);
	const isLast = number * size >= items.length;
	return {
		status: 200,
		headers: {
			'x-total-count': `${items.length}`,
			...(isLast ? {} : { link: `<${next.pathname}${next.search}>; rel="next"` }),
		},
		body: items.slice((number - 1) * size, number * size),
	};
}

function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
	return { status, headers, body: { errors: [{ code, message }] } };
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
	response.writeHead(status, { 'content-type': 'application/json', ...headers });
	response.end(JSON.stringify(body));
}
