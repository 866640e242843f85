import type { EnvironmentConceal, EnvironmentConcealed } from '@/lib/contracts/runner';
import { AppError, isRecord } from '@/lib/core';
import { createOnce, environmentName, environmentObject, isOwnEnvironment } from './environment';
import { secretData } from './environment-data';
import type { KubeClient } from './kube/client';
import { collection } from './kube/discovery';

/**
 * Take plain values that have become secrets out of the ConfigMap of an old revision, into an immutable Secret beside
 * it, so that going back to that revision still finds them. The Secret comes first, and the revision's own Secret is not
 * touched: whenever this stops half-way, nothing is lost and doing it again ends it. Throws `conflict` while a pod still
 * starts from that ConfigMap.
 */
export async function concealEnvironment(kube: KubeClient, request: EnvironmentConceal): Promise<EnvironmentConcealed> {
	const { namespace, release, revision, by } = request;
	const name = environmentName(release, revision);
	const secretName = `${name}-moved-r${by}`;
	const [config, moved] = await Promise.all([
		kube.find(`${collection('configmaps', namespace)}/${name}`),
		kube.find(`${collection('secrets', namespace)}/${secretName}`),
	]);
	if (config !== null && !isOwnEnvironment(config, release))
		throw new AppError('forbidden', `The ConfigMap ${name} does not belong to this install.`);
	const plain = textsOf(config?.data);
	const found = plain.filter(([key]) => request.keys.includes(key));
	if (found.length === 0) {
		// Only the last step of an earlier attempt is left; or there is nothing of that revision any more.
		if (config === null && moved !== null) await createConfig(kube, request, { name, data: request.config });
		return { secretName, keys: textsOf(moved?.data).map(([key]) => key) };
	}
	await assertUnused(kube, namespace, name);
	const data = secretData(Object.fromEntries(found));
	await createOnce(kube, environmentObject(request, { kind: 'Secret', name: secretName, data }));
	await kube.remove(`${collection('configmaps', namespace)}/${name}`);
	const rest = Object.fromEntries(plain.filter(([key]) => !request.keys.includes(key)));
	await createConfig(kube, request, { name, data: rest });
	return { secretName, keys: Object.keys(data) };
}

function createConfig(
	kube: KubeClient,
	request: EnvironmentConceal,
	content: { name: string; data: Record<string, string> },
) {
	return createOnce(kube, environmentObject(request, { kind: 'ConfigMap', ...content }));
}

/** A container that restarts reads its ConfigMap again: a pod of the old revision must not come up without the value. */
async function assertUnused(kube: KubeClient, namespace: string, name: string): Promise<void> {
	const pods = await kube.list(collection('pods', namespace));
	const user = pods.find(
		({ metadata, spec }) =>
			metadata.deletionTimestamp === undefined && JSON.stringify(spec ?? {}).includes(`"${name}"`),
	);
	if (user === undefined) return;
	throw new AppError('conflict', `The pod ${user.metadata.name} still starts from ${name}.`, {
		hint: 'The values are moved with the next operation, when that pod is gone.',
	});
}

function textsOf(data: unknown): [string, string][] {
	if (!isRecord(data)) return [];
	return Object.entries(data).flatMap(([key, value]): [string, string][] =>
		typeof value === 'string' ? [[key, value]] : [],
	);
}
