import type { LeakScanRequest, LeakScanResult } from '@/lib/contracts/runner';
import { AppError, isRecord, textAt } from '@/lib/core';
import { environmentName, isOwnEnvironment } from './environment';
import { readSecretValues } from './environment-data';
import { decodeRecord, listRecords } from './helm/records';
import type { KubeClient } from './kube/client';
import { type CoreCollection, collection } from './kube/discovery';
import type { KubeObject } from './kube/schema';
import { createLeakSearch } from './leak-search';

/** Where a value of the revision's Secret must never stand, besides release records and other Secrets. */
const PLACES: readonly [CoreCollection, string, string][] = [
	['configmaps', 'ConfigMap', 'ConfigMaps'],
	['deployments', 'Deployment', 'workloads'],
	['statefulsets', 'StatefulSet', 'workloads'],
	['daemonsets', 'DaemonSet', 'workloads'],
	['replicasets', 'ReplicaSet', 'workloads'],
	['jobs', 'Job', 'workloads'],
	['cronjobs', 'CronJob', 'workloads'],
	['pods', 'Pod', 'workloads'],
	['events', 'Event', 'events'],
];

type Place = { place: string; group: string; content: unknown };

/**
 * Search every place outside the revision's Secret for its values: all kept Helm records (unpacked), ConfigMaps,
 * workloads, pods and events of the namespace, and the chart's own Secrets. Reports keys and places, never a value.
 * Throws `not_found` when the revision has no Secret: an empty result would claim more than was looked at.
 */
export async function scanForLeaks(kube: KubeClient, request: LeakScanRequest): Promise<LeakScanResult> {
	const { namespace, release, revision } = request;
	const name = environmentName(release, revision);
	const values = await readSecretValues(kube, namespace, name);
	if (values.size === 0 && !(await kube.find(`${collection('secrets', namespace)}/${name}`))) {
		throw new AppError('not_found', `The Secret ${name} of revision ${revision} does not exist.`);
	}
	const search = createLeakSearch(values);
	const counts = new Map<string, number>();
	const leaks: LeakScanResult['leaks'] = [];
	for (const { place, group, content } of await readPlaces(kube, request, new Set(values.keys()))) {
		counts.set(group, (counts.get(group) ?? 0) + 1);
		for (const key of search.keysIn(content)) leaks.push({ key, place });
	}
	const secrets = values.size;
	values.clear();
	return {
		scanned: [...counts].map(([place, count]) => ({ place, count })),
		leaks,
		secrets,
		skipped: search.skipped,
	};
}

async function readPlaces(kube: KubeClient, request: LeakScanRequest, keys: ReadonlySet<string>): Promise<Place[]> {
	const { namespace, release } = request;
	const current = environmentName(release, request.revision);
	const [records, secrets, ...lists] = await Promise.all([
		listRecords(kube, request),
		kube.list(collection('secrets', namespace)),
		...PLACES.map(async ([plural, kind, group]) => {
			const objects = await kube.list(collection(plural, namespace));
			return objects.map((object) => ({
				place: `${kind} ${object.metadata.name}`,
				group,
				content: searchable(
					isOwnEnvironment(object, release) && object.metadata.name !== current ? withoutKeys(object, keys) : object,
				),
			}));
		}),
	]);
	return [
		...records.map(({ secret, revision }) => ({
			place: `Helm release record v${revision}`,
			group: 'release records',
			content: decodeRecord(secret),
		})),
		...secrets
			.filter((secret) => belongsTo(secret, release) && !isOwnEnvironment(secret, release))
			.map((secret) => ({
				place: `Secret ${secret.metadata.name}`,
				group: 'other Secrets',
				content: searchable(secret),
			})),
		...lists.flat(),
	];
}

/** A key that was plain in an older state stands in its ConfigMap rightly, until it is moved (conceal.ts). */
function withoutKeys(object: KubeObject, keys: ReadonlySet<string>): KubeObject {
	const data = isRecord(object.data) ? Object.entries(object.data).filter(([key]) => !keys.has(key)) : [];
	return { ...object, data: Object.fromEntries(data) };
}

/** Everything but the bookkeeping of the server, which only repeats names of fields. */
function searchable(object: KubeObject): unknown {
	const { managedFields: _managedFields, ...metadata } = object.metadata;
	return { ...object, metadata };
}

/** Secrets of other packs in the namespace may hold the same value rightly. */
function belongsTo(secret: KubeObject, release: string): boolean {
	if (textAt(secret, 'type') === 'helm.sh/release.v1') return false;
	const { labels, annotations } = secret.metadata;
	return annotations?.['meta.helm.sh/release-name'] === release || labels?.['app.kubernetes.io/instance'] === release;
}
