import type { ReleaseRef } from '@/lib/contracts/runner';
import { isRecord, listAt, textAt } from '@/lib/core';
import { parseManifest, type RenderedObject } from './helm/documents';
import { contentOf, currentRecord, listRecords, type RecordHead, type ReleaseContent } from './helm/records';
import type { KubeClient } from './kube/client';
import { collection } from './kube/discovery';
import type { KubeObject } from './kube/schema';

/** What Helm's records say about a release. */
export type ReleaseObjects = {
	/** Newest first. */
	records: RecordHead[];
	/** The record that describes what runs; null when Helm knows nothing of the release. */
	current: RecordHead | null;
	content: ReleaseContent | null;
	/** Objects of its manifest, without hooks. */
	objects: RenderedObject[];
};

/** Read the records of a release and the manifest of the current one. */
export async function readRelease(kube: KubeClient, ref: ReleaseRef): Promise<ReleaseObjects> {
	const records = await listRecords(kube, ref);
	const current = currentRecord(records);
	const content = current && contentOf(current);
	return { records, current, content, objects: content ? parseManifest(content.manifest) : [] };
}

/** Claims of the StatefulSets among `objects`: `<template>-<set>-<ordinal>`. Helm never deletes them. */
export async function volumesOf(
	kube: KubeClient,
	namespace: string,
	objects: readonly KubeObject[],
): Promise<KubeObject[]> {
	const patterns = objects.filter(({ kind }) => kind === 'StatefulSet').flatMap(claimPatterns);
	if (patterns.length === 0) return [];
	const claims = await kube.list(collection('persistentvolumeclaims', namespace));
	return claims.filter(({ metadata }) => patterns.some((pattern) => pattern.test(metadata.name)));
}

/** `helm.sh/resource-policy: keep` makes Helm leave an object behind. */
export function isKept(object: KubeObject): boolean {
	return object.metadata.annotations?.['helm.sh/resource-policy']?.trim() === 'keep';
}

function claimPatterns(set: KubeObject): RegExp[] {
	const templates = isRecord(set.spec) ? listAt(set.spec, 'volumeClaimTemplates') : [];
	const names = templates.map((template) => textAt(template, 'metadata', 'name') ?? '');
	return names.map((template) => new RegExp(`^${escapeRegExp(template)}-${escapeRegExp(set.metadata.name)}-\\d+$`));
}

function escapeRegExp(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
