import type { Statement } from '@/lib/db';
import type { PackFacts } from './facts';
import type { ReadVersion } from './store';

/**
 * Statements of a first reading: packs, their versions and what lists show of them, hundreds of rows at once. All
 * columns travel as one JSON parameter; a VALUES list of them costs more than the insert.
 */

/** A name that another source's pack has already is told apart by the source. */
export function insertPacks(
	source: { id: string; name: string },
	packs: readonly { id: string; key: string }[],
): Statement {
	const suffix = `-${source.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
	return {
		text: `
			INSERT INTO pack (id, source_id, key, slug, name, description, author, shape)
			SELECT id, $1::uuid, key, CASE WHEN EXISTS (SELECT 1 FROM pack WHERE slug = item.key) THEN key || $2 ELSE key END,
				key, '', '', 'unknown'
			FROM jsonb_to_recordset($3::jsonb) AS item(id uuid, key text)`,
		values: [source.id, suffix, JSON.stringify(packs)],
	};
}

/** New versions. Another replica may have taken over meanwhile and written the same; both read the same bytes. */
export function insertVersions(versions: readonly ReadVersion[], now: Date): Statement {
	return {
		text: `
			INSERT INTO pack_version (id, pack_id, version, prerelease, published_at, chart, frontends, manifest, manifest_raw,
				manifest_origin, manifest_digest, warnings, blockers, disagreements, installable, reasons, notes, first_seen_at)
			SELECT gen_random_uuid(), "packId", version, prerelease, "publishedAt", nullif(chart, 'null'), frontends,
				nullif(manifest, 'null'), "manifestRaw", "manifestOrigin", "manifestDigest", warnings, blockers, disagreements,
				installable, reasons, notes, $2::timestamptz
			FROM jsonb_to_recordset($1::jsonb) AS item("packId" uuid, version text, prerelease boolean,
				"publishedAt" timestamptz, chart jsonb, frontends jsonb, manifest jsonb, "manifestRaw" text,
				"manifestOrigin" text, "manifestDigest" text, warnings jsonb, blockers jsonb, disagreements jsonb,
				installable boolean, reasons jsonb, notes text)
			ON CONFLICT (pack_id, version) DO NOTHING`,
		values: [JSON.stringify(versions), now.toISOString()],
	};
}

/** Packs read to their end. */
export function updatePacks(packs: readonly ({ id: string; fingerprint: string } & PackFacts)[], now: Date): Statement {
	return {
		text: `
			UPDATE pack SET missing_syncs = 0, fingerprint = item.fingerprint, looked_at = $2::timestamptz, name = item.name,
				description = item.description, author = item.author, shape = item.shape, updated_at = item."updatedAt",
				latest_version = item."latestVersion", version_count = item."versionCount", installable = item.installable,
				reasons = item.reasons, needs_secrets = item."needsSecrets"
			FROM jsonb_to_recordset($1::jsonb) AS item(id uuid, fingerprint text, name text, description text, author text,
				shape text, "updatedAt" timestamptz, "latestVersion" text, "versionCount" integer, installable boolean,
				reasons jsonb, "needsSecrets" boolean)
			WHERE pack.id = item.id`,
		values: [JSON.stringify(packs), now.toISOString()],
	};
}
