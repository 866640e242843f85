import type { Db, Tx } from '@/lib/db';
import type { Running } from './alarms';

/** What alarms are computed from: the columns of `install` and `revision` that say what runs and what was settled. */

type Row = {
	id: string;
	version: string;
	manifest_digest: string | null;
	archive_digest: string | null;
	settled_alarms: string[];
};

/** What each of these installs runs, and the ids of alarms settled for it. One statement, without manifests. */
export async function listRunning(
	db: Db | Tx,
	installIds: readonly string[],
): Promise<Map<string, Running & { settled: string[] }>> {
	const rows = await db.$queryRaw<Row[]>`
		select install.id, revision.version, revision.chart ->> 'manifestDigest' as manifest_digest,
			revision.chart ->> 'archiveDigest' as archive_digest, install.settled_alarms
		from install join revision on revision.install_id = install.id and revision.number = install.active_revision
		where install.removed_at is null and install.id = any(${[...installIds]}::uuid[])`;
	return new Map(
		rows.map((row) => [
			row.id,
			{
				version: row.version,
				chart:
					row.manifest_digest === null || row.archive_digest === null
						? null
						: { manifestDigest: row.manifest_digest, archiveDigest: row.archive_digest },
				settled: row.settled_alarms,
			},
		]),
	);
}

/** Replace the settled ids of an install. */
export async function saveSettled(tx: Tx, installId: string, settled: readonly string[]): Promise<void> {
	await tx.install.update({
		where: { id: installId },
		data: { settledAlarms: { set: [...settled] } },
		select: { id: true },
	});
}
