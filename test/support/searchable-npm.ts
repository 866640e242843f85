import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SandboxRegistries } from '@/lib/sandbox';

/** The pretend npm registry with Verdaccio's search in front of it: GitHub, which it plays, has none. */
export type SearchableNpm = {
	readonly url: string;
	/** `METHOD /path` of everything asked. */
	readonly seen: string[];
	close(): Promise<void>;
};

export async function startSearchableNpm(behind: SandboxRegistries): Promise<SearchableNpm> {
	const seen: string[] = [];
	let base = '';

	function search(url: URL): object {
		const text = url.searchParams.get('text') ?? '';
		const from = Number(url.searchParams.get('from') ?? 0);
		const size = Number(url.searchParams.get('size') ?? 20);
		const found = [...behind.registries.state.npm.values()].filter(({ name }) => name.includes(text));
		const objects = found.slice(from, from + size).map(({ name, versions, distTags }) => {
			const times = [...versions.values()].map(({ createdAt }) => createdAt).sort();
			const time = { modified: times.at(-1) };
			return { package: { name, 'dist-tags': Object.fromEntries(distTags), time }, searchScore: 1 };
		});
		return { objects, total: objects.length, time: 'now' };
	}

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = 'GET', url = '/' } = request;
		seen.push(`${method} ${url}`);
		if (url.startsWith('/-/v1/search')) {
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(JSON.stringify(search(new URL(url, behind.npmUrl))));
			return;
		}
		const headers: Record<string, string> = {};
		for (const name of ['accept', 'authorization', 'if-none-match']) {
			const value = request.headers[name];
			if (typeof value === 'string') headers[name] = value;
		}
		const found = await fetch(`${behind.npmUrl}${url}`, { method, headers, redirect: 'manual' });
		const kept = ['content-type', 'etag', 'location'].flatMap((name) => {
			const value = found.headers.get(name);
			return value === null ? [] : [[name, value]];
		});
		response.writeHead(found.status, Object.fromEntries(kept));
		const isPackument = found.headers.get('content-type')?.includes('json') === true;
		// Tarballs are asked for here, too.
		response.end(
			isPackument ? (await found.text()).replaceAll(behind.npmUrl, base) : Buffer.from(await found.arrayBuffer()),
		);
	}

	const server = createServer((request, response) => {
		answer(request, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('no address');
	base = `http://127.0.0.1:${address.port}`;
	return {
		url: base,
		seen,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
