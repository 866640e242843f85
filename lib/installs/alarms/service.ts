import { appendAudit } from '@/lib/audit';
import type { Catalog, StoredVersion } from '@/lib/catalog';
import type { Alarm, PatchInstall } from '@/lib/contracts/installs';
import { AppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { StoredInstall } from '../store';
import type { By } from '../submit';
import { alarmsOf } from './alarms';
import { listRunning, saveSettled } from './store';

export type KnownAlarms = { open: Alarm[]; settled: Alarm[] };

/** The alarms of installs, from rows only. `versions` are those of the packs of these installs, by pack. */
export async function readAlarms(
	db: Database,
	installs: readonly Pick<StoredInstall, 'id' | 'packId'>[],
	versions: ReadonlyMap<string, readonly StoredVersion[]>,
): Promise<Map<string, KnownAlarms>> {
	const running = await listRunning(
		db.client,
		installs.map(({ id }) => id),
	);
	return new Map(
		installs.map(({ id, packId }) => {
			const runs = running.get(id);
			if (runs === undefined) return [id, { open: [], settled: [] }];
			const published = versions.get(packId)?.find(({ version }) => version === runs.version) ?? null;
			const all = alarmsOf(runs, published);
			const isSettled = (alarm: Alarm) => runs.settled.includes(alarm.id);
			return [id, { open: all.filter((alarm) => !isSettled(alarm)), settled: all.filter(isSettled) }];
		}),
	);
}

type Decision = NonNullable<PatchInstall['alarm']>;

/**
 * Take note of an alarm, or raise it again; audited. Throws `conflict` when it is not one of this install's any more:
 * what is settled is exactly what was looked at.
 */
export async function decideAlarm(
	{ db, catalog }: { db: Database; catalog: Catalog },
	install: StoredInstall,
	{ id, settled, reason }: Decision,
	by: By,
): Promise<void> {
	const versions = new Map([[install.packId, await catalog.versions(install.packId)]]);
	const known = (await readAlarms(db, [install], versions)).get(install.id);
	const alarm = [...(known?.open ?? []), ...(known?.settled ?? [])].find((one) => one.id === id);
	if (known === undefined || alarm === undefined) {
		throw new AppError('conflict', 'This notice is not up to date any more.', {
			hint: 'Load the page again and decide about what it says then.',
		});
	}
	if (known.settled.includes(alarm) === settled) return;
	// What is no alarm any more is forgotten on the way: its id can only come back with the same bytes.
	const kept = known.settled.filter((one) => one !== alarm).map((one) => one.id);
	await db.transaction(async (tx) => {
		await saveSettled(tx, install.id, settled ? [...kept, id] : kept);
		await appendAudit(tx, {
			actor: { id: by.id, name: by.name },
			via: by.via,
			kind: 'alarm.settled',
			subject: `install:${install.id}`,
			summary: `${settled ? 'Settled' : 'Raised again'}: ${alarm.sentence}`,
			at: new Date(),
			data: {
				installId: install.id,
				version: alarm.version,
				alarm: id,
				settled,
				digest: alarm.digests?.published ?? null,
				reason,
			},
		});
	});
}
