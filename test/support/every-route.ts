import type { Overheard } from './eavesdropper';
import type { Portal } from './portal';
import { listRoutes, type ServedMethod } from './serve';

type Ids = Record<string, readonly string[]>;

const NOBODY = '00000000-0000-7000-8000-000000000000';

/**
 * Ask every route of people there is, as the owner. Those that only read get every combination of `known` (parameter →
 * real values, an `id` by the word before it); those that change something get `body` and an id of nothing.
 */
export async function askEveryRoute(portal: Portal, known: Ids, body: object): Promise<void> {
	for (const route of await listRoutes()) {
		if (route.permission === 'runner') continue;
		const reads = route.method === 'GET';
		for (const path of reads ? pathsOf(route.path, known) : pathsOf(route.path, {}))
			await (await portal.send(route.method, path, reads ? undefined : body)).arrayBuffer();
	}
}

/** Routes that none of these requests went to, for a story that claims to know all of them. */
export async function routesNotIn(heard: readonly Overheard[]): Promise<string[]> {
	const requests = heard.flatMap(({ place }) => {
		const [, method, url] = /^request (\w+) (http\S+)$/.exec(place) ?? [];
		return method === undefined || url === undefined ? [] : [`${method} ${new URL(url).pathname}`];
	});
	const routes = await listRoutes();
	return routes.filter((route) => !requests.some((request) => patternOf(route).test(request))).map(nameOf);
}

function pathsOf(path: string, known: Ids): string[] {
	const [, before = '', name] = /([^/]*)\/\[(?:\.\.\.)?(\w+)\]/.exec(path) ?? [];
	if (name === undefined) return [path];
	const values = known[name === 'id' ? before : name] ?? [NOBODY];
	return values.flatMap((value) => pathsOf(path.replace(/\[[^\]]+\]/, encodeURIComponent(value)), known));
}

function patternOf(route: ServedMethod): RegExp {
	return new RegExp(
		`^${nameOf(route)
			.replace(/\[\.\.\.\w+\]/g, '.+')
			.replace(/\[\w+\]/g, '[^/]+')}$`,
	);
}

function nameOf(route: ServedMethod): string {
	return `${route.method} ${route.path}`;
}
