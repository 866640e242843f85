import { isAppError } from '@/lib/core';
import type { FetchedManifest, OciClient } from './client';
import { INDEX_TYPES, type OciDescriptor } from './schema';

export type Referrer = { digest: string; artifactType: string; manifest: FetchedManifest };

/** The two questions that are asked. */
type ReferrerReader = Pick<OciClient, 'manifest' | 'referrerPages'>;

/** What is known about a registry and repository beforehand, to spare requests that can only fail. */
export type KnownTags = {
	hasNoApi(): boolean;
	sawNoApi(): void;
	/** All tags, null when they are not listed anyway. */
	tags(signal?: AbortSignal): Promise<readonly string[] | null>;
};

type Question = {
	digest: string;
	type?: string;
	known?: KnownTags;
	signal?: AbortSignal | undefined;
};

/** The latest ones, in the order of the registry. */
const MOST_REFERRERS = 50;
const CREATED = 'org.opencontainers.image.created';

/**
 * Artifacts attached to `digest`, those of `type` when given. Works with the referrers API and with the fallback tag
 * (GHCR, distribution), and survives what is known of both (facts/registries.md section 3.6): the type is read from
 * each manifest because cosign before 3.1 writes a wrong one into the index, a manifest counts only when its subject
 * is ours, and GitLab answers the fallback tag with the subject itself.
 */
export async function listReferrers(
	client: ReferrerReader,
	repository: string,
	{ digest, type, known, signal }: Question,
): Promise<Referrer[]> {
	const pages = known?.hasNoApi() ? null : await client.referrerPages(repository, digest, signal);
	if (pages === null) known?.sawNoApi();
	const native = pages?.flatMap((page) => page.manifests ?? []) ?? null;
	const entries = native ?? (await fallbackEntries(client, repository, { digest, known, signal }));
	// A registry with the API indexes the real type, so what it names otherwise need not be read.
	const wanted = entries.filter(
		(entry) => native === null || type === undefined || !entry.artifactType || entry.artifactType === type,
	);
	const found: Referrer[] = [];
	for (const entry of wanted.slice(-MOST_REFERRERS)) {
		const referrer = await readReferrer(client, repository, entry, signal);
		if (referrer === null || referrer.manifest.json.subject?.digest !== digest) continue;
		if (type === undefined || referrer.artifactType === type) found.push(referrer);
	}
	return found;
}

/**
 * The one of several that counts: a later addition replaces an earlier one. By the time they carry where any does
 * (`oras attach` writes it); else, and for equal times, the last one listed, because registries append.
 */
export function newestReferrer(found: readonly Referrer[]): Referrer | null {
	const timeOf = ({ manifest }: Referrer) => Date.parse(manifest.json.annotations?.[CREATED] ?? '') || 0;
	return found.reduce<Referrer | null>((best, one) => (best && timeOf(best) > timeOf(one) ? best : one), null);
}

async function fallbackEntries(
	client: ReferrerReader,
	repository: string,
	{ digest, known, signal }: { digest: string; known: KnownTags | undefined; signal: AbortSignal | undefined },
): Promise<OciDescriptor[]> {
	const tag = digest.replace(':', '-');
	const tags = (await known?.tags(signal)) ?? null;
	if (tags !== null && !tags.includes(tag)) return [];
	const index = await unlessMissing(client.manifest(repository, tag, signal));
	if (index === null || index.digest === digest || !INDEX_TYPES.includes(index.mediaType)) return [];
	return index.json.manifests ?? [];
}

/** A listed manifest that is gone is no referrer: the fallback index is updated without a lock and can be stale. */
async function readReferrer(
	client: ReferrerReader,
	repository: string,
	entry: OciDescriptor,
	signal: AbortSignal | undefined,
): Promise<Referrer | null> {
	const manifest = await unlessMissing(client.manifest(repository, entry.digest, signal));
	if (manifest === null) return null;
	const artifactType = manifest.json.artifactType ?? manifest.json.config?.mediaType ?? '';
	return { digest: manifest.digest, artifactType, manifest };
}

async function unlessMissing<T>(pending: Promise<T>): Promise<T | null> {
	return pending.catch((error: unknown) => (isAppError(error, 'not_found') ? null : Promise.reject(error)));
}
