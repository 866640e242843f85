import { refusalOf } from './errors';
import { ApiResourceList, type KubeObject } from './schema';

/** Where objects of a kind live. */
export type ResourceInfo = { apiVersion: string; kind: string; plural: string; namespaced: boolean };

export type Discovery = {
	/** null when the cluster does not know the kind. */
	find(apiVersion: string, kind: string): Promise<ResourceInfo | null>;
	/** Path of one object, or null when the cluster does not know its kind. `namespace` is used when it names none. */
	pathOf(object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>, namespace: string): Promise<string | null>;
};

const KEEP_MS = 10 * 60_000;

/**
 * kind → resource path by legacy discovery, one request per group version, cached. A kind that is missing from the
 * cache is asked for again: a chart may just have installed its CRD.
 */
export function createDiscovery(read: (path: string) => Promise<unknown>, now: () => number = Date.now): Discovery {
	const groups = new Map<string, { at: number; resources: Promise<ResourceInfo[]> }>();

	function load(apiVersion: string): Promise<ResourceInfo[]> {
		const resources = readGroup(read, apiVersion);
		groups.set(apiVersion, { at: now(), resources });
		resources.catch(() => groups.delete(apiVersion));
		return resources;
	}

	async function find(apiVersion: string, kind: string): Promise<ResourceInfo | null> {
		// Charts are foreign text: an apiVersion must not be able to walk to another path.
		if (!/^([a-z0-9][a-z0-9.-]*\/)?v[0-9a-z]+$/.test(apiVersion)) return null;
		const known = groups.get(apiVersion);
		if (known && now() - known.at < KEEP_MS) {
			const hit = (await known.resources).find((resource) => resource.kind === kind);
			if (hit) return hit;
		}
		return (await load(apiVersion)).find((resource) => resource.kind === kind) ?? null;
	}

	return {
		find,
		pathOf: async (object, namespace) => {
			const resource = await find(object.apiVersion, object.kind);
			return resource && objectPath(resource, object.metadata.namespace ?? namespace, object.metadata.name);
		},
	};
}

/** `/api/v1/namespaces/x/secrets/y`; without `name` the collection. */
export function objectPath(resource: Omit<ResourceInfo, 'kind'>, namespace: string, name?: string): string {
	const scope = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
	return `${groupPath(resource.apiVersion)}${scope}/${resource.plural}${name ? `/${encodeURIComponent(name)}` : ''}`;
}

/** Collection paths of the kinds we use ourselves; spelled out so that the hot path needs no discovery. */
export function collection(plural: CoreCollection, namespace: string): string {
	return objectPath({ apiVersion: collections[plural], plural, namespaced: true }, namespace);
}
const collections = {
	configmaps: 'v1',
	secrets: 'v1',
	pods: 'v1',
	events: 'v1',
	persistentvolumeclaims: 'v1',
	deployments: 'apps/v1',
	statefulsets: 'apps/v1',
	daemonsets: 'apps/v1',
	replicasets: 'apps/v1',
	jobs: 'batch/v1',
	cronjobs: 'batch/v1',
} as const;
export type CoreCollection = keyof typeof collections;

function groupPath(apiVersion: string): string {
	return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

async function readGroup(read: (path: string) => Promise<unknown>, apiVersion: string): Promise<ResourceInfo[]> {
	try {
		const { resources } = ApiResourceList.parse(await read(groupPath(apiVersion)));
		return resources
			.filter((resource) => !resource.name.includes('/'))
			.map(({ kind, name, namespaced }) => ({ apiVersion, kind, plural: name, namespaced }));
	} catch (error) {
		if (refusalOf(error)?.status === 404) return [];
		throw error;
	}
}
