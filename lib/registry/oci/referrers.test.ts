import { expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import type { FetchedManifest, OciClient } from './client';
import { listReferrers } from './referrers';
import { MANIFEST_TYPES, OciManifest } from './schema';

const SUBJECT = `sha256:${'1'.repeat(64)}`;
const OTHER = `sha256:${'2'.repeat(64)}`;
const TYPE = 'application/vnd.khal.pack-manifest.v1+json';
const FALLBACK = SUBJECT.replace(':', '-');

/** The two questions `listReferrers` asks, answered from `manifests` by digest or tag. */
function registry(manifests: Record<string, { digest: string; json: unknown }>, pages: unknown[] | null) {
	const client: Pick<OciClient, 'manifest' | 'referrerPages'> = {
		async manifest(_repository, reference): Promise<FetchedManifest> {
			const found = manifests[reference];
			if (!found) throw new AppError('not_found', 'not there');
			const json = OciManifest.parse(found.json);
			const mediaType = json.manifests ? MANIFEST_TYPES[1] : MANIFEST_TYPES[0];
			return { digest: found.digest, mediaType, bytes: new Uint8Array(), json };
		},
		referrerPages: async () => (pages === null ? null : pages.map((page) => OciManifest.parse(page))),
	};
	return client;
}

const entry = (digest: string, artifactType?: string) => ({
	mediaType: MANIFEST_TYPES[0],
	digest,
	size: 2,
	artifactType,
});
const index = (...manifests: unknown[]) => ({ schemaVersion: 2, manifests });
const attached = (subject: string, artifactType: string) => ({
	schemaVersion: 2,
	artifactType,
	layers: [],
	subject: entry(subject),
});

test('the fallback index is not believed: the type is read from the manifest itself', async () => {
	const wrongType = entry(OTHER, 'application/vnd.oci.empty.v1+json');
	const client = registry(
		{
			[FALLBACK]: { digest: `sha256:${'9'.repeat(64)}`, json: index(wrongType) },
			[OTHER]: { digest: OTHER, json: attached(SUBJECT, TYPE) },
		},
		null,
	);

	expect((await listReferrers(client, 'x', { digest: SUBJECT, type: TYPE })).map(({ digest }) => digest)).toEqual([
		OTHER,
	]);
});

test('a manifest about another subject is no referrer', async () => {
	const client = registry({ [OTHER]: { digest: OTHER, json: attached(OTHER, TYPE) } }, [index(entry(OTHER, TYPE))]);

	expect(await listReferrers(client, 'x', { digest: SUBJECT })).toEqual([]);
});

test('a fallback tag that resolves to the subject itself (GitLab) means none', async () => {
	const client = registry({ [FALLBACK]: { digest: SUBJECT, json: index(entry(OTHER)) } }, null);

	expect(await listReferrers(client, 'x', { digest: SUBJECT })).toEqual([]);
});

test('no API and no fallback tag mean none, and a listed manifest that is gone is skipped', async () => {
	expect(await listReferrers(registry({}, null), 'x', { digest: SUBJECT })).toEqual([]);
	expect(await listReferrers(registry({}, [index(entry(OTHER, TYPE))]), 'x', { digest: SUBJECT })).toEqual([]);
});
