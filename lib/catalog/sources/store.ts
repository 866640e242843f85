import { z } from 'zod';
import type { SourceConfig } from '@/lib/contracts/source-config';
import { AppError } from '@/lib/core';
import { type Db, Prisma, type Tx } from '@/lib/db';

/** Rows of `source`: configuration, sealed credentials, the last outcome, and the lease of whoever reads it. */

export type Sealed = { bytes: Uint8Array; keyId: string };

const Progress = z.object({ done: z.int(), total: z.int(), line: z.string() });
export type SyncProgress = z.infer<typeof Progress>;

export type StoredSource = {
	id: string;
	name: string;
	config: unknown;
	credential: Sealed | null;
	npmCredential: Sealed | null;
	managedBy: string;
	enabled: boolean;
	createdAt: string;
	lastTriedAt: string | null;
	lastGoodSyncAt: string | null;
	problem: string | null;
	hint: string | null;
	notBefore: Date | null;
	/** End of the reader's lease; in the past = it died without a word; null = nobody reads. */
	pollerUntil: Date | null;
	progress: SyncProgress | null;
};

/** Names of both credential columns. */
export type CredentialName = 'credential' | 'npmCredential';

type SourceRow = Prisma.SourceGetPayload<Record<never, never>>;

/** The row that the settings (or the sandbox) describe: made at first start, following the settings after that. */
export async function saveManagedSource(
	db: Db,
	input: { name: string; config: SourceConfig; managedBy: string },
): Promise<string> {
	const existing = await db.source.findFirst({ where: { managedBy: input.managedBy }, select: { id: true } });
	const namesake = await db.source.findUnique({ where: { name: input.name }, select: { id: true } });
	const isTaken = namesake !== null && namesake.id !== existing?.id;
	const data = {
		kind: input.config.kind,
		name: isTaken ? `${input.name} (${input.managedBy})` : input.name,
		config: asJson(input.config),
		managedBy: input.managedBy,
		enabled: true,
	};
	const row =
		existing === null
			? await db.source.create({ data, select: { id: true } })
			: await db.source.update({ where: { id: existing.id }, data, select: { id: true } });
	return row.id;
}

/** Switch off managed sources that nobody describes any more (the sandbox, once real registries are configured). */
export async function retireManagedSources(db: Db, current: readonly string[]): Promise<void> {
	await db.source.updateMany({ where: { managedBy: { notIn: ['admin', ...current] } }, data: { enabled: false } });
}

export async function listSources(db: Db): Promise<StoredSource[]> {
	return (await db.source.findMany({ orderBy: { createdAt: 'asc' } })).map(toSource);
}

/** Throws AppError('not_found'). */
export async function getSource(db: Db | Tx, id: string): Promise<StoredSource> {
	const row = await db.source.findUnique({ where: { id } });
	if (row === null) throw new AppError('not_found', 'There is no such source.');
	return toSource(row);
}

/** Throws AppError('conflict') when the name is taken (by the unique index). */
export async function createSource(
	tx: Tx,
	input: {
		id: string;
		name: string;
		config: SourceConfig;
		enabled: boolean;
		credential: Sealed | null;
		npmCredential: Sealed | null;
	},
): Promise<void> {
	await tx.source.create({
		data: {
			id: input.id,
			name: input.name,
			kind: input.config.kind,
			config: asJson(input.config),
			enabled: input.enabled,
			...sealedColumns(input),
		},
		select: { id: true },
	});
}

export async function updateSource(
	tx: Db | Tx,
	id: string,
	change: {
		name?: string;
		enabled?: boolean;
		config?: SourceConfig;
		credential?: Sealed | null;
		npmCredential?: Sealed | null;
	},
): Promise<void> {
	const { name, enabled, config } = change;
	await tx.source.update({
		where: { id },
		data: {
			...(name === undefined ? {} : { name }),
			...(enabled === undefined ? {} : { enabled }),
			...(config === undefined ? {} : { config: asJson(config) }),
			// Whatever it is now, the last problem was found with the old settings.
			...(config === undefined && change.credential === undefined
				? {}
				: { problem: null, hint: null, problemCode: null, notBefore: null }),
			...sealedColumns(change),
		},
		select: { id: true },
	});
}

/** What the policy let through for packs of the source, which goes with them. */
export type LostException = { id: string; packId: string; pack: string; power: string; reason: string };

export async function deleteSource(tx: Tx, id: string): Promise<LostException[]> {
	const exceptions = await tx.policyException.findMany({
		where: { pack: { sourceId: id } },
		include: { pack: { select: { name: true } } },
		orderBy: { createdAt: 'asc' },
	});
	await tx.source.delete({ where: { id }, select: { id: true } });
	return exceptions.map((row) => ({ ...row, pack: row.pack.name }));
}

export async function countPacks(db: Db): Promise<Map<string, number>> {
	const rows = await db.pack.groupBy({ by: ['sourceId'], _count: { _all: true } });
	return new Map(rows.map((row) => [row.sourceId, row._count._all]));
}

