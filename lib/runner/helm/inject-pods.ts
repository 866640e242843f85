import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';

/** Kinds whose pods are started from `spec.template`. */
const TEMPLATED = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'];

/** All containers and init containers of the workloads in one parsed document (a `List` is walked). */
export function containersOf(document: Document.Parsed, root: unknown): { workload: string; node: YAMLMap }[] {
	const object = resolved(document, root);
	if (!isMap(object)) return [];
	const kind = textOf(document, object, 'kind') ?? '';
	if (kind === 'List') {
		const items = lookup(document, object, 'items');
		return isSeq(items) ? items.items.flatMap((item) => containersOf(document, item)) : [];
	}
	const pod = podOf(document, object, kind);
	if (!pod) return [];
	const metadata = lookup(document, object, 'metadata');
	const name = isMap(metadata) ? (textOf(document, metadata, 'name') ?? '') : '';
	const found: { workload: string; node: YAMLMap }[] = [];
	for (const list of ['initContainers', 'containers']) {
		const containers = lookup(document, pod, list);
		if (!isSeq(containers)) continue;
		for (const item of containers.items) {
			const node = resolved(document, item);
			// Two aliases of one container are one place in the text.
			if (isMap(node) && !found.some((other) => other.node === node)) found.push({ workload: `${kind} ${name}`, node });
		}
	}
	return found;
}

/** Repository of an image: without tag and digest, Docker Hub's short forms written out. */
export function imageName(image: string): string {
	const [withoutDigest = ''] = image.split('@');
	const slash = withoutDigest.lastIndexOf('/');
	const colon = withoutDigest.lastIndexOf(':');
	const name = colon > slash ? withoutDigest.slice(0, colon) : withoutDigest;
	const [first = '', ...rest] = name.split('/');
	if (rest.length === 0) return `docker.io/library/${first}`;
	const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
	return hasHost ? name : `docker.io/${name}`;
}

/** Follow an alias to the node it names. */
export function resolved(document: Document.Parsed, node: unknown): Node | undefined {
	if (isAlias(node)) return resolved(document, node.resolve(document));
	return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

/** Value of a key, looked up through aliases and YAML 1.1 merge keys (`<<`), which Helm's parser honours. */
export function lookup(document: Document.Parsed, map: YAMLMap, key: string): Node | undefined {
	const own = map.get(key, true);
	if (own !== undefined) return resolved(document, own);
	const merged = resolved(document, map.get('<<', true));
	const sources = isSeq(merged) ? merged.items : [merged];
	for (const source of sources) {
		const base = resolved(document, source);
		const found = isMap(base) ? lookup(document, base, key) : undefined;
		if (found) return found;
	}
	return undefined;
}

/** The text of a scalar member. */
export function textOf(document: Document.Parsed, map: YAMLMap, key: string): string | undefined {
	const value = lookup(document, map, key);
	return isScalar(value) ? String(value.value ?? '') : undefined;
}

function podOf(document: Document.Parsed, object: YAMLMap, kind: string): YAMLMap | undefined {
	if (kind === 'Pod') return walk(document, object, ['spec']);
	if (kind === 'CronJob') return walk(document, object, ['spec', 'jobTemplate', 'spec', 'template', 'spec']);
	return TEMPLATED.includes(kind) ? walk(document, object, ['spec', 'template', 'spec']) : undefined;
}

function walk(document: Document.Parsed, start: YAMLMap, path: readonly string[]): YAMLMap | undefined {
	let current = start;
	for (const key of path) {
		const next = lookup(document, current, key);
		if (!isMap(next)) return undefined;
		current = next;
	}
	return current;
}
