import type { z } from 'zod';
import type {
	EnvironmentCheck,
	EnvironmentRequest,
	EnvironmentResult,
	EnvironmentState,
	EnvironmentSweep,
	EnvironmentSwept,
	KeptSecret,
	ReleaseRef,
} from '@/lib/contracts/runner';
import { AppError, isRecord, textAt } from '@/lib/core';
import { MANAGED_BY, MANAGER, RELEASE_LABEL, sameData, secretData } from './environment-data';
import { OPERATION_LABEL } from './helm/args';
import type { KubeClient } from './kube/client';
import { collection } from './kube/discovery';
import { refusalOf } from './kube/errors';
import type { KubeObject } from './kube/schema';

const REVISION_LABEL = 'packyard.dev/revision';

/** ConfigMap and Secret of a revision share one name (DESIGN section 5). */
export function environmentName(release: string, revision: number): string {
	return `${release}-env-r${revision}`;
}

/**
 * Create the immutable ConfigMap and Secret of one revision, and the namespace when it is missing. Doing it again with
 * the same content changes nothing; other content under the same name throws `conflict`. Kept secrets are copied from
 * an older Secret of this release and never leave this process; a lost one throws `invalid_answers`.
 */
export async function ensureEnvironment(kube: KubeClient, request: EnvironmentRequest): Promise<EnvironmentResult> {
	const name = environmentName(request.release, request.revision);
	const secrets = { ...(await readKept(kube, request)), ...secretData(request.secrets) };
	await createOnce(kube, environmentObject(request, { kind: 'ConfigMap', name, data: request.config }));
	await createOnce(kube, environmentObject(request, { kind: 'Secret', name, data: secrets }));
	return {
		configMapName: name,
		secretName: name,
		configKeys: Object.keys(request.config).sort(),
		secretKeys: Object.keys(secrets).sort(),
	};
}

/** Does the environment of a revision exist, with which keys? Values are dropped here. */
export async function checkEnvironment(kube: KubeClient, request: EnvironmentCheck): Promise<EnvironmentState> {
	const { namespace, release, revision } = request;
	const name = environmentName(release, revision);
	const labels = `${MANAGED_BY}=${MANAGER},${RELEASE_LABEL}=${release},${REVISION_LABEL}=${revision}`;
	// One Secret, and one more for each time that plain values of this revision became secrets.
	const [config, secrets] = await Promise.all([
		kube.find(`${collection('configmaps', namespace)}/${name}`),
		kube.list(collection('secrets', namespace), { labels }),
	]);
	const present = config !== null && secrets.some(({ metadata }) => metadata.name === name);
	return { present, configKeys: keysOf(config), secretKeys: [...new Set(secrets.flatMap(keysOf))].sort() };
}

/** Delete the environments of this release whose revision is not kept. Safe to repeat. */
export async function sweepEnvironments(
	kube: KubeClient,
	request: EnvironmentSweep,
): Promise<z.infer<typeof EnvironmentSwept>> {
	const kept = request.keepRevisions.map(String);
	const deleted: string[] = [];
	for (const { path, object } of await listEnvironments(kube, request)) {
		if (kept.includes(object.metadata.labels?.[REVISION_LABEL] ?? '')) continue;
		if (await kube.remove(path)) deleted.push(`${object.kind} ${object.metadata.name}`);
	}
	return { deleted };
}

/** Every ConfigMap and Secret the runner created for this release. */
export async function listEnvironments(kube: KubeClient, { namespace, release }: ReleaseRef) {
	const labels = `${MANAGED_BY}=${MANAGER},${RELEASE_LABEL}=${release}`;
	const lists = await Promise.all(
		(['configmaps', 'secrets'] as const).map(async (plural) => {
			const path = collection(plural, namespace);
			const objects = await kube.list(path, { labels });
			return objects.map((object) => ({ path: `${path}/${object.metadata.name}`, object }));
		}),
	);
	return lists.flat();
}

/** True for objects the runner created for this release, whatever revision. */
export function isOwnEnvironment(object: KubeObject, release: string): boolean {
	const labels = object.metadata.labels ?? {};
	return labels[MANAGED_BY] === MANAGER && labels[RELEASE_LABEL] === release;
}

/**
 * Create the namespace when it is missing; never through Helm's --create-namespace, which needs a cluster-wide right
 * even when it exists. Without the right to look, later requests tell.
 */
