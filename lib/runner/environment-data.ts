import { timingSafeEqual } from 'node:crypto';
import type { ReleaseRef } from '@/lib/contracts/runner';
import { isRecord, Secret, textAt } from '@/lib/core';
import type { KubeClient } from './kube/client';
import { collection } from './kube/discovery';
import type { KubeObject } from './kube/schema';

/** Labels of every object the runner itself creates. */
export const RELEASE_LABEL = 'packyard.dev/release';
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGER = 'packyard';

/** `data` of a Kubernetes Secret: base64 of UTF-8. */
export function secretData(values: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** True when the object holds exactly these keys with these values (as they stand in `data`). */
export function sameData(object: KubeObject, wanted: Readonly<Record<string, string>>): boolean {
	const actual = isRecord(object.data) ? object.data : {};
	const keys = Object.keys(wanted);
	if (keys.length !== Object.keys(actual).length) return false;
	return keys.every((key) => {
		const value = actual[key];
		return typeof value === 'string' && sameText(value, wanted[key] ?? '');
	});
}

/** The values of a Secret as living `Secret`s by key; empty when the Secret does not exist. */
export async function readSecretValues(
	kube: KubeClient,
	namespace: string,
	name: string,
): Promise<Map<string, Secret>> {
	return valuesOf(await kube.find(`${collection('secrets', namespace)}/${name}`));
}

/**
 * Every value of every kept revision of a release, to hold while something reads or renders its objects: a chart can
 * copy an old value just as well as the new one.
 */
export async function holdSecrets(kube: KubeClient, { namespace, release }: ReleaseRef): Promise<Map<string, Secret>> {
	const labels = `${MANAGED_BY}=${MANAGER},${RELEASE_LABEL}=${release}`;
	const held = new Map<string, Secret>();
	for (const object of await kube.list(collection('secrets', namespace), { labels }))
		for (const [key, secret] of valuesOf(object)) held.set(`${object.metadata.name}/${key}`, secret);
	return held;
}

function valuesOf(object: KubeObject | null): Map<string, Secret> {
	const keys = isRecord(object?.data) ? Object.keys(object.data) : [];
	return new Map(
		keys.map((key) => [key, new Secret(Buffer.from(textAt(object, 'data', key) ?? '', 'base64').toString('utf8'))]),
	);
}

function sameText(a: string, b: string): boolean {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
}
