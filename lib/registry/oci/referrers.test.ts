import { expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import type { FetchedManifest, OciClient } from './client';
import { listReferrers, newestReferrer } from './referrers';
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

const THIRD = `sha256:${'3'.repeat(64)}`;

test.each([
	['by its time, wherever it is listed', '2026-03-01T00:00:00Z', '2026-02-01T00:00:00Z', OTHER],
	['by its place when times are equal', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', THIRD],
	['by its time when only one has any', '2026-02-01T00:00:00Z', undefined, OTHER],
	['by its place when none has any', undefined, undefined, THIRD],
	['by its place when times make no sense', 'yesterday', 'tomorrow', THIRD],
])('of several the newest counts: %s', async (_title, first, last, expected) => {
	const at = (time: string | undefined) => ({
		...attached(SUBJECT, TYPE),
		annotations: time === undefined ? {} : { 'org.opencontainers.image.created': time },
	});
	const client = registry({ [OTHER]: { digest: OTHER, json: at(first) }, [THIRD]: { digest: THIRD, json: at(last) } }, [
		index(entry(OTHER, TYPE), entry(THIRD, TYPE)),
	]);

	expect(newestReferrer(await listReferrers(client, 'x', { digest: SUBJECT, type: TYPE }))?.digest).toBe(expected);
});

test('what matters is found behind any number of signatures', async () => {
	const signature = entry(OTHER, 'application/vnd.dev.sigstore.bundle.v0.3+json');
	const client = registry({ [THIRD]: { digest: THIRD, json: attached(SUBJECT, TYPE) } }, [
		index(...Array.from({ length: 80 }, () => signature), entry(THIRD, TYPE)),
	]);

	expect(await listReferrers(client, 'x', { digest: SUBJECT, type: TYPE })).toHaveLength(1);
	expect(newestReferrer([])).toBeNull();
});
