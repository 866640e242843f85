import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Reference = z.object({ name: z.string() });
const Kept = z.object({
	put: z.object({
		kind: z.string(),
		metadata: z.object({
			name: z.string(),
			namespace: z.string().optional(),
			labels: z.record(z.string(), z.string()).optional(),
			resourceVersion: z.coerce.number(),
		}),
		data: z.record(z.string(), z.string()).optional(),
		spec: z
			.object({
				containers: z
					.array(
						z.object({
							envFrom: z
								.array(z.object({ configMapRef: Reference.optional(), secretRef: Reference.optional() }))
								.optional(),
						}),
					)
					.optional(),
			})
			.optional(),
	}),
});
type Kept = z.infer<typeof Kept>['put'];

/** A pretend cluster in another process, read from the file in which it writes everything down. */
export type KeptCluster = {
	/** `Kind name` of all that is there now, in one namespace. */
	names(namespace: string): string[];
	/** What the containers of the newest pod of a release get from ConfigMaps and Secrets, as in the pod. */
	environment(namespace: string, release: string): Record<string, string>;
};

/** Throws when the file is not there or cannot be read. */
export async function readKeptCluster(dataDir: string): Promise<KeptCluster> {
	const text = await readFile(join(dataDir, 'sandbox', 'cluster.jsonl'), 'utf8');
	const [, ...lines] = text.split('\n').filter(Boolean);
	const objects = new Map<string, Kept>();
	const changes: unknown[] = lines.map((line) => JSON.parse(line));
	for (const change of changes.sort((a, b) => versionOf(a) - versionOf(b))) {
		const uid = uidOf(change);
		const parsed = Kept.safeParse(change);
		if (parsed.success) objects.set(uid, parsed.data.put);
		else objects.delete(uid);
	}
	const inNamespace = (namespace: string) =>
		[...objects.values()].filter(({ metadata }) => metadata.namespace === namespace);
	return {
		names: (namespace) =>
			inNamespace(namespace)
				.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
				.sort(),
		environment: (namespace, release) => {
			const all = inNamespace(namespace);
			const [pod] = all
				.filter(({ kind, metadata }) => kind === 'Pod' && metadata.labels?.['app.kubernetes.io/instance'] === release)
				.sort((a, b) => b.metadata.resourceVersion - a.metadata.resourceVersion);
			const dataOf = (kind: string, name: string | undefined) =>
				all.find((object) => object.kind === kind && object.metadata.name === name)?.data ?? {};
			const found: Record<string, string> = {};
			for (const { configMapRef, secretRef } of pod?.spec?.containers?.[0]?.envFrom ?? []) {
				Object.assign(found, dataOf('ConfigMap', configMapRef?.name));
				for (const [key, value] of Object.entries(dataOf('Secret', secretRef?.name)))
					found[key] = Buffer.from(value, 'base64').toString();
			}
			return found;
		},
	};
}

const Ordered = z.union([
	z.object({ put: z.object({ metadata: z.object({ uid: z.string(), resourceVersion: z.coerce.number() }) }) }),
	z.object({ drop: z.string(), resourceVersion: z.number() }),
]);

function versionOf(change: unknown): number {
	const ordered = Ordered.parse(change);
	return 'put' in ordered ? ordered.put.metadata.resourceVersion : ordered.resourceVersion;
}

function uidOf(change: unknown): string {
	const ordered = Ordered.parse(change);
	return 'put' in ordered ? ordered.put.metadata.uid : ordered.drop;
}
