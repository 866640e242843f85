import { appendAudit } from '@/lib/audit';
import type { AdoptBytes, MovedTag } from '@/lib/contracts/packs';
import { AppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import { diffContract, explainChange } from '@/lib/manifest';
import { readArchive } from '@/lib/registry';
import type { createBytes } from './bytes';
import { compareFiles } from './compare-files';
import { settleMove } from './marks/store';
import { readAgain } from './read-again';
import type { SourceClients } from './sources/clients';
import type { By } from './sources/service';
import { getPack, getVersion, type ReadVersion, replaceVersion, type StoredPack, type StoredVersion } from './store';
import { digestPack } from './sync-pack';

type Place = { slug: string; version: string };
type Deps = { db: Database; clients: SourceClients; bytes: ReturnType<typeof createBytes>; now: () => Date };
type Moved = StoredVersion & { chart: NonNullable<StoredVersion['chart']>; movedToDigest: string };

/**
 * A tag that points to other bytes than first read (DESIGN section 1, rule 6). Nothing takes the new ones by itself:
 * they can be looked at, and an admin can make them the ones this version stands for from then on.
 */
export function createMovedTags({ db, clients, bytes, now }: Deps) {
	/** What differs between the stored bytes and those the tag points to now. Asks the registry; changes nothing. */
	async function compareMoved(place: Place, signal?: AbortSignal): Promise<MovedTag> {
		const { pack, version } = await movedVersion(place);
		const read = await readAgain(clients, { pack, version, digest: version.movedToDigest, signal });
		const [before, after] = await Promise.all(
			[version.chart, read.chart].map((chart) =>
				chart === null ? null : bytes.chartArchive(chart, { sourceId: pack.sourceId, signal }),
			),
		);
		const everything = { wanted: () => true, what: `the chart of ${pack.name} ${version.version}` };
		return {
			version: version.version,
			since: version.movedAt,
			first: digestsOf(version),
			now: digestsOf(read),
			sameChart: read.chart?.archiveDigest === version.chart.archiveDigest,
			files:
				before && after
					? compareFiles(await readArchive(before, everything), await readArchive(after, everything))
					: [],
			changes: diffContract({ steps: [version, read].map(asStep) }).changes.map((change) => ({
				verdict: change.verdict,
				sentence: explainChange(change, 'en'),
			})),
			reasons: read.reasons,
		};
	}

	/**
	 * From now on the version stands for the bytes its tag points to. Installs keep what they run until somebody plans
	 * the version again. Throws `conflict` when the tag has moved on since it was looked at, `not_installable` when what
	 * it points to cannot be used.
	 */
	async function adoptMoved(place: Place, { digest, reason }: AdoptBytes, by: By): Promise<void> {
		const { pack, version } = await movedVersion(place);
		if (version.movedToDigest !== digest) {
			throw new AppError('conflict', `The tag ${version.version} points to other bytes again.`, {
				hint: 'Compare once more, and decide about those.',
				details: { digest: version.movedToDigest },
			});
		}
		const read = await readAgain(clients, { pack, version, digest });
		if (!read.installable) {
			throw new AppError('not_installable', `What the tag ${version.version} points to now cannot be installed.`, {
				hint: read.reasons[0] ?? 'Ask the publisher.',
			});
		}
		await db.transaction(async (tx) => {
			await replaceVersion(tx, read);
			await settleMove(tx, pack.id, [version.version]);
			await appendAudit(tx, {
				kind: 'version.adopted',
				actor: { id: by.id, name: by.name },
				via: by.via,
				subject: `pack:${pack.id}`,
				summary: `Accepted the new bytes of ${pack.name} ${version.version}`,
				at: now(),
				data: { packId: pack.id, version: version.version, from: version.chart.manifestDigest, to: digest, reason },
			});
		});
		await digestPack(db.client, pack.id, { name: pack.key, updatedAt: pack.updatedAt });
	}

	async function movedVersion({ slug, version: number }: Place): Promise<{ pack: StoredPack; version: Moved }> {
		const pack = await getPack(db.client, { slug });
		const version = await getVersion(db.client, pack.id, number);
		if (!isMoved(version)) {
			throw new AppError('not_found', `The tag ${number} points to the bytes that were first read.`, {
				hint: 'There is nothing to decide.',
			});
		}
		return { pack, version };
	}

	return { compareMoved, adoptMoved };
}

function isMoved(version: StoredVersion): version is Moved {
	return version.movedToDigest !== null && version.chart !== null;
}

function digestsOf({ chart }: Pick<ReadVersion, 'chart'>): MovedTag['now'] {
	return chart === null ? null : { manifestDigest: chart.manifestDigest, archiveDigest: chart.archiveDigest };
}

function asStep({ version, manifest, notes }: Pick<ReadVersion, 'version' | 'manifest' | 'notes'>) {
	return { version, manifest, notes };
}
