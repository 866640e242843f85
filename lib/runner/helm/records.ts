import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { ReleaseRef } from '@/lib/contracts/runner';
import { AppError, isRecord, textAt } from '@/lib/core';
import type { KubeClient } from '../kube/client';
import { collection } from '../kube/discovery';
import type { KubeObject } from '../kube/schema';
import { FENCE_LABEL, OPERATION_LABEL } from './args';

/** A release record as its labels describe it; cheap, nothing is decoded. */
export type RecordHead = {
	secretName: string;
	revision: number;
	status: string;
	operationId: string | null;
	/** The claim that wrote it; 0 for records that are not ours. */
	fence: number;
	secret: KubeObject;
};

/** What we read of a decoded record. `config` (the values) and chart templates are left out on purpose. */
export const ReleaseContent = z.object({
	version: z.int(),
	manifest: z.string().default(''),
	info: z.object({ status: z.string(), last_deployed: z.string().optional() }),
	hooks: z
		.array(
			z.object({
				name: z.string(),
				kind: z.string(),
				manifest: z.string().default(''),
				delete_policies: z.array(z.string()).nullish(),
			}),
		)
		.nullish(),
	chart: z
		.object({
			metadata: z.object({ name: z.string(), version: z.string() }),
			files: z.array(z.object({ name: z.string() })).nullish(),
		})
		.nullish(),
});
export type ReleaseContent = z.infer<typeof ReleaseContent>;

const PENDING = /^(pending-(install|upgrade|rollback)|uninstalling)$/;
const MAX_RECORD = 128 * 1024 * 1024;

/** All records of a release, newest first. */
export async function listRecords(kube: KubeClient, ref: ReleaseRef): Promise<RecordHead[]> {
	const labels = `owner=helm,name=${ref.release}`;
	const secrets = await kube.list(collection('secrets', ref.namespace), { labels });
	return secrets.map(headOf).sort((a, b) => b.revision - a.revision);
}

/** True for the states that only a running Helm may leave behind. */
export function isPending(head: RecordHead): boolean {
	return PENDING.test(head.status);
}

/** The record that describes what runs: the newest that was deployed, else the newest at all. */
export function currentRecord(records: readonly RecordHead[]): RecordHead | null {
	return records.find(({ status }) => status === 'deployed') ?? records[0] ?? null;
}

/** Nothing of this release was ever deployed, and the last attempt failed: install hooks have to run again. */
export function isFailedFirstInstall(records: readonly RecordHead[]): boolean {
	return (
		records[0]?.status === 'failed' && !records.some(({ status }) => status === 'deployed' || status === 'superseded')
	);
}

export function contentOf(head: RecordHead): ReleaseContent {
	const parsed = ReleaseContent.safeParse(decodeRecord(head.secret));
	if (parsed.success) return parsed.data;
	// No cause: zod's issues can quote parts of the record.
	throw new AppError('upstream_invalid', `The Helm record ${head.secretName} does not look like a release.`);
}

/** `data.release` = base64 (Kubernetes) of base64 (Helm) of gzip of JSON; the same in Helm 3 and 4. */
export function decodeRecord(secret: KubeObject): unknown {
	try {
		const inner = Buffer.from(textAt(secret, 'data', 'release') ?? '', 'base64').toString('latin1');
		return JSON.parse(gunzipSync(Buffer.from(inner, 'base64'), { maxOutputLength: MAX_RECORD }).toString('utf8'));
	} catch (cause) {
		throw new AppError('upstream_invalid', `The Helm record ${secret.metadata.name} cannot be decoded.`, { cause });
	}
}

/** The inverse of `decodeRecord`. */
export function encodeRecord(release: unknown): string {
	const inner = gzipSync(JSON.stringify(release)).toString('base64');
	return Buffer.from(inner).toString('base64');
}

/** The same record Secret saying `failed`, with a description that tells why. Pure. */
export function markFailed(secret: KubeObject, description: string): KubeObject {
	const release = decodeRecord(secret);
	if (!isRecord(release)) throw new AppError('upstream_invalid', `The Helm record ${secret.metadata.name} is empty.`);
	const info = isRecord(release.info) ? release.info : {};
	const failed = { ...release, info: { ...info, status: 'failed', description } };
	const data = isRecord(secret.data) ? secret.data : {};
	return {
		...secret,
		metadata: { ...secret.metadata, labels: { ...secret.metadata.labels, status: 'failed' } },
		data: { ...data, release: encodeRecord(failed) },
	};
}

function headOf(secret: KubeObject): RecordHead {
	const labels = secret.metadata.labels ?? {};
	return {
		secretName: secret.metadata.name,
		revision: Number.parseInt(labels.version ?? '0', 10) || 0,
		status: labels.status ?? 'unknown',
		operationId: labels[OPERATION_LABEL] ?? null,
		fence: Number.parseInt(labels[FENCE_LABEL] ?? '0', 10) || 0,
		secret,
	};
}