/** Installs of packs of this source; removed ones count too, their history is proof. */
export async function countInstalls(db: Db | Tx, sourceId: string): Promise<{ live: number; removed: number }> {
	const rows = await db.install.findMany({ where: { pack: { sourceId } }, select: { removedAt: true } });
	const removed = rows.filter((row) => row.removedAt !== null).length;
	return { live: rows.length - removed, removed };
}

// ---- one reader at a time, across replicas

/**
 * Become the reader of a source until `until`. False when another one is, or when `seen` (the last try that made it
 * due) is no longer the last one, because another replica was faster.
 */
export async function claimSource(
	db: Db,
	id: string,
	claim: { owner: string; now: Date; until: Date; seen?: string | null },
): Promise<boolean> {
	const { count } = await db.source.updateMany({
		where: {
			id,
			enabled: true,
			OR: [{ pollerUntil: null }, { pollerUntil: { lt: claim.now } }],
			...(claim.seen === undefined ? {} : { lastTriedAt: claim.seen === null ? null : new Date(claim.seen) }),
		},
		data: {
			pollerId: claim.owner,
			pollerUntil: claim.until,
			cancelRequestedAt: null,
			progress: { done: 0, total: 0, line: 'Starting' },
		},
	});
	return count === 1;
}

/** Stay the reader and say how far it is. Whether somebody wants it to stop; `lost` when another one took over. */
export async function renewClaim(
	db: Db,
	id: string,
	claim: { owner: string; until: Date; progress: SyncProgress },
): Promise<'go-on' | 'cancel' | 'lost'> {
	const { count } = await db.source.updateMany({
		where: { id, pollerId: claim.owner },
		data: { pollerUntil: claim.until, progress: claim.progress },
	});
	if (count !== 1) return 'lost';
	const row = await db.source.findUnique({ where: { id }, select: { cancelRequestedAt: true } });
	return row?.cancelRequestedAt ? 'cancel' : 'go-on';
}

export type SyncOutcome = {
	/** The time of the last complete reading moves on. */
	good: boolean;
	problem: string | null;
	hint: string | null;
	code: string | null;
	notBefore: Date | null;
};

/**
 * Give the source back. With an outcome it was tried; without one (cancelled) what was known before stands;
 * `interrupted` leaves a mark that makes the next process go on at once.
 */
export async function releaseClaim(
	db: Db,
	id: string,
	release: { owner: string; now: Date; outcome: SyncOutcome | null; interrupted?: boolean },
): Promise<void> {
	const { outcome, now } = release;
	await db.source.updateMany({
		where: { id, pollerId: release.owner },
		data: {
			pollerId: null,
			pollerUntil: release.interrupted ? now : null,
			progress: Prisma.DbNull,
			cancelRequestedAt: null,
			...(release.interrupted ? {} : { lastTriedAt: now }),
			...(outcome === null
				? {}
				: {
						...(outcome.good ? { lastGoodSyncAt: now } : {}),
						problem: outcome.problem,
						hint: outcome.hint,
						problemCode: outcome.code,
						notBefore: outcome.notBefore,
					}),
		},
	});
}

/** Ask whoever reads the source to stop. False when nobody does. */
export async function requestCancel(db: Db, id: string, now: Date): Promise<boolean> {
	const { count } = await db.source.updateMany({
		where: { id, pollerUntil: { gte: now } },
		data: { cancelRequestedAt: now },
	});
	return count === 1;
}

function sealedColumns(change: { credential?: Sealed | null; npmCredential?: Sealed | null }) {
	const { credential, npmCredential } = change;
	return {
		...(credential === undefined ? {} : { credential: bytesOf(credential), credentialKey: credential?.keyId ?? null }),
		...(npmCredential === undefined
			? {}
			: { npmCredential: bytesOf(npmCredential), npmCredentialKey: npmCredential?.keyId ?? null }),
	};
}

function bytesOf(sealed: Sealed | null): Uint8Array<ArrayBuffer> | null {
	return sealed === null ? null : new Uint8Array(sealed.bytes);
}

function toSource(row: SourceRow): StoredSource {
	return {
		id: row.id,
		name: row.name,
		config: row.config,
		credential: sealedOf(row.credential, row.credentialKey),
		npmCredential: sealedOf(row.npmCredential, row.npmCredentialKey),
		managedBy: row.managedBy,
		enabled: row.enabled,
		createdAt: row.createdAt.toISOString(),
		lastTriedAt: row.lastTriedAt?.toISOString() ?? null,
		lastGoodSyncAt: row.lastGoodSyncAt?.toISOString() ?? null,
		problem: row.problem,
		hint: row.hint,
		notBefore: row.notBefore,
		pollerUntil: row.pollerUntil,
		progress: Progress.nullable().catch(null).parse(row.progress),
	};
}

function sealedOf(bytes: Uint8Array | null, keyId: string | null): Sealed | null {
	return bytes === null ? null : { bytes, keyId: keyId ?? '' };
}

function asJson(value: object): Prisma.InputJsonObject {
	return JSON.parse(JSON.stringify(value));
}