export async function ensureNamespace(kube: KubeClient, namespace: string): Promise<void> {
	try {
		if (await kube.find(`/api/v1/namespaces/${namespace}`)) return;
	} catch (error) {
		if (refusalOf(error)?.status === 403) return;
		throw error;
	}
	await createNamespace(kube, namespace);
}

async function createNamespace(kube: KubeClient, namespace: string): Promise<void> {
	const metadata = { name: namespace, labels: { [MANAGED_BY]: MANAGER } };
	try {
		await kube.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
	} catch (error) {
		// Somebody else was faster, which is just as good.
		if (refusalOf(error)?.status !== 409) throw error;
	}
}

type Content = { kind: 'ConfigMap' | 'Secret'; name: string; data: Record<string, string> };
type EnvironmentObject = ReturnType<typeof environmentObject>;

/** An immutable object of one revision, with the labels everything finds it by. */
export function environmentObject(
	of: Pick<EnvironmentRequest, 'namespace' | 'release' | 'revision' | 'operationId'>,
	{ kind, name, data }: Content,
) {
	const labels = {
		[MANAGED_BY]: MANAGER,
		[RELEASE_LABEL]: of.release,
		[REVISION_LABEL]: String(of.revision),
		[OPERATION_LABEL]: of.operationId,
	};
	return {
		apiVersion: 'v1',
		kind,
		metadata: { name, namespace: of.namespace, labels },
		immutable: true,
		...(kind === 'Secret' && { type: 'Opaque' }),
		data,
	};
}

/** Create it; there already with the same content is just as good, with other content is a `conflict`. */
export async function createOnce(kube: KubeClient, object: EnvironmentObject): Promise<void> {
	const path = collection(object.kind === 'Secret' ? 'secrets' : 'configmaps', object.metadata.namespace);
	try {
		await kube.create(path, object);
	} catch (error) {
		const refusal = refusalOf(error);
		if (refusal?.status === 404) {
			await createNamespace(kube, object.metadata.namespace);
			return createOnce(kube, object);
		}
		if (refusal?.status === 403 && /being terminated/.test(refusal.message)) {
			throw new AppError('conflict', `The namespace ${object.metadata.namespace} is being deleted.`, {
				hint: 'Wait until it is gone, then try again.',
				cause: error,
			});
		}
		if (refusal?.status !== 409) throw error;
		await assertSame(kube, path, object);
	}
}

/** An object with this name is there already: fine when it says the same, whoever wrote it for this revision. */
async function assertSame(kube: KubeClient, path: string, object: EnvironmentObject): Promise<void> {
	const existing = await kube.find(`${path}/${object.metadata.name}`);
	if (existing && sameData(existing, object.data)) return;
	throw new AppError('conflict', `${object.kind} ${object.metadata.name} already exists with other content.`, {
		hint: 'Another operation has written this revision. Look at the install again and start a new operation.',
		details: { operationId: existing?.metadata.labels?.[OPERATION_LABEL] ?? null },
	});
}

/** Base64 values of the secrets carried over, by their new key. Only Secrets of this release may be read. */
async function readKept(kube: KubeClient, request: EnvironmentRequest): Promise<Record<string, string>> {
	const names = [...new Set(request.keep.map(({ fromSecret }) => fromSecret))];
	const sources = new Map<string, KubeObject | null>();
	for (const name of names) {
		const source = await kube.find(`${collection('secrets', request.namespace)}/${name}`);
		if (source && !isOwnEnvironment(source, request.release)) {
			throw new AppError('forbidden', `The Secret ${name} does not belong to this install.`);
		}
		sources.set(name, source);
	}
	const lost: KeptSecret[] = [];
	const values: Record<string, string> = {};
	for (const kept of request.keep) {
		const value = textAt(sources.get(kept.fromSecret), 'data', kept.fromKey);
		if (value === undefined) lost.push(kept);
		else values[kept.key] = value;
	}
	if (lost.length === 0) return values;
	throw new AppError('invalid_answers', 'Some secrets that were to be kept are no longer in the cluster.', {
		hint: 'Enter them again.',
		invalidParams: lost.map(({ key, fromKey, fromSecret }) => ({
			name: key,
			reason: `${fromKey} is not in the Secret ${fromSecret} any more; enter it again.`,
		})),
	});
}

function keysOf(object: KubeObject | null): string[] {
	return isRecord(object?.data) ? Object.keys(object.data).sort() : [];
}
