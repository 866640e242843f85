import { z } from 'zod';
import { FrontendArtifact } from '@/lib/contracts/packs';
import type { Db, Tx } from '@/lib/db';
import type { SyncPlan } from '../plan';

/** How a version stands in its registry, in the columns of `pack_version` beside what was read of it. */

export async function markVersions(db: Db, packId: string, marks: Omit<SyncPlan, 'read'>): Promise<void> {
	const these = (versions: readonly string[]) => ({ packId, version: { in: [...versions] } });
	const { missing, vanished, returned, restored } = marks;
	if (missing.length > 0)
		await db.packVersion.updateMany({ where: these(missing), data: { missingLooks: { increment: 1 } } });
	if (vanished.length > 0)
		await db.packVersion.updateMany({
			where: these(vanished),
			data: { missingLooks: { increment: 1 }, vanishedAt: new Date() },
		});
	if (returned.length > 0)
		await db.packVersion.updateMany({ where: these(returned), data: { missingLooks: 0, vanishedAt: null } });
	if (restored.length > 0) await settleMove(db, packId, restored);
	for (const { version, to } of marks.moved)
		await db.packVersion.updateMany({
			where: { packId, version },
			data: { movedToDigest: to, movedAt: new Date() },
		});
	for (const { version, prerelease } of marks.rechannelled)
		await db.packVersion.updateMany({ where: { packId, version }, data: { prerelease } });
	for (const mark of marks.deprecated) await markDeprecated(db, packId, mark);
}

/** Part of what was read of the version, so it is kept there; nothing else of it is read again for this. */
async function markDeprecated(db: Db, packId: string, mark: SyncPlan['deprecated'][number]): Promise<void> {
	const where = { packId_version: { packId, version: mark.version } };
	const row = await db.packVersion.findUniqueOrThrow({ where, select: { frontends: true } });
	const frontends = z.array(FrontendArtifact).parse(row.frontends);
	await db.packVersion.update({
		where,
		data: {
			frontends: frontends.map((one) => (one.package === mark.package ? { ...one, deprecated: mark.text } : one)),
		},
		select: { id: true },
	});
}

/** The tags of these versions point to the bytes that are stored. */
export async function settleMove(db: Db | Tx, packId: string, versions: readonly string[]): Promise<void> {
	await db.packVersion.updateMany({
		where: { packId, version: { in: [...versions] } },
		data: { movedToDigest: null, movedAt: null },
	});
}
