import { z } from 'zod';
import type { ActorRef } from '@/lib/contracts/names';
import { ChartArtifact, FrontendArtifact } from '@/lib/contracts/packs';
import { type Power, ReleaseStatus } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import { type Db, Prisma, type Tx } from '@/lib/db';
import type { Manifest } from '@/lib/manifest';
import {
	Archive,
	EffectiveConfig,
	PlainAnswers,
	PlanFacts,
	SecretLedger,
	StoredManifest,
	StoredPowers,
} from './schema';

/** Rows of `install`, `revision`, `plan` and `instance_value`. */

export type StoredInstall = {
	id: string;
	packId: string;
	packName: string;
	slug: string;
	sourceId: string;
	target: string;
	namespace: string;
	release: string;
	createdAt: string;
	activeRevision: number | null;
	desiredRevision: number | null;
	removedAt: string | null;
	dataKept: boolean;
	skipped: string[];
	pinned: string | null;
	observed: ReleaseStatus | null;
	observedAt: string | null;
};

export type StoredRevision = {
	number: number;
	version: string;
	chart: ChartArtifact | null;
	frontends: FrontendArtifact[];
	manifest: Manifest;
	manifestDigest: string | null;
	answers: PlainAnswers;
	config: EffectiveConfig;
	secrets: SecretLedger;
	archived: Archive;
	planHash: string | null;
	/** What it may do; null = not known. */
	powers: Power[] | null;
	createdAt: string;
	createdBy: ActorRef;
	reason: string | null;
	note: string | null;
	operationId: string;
	operationKind: string;
	outcome: 'pending' | 'good' | 'failed' | 'cancelled';
	activatedAt: string | null;
	retiredAt: string | null;
	helmRevision: number | null;
};

const installInclude = {
	pack: { select: { name: true, slug: true, sourceId: true } },
} as const satisfies Prisma.InstallInclude;
type InstallRow = Prisma.InstallGetPayload<{ include: typeof installInclude }>;
type RevisionRow = Prisma.RevisionGetPayload<Record<never, never>>;

export async function createInstall(
	tx: Tx,
	input: { packId: string; namespace: string; release: string; actor: ActorRef; desiredRevision: number },
): Promise<string> {
	const row = await tx.install.create({
		data: {
			packId: input.packId,
			namespace: input.namespace,
			release: input.release,
			desiredRevision: input.desiredRevision,
			createdById: input.actor.id,
			createdByName: input.actor.name,
		},
		select: { id: true },
	});
	return row.id;
}

/** Throws AppError('not_found'). */
export async function getInstall(db: Db | Tx, id: string): Promise<StoredInstall> {
	const row = await db.install.findUnique({ where: { id }, include: installInclude });
	if (row === null) throw new AppError('not_found', 'There is no such install.');
	return toInstall(row);
}

/** Everything that is installed, was never removed, or was removed with data kept; newest first. */
export async function listInstalls(db: Db, filter: { packId?: string } = {}): Promise<StoredInstall[]> {
	const rows = await db.install.findMany({
		where: {
			...(filter.packId === undefined ? {} : { packId: filter.packId }),
			OR: [{ removedAt: null }, { dataKept: true }],
		},
		orderBy: { createdAt: 'desc' },
		include: installInclude,
	});
	return rows.map(toInstall);
}

/** Every install that ever had this place, removed ones included. */
export async function listInstallsAt(db: Db, place: { namespace: string; release: string }): Promise<StoredInstall[]> {
	const rows = await db.install.findMany({
		where: { namespace: place.namespace, release: place.release, target: 'local' },
		include: installInclude,
	});
	return rows.map(toInstall);
}

/** Nothing of any removed install of this place is left in the cluster. */
export async function forgetKeptData(tx: Tx, place: { namespace: string; release: string }): Promise<void> {
	await tx.install.updateMany({
		where: { namespace: place.namespace, release: place.release, target: 'local', removedAt: { not: null } },
		data: { dataKept: false },
	});
}

export async function findLiveRelease(
	db: Db,
	place: { namespace: string; release: string },
): Promise<StoredInstall | null> {
	const row = await db.install.findFirst({
		where: { namespace: place.namespace, release: place.release, target: 'local', removedAt: null },
		include: installInclude,
	});
	return row === null ? null : toInstall(row);
}

export async function updateInstall(
	tx: Db | Tx,
	id: string,
	change: Partial<Pick<StoredInstall, 'activeRevision' | 'desiredRevision' | 'dataKept' | 'skipped' | 'pinned'>> & {
		removedAt?: Date | null;
	},
): Promise<void> {
	await tx.install.update({ where: { id }, data: change, select: { id: true } });
}

/** Remember what the cluster looked like (`status`), or only keep the old picture when it cannot be seen. */
export async function recordObservation(db: Db, id: string, status: ReleaseStatus): Promise<void> {
	await db.install.updateMany({
		where: { id },
		data: { observed: asJson(status), observedAt: new Date(status.observedAt) },
	});
}

export type NewRevision = Omit<
	StoredRevision,
	'createdAt' | 'outcome' | 'activatedAt' | 'retiredAt' | 'helmRevision' | 'note'
>;

export async function createRevision(tx: Tx, installId: string, input: NewRevision): Promise<void> {
	await tx.revision.create({
		data: {
			installId,
			number: input.number,
			version: input.version,
			chart: input.chart === null ? Prisma.DbNull : asJson(input.chart),
			frontends: asJson(input.frontends),
			manifest: asJson(input.manifest),
			manifestDigest: input.manifestDigest,
			answers: asJson(input.answers),
			config: asJson(input.config),
			secrets: asJson(input.secrets),
			archived: asJson(input.archived),
			planHash: input.planHash,
			powers: input.powers === null ? Prisma.DbNull : asJson(input.powers),
			createdById: input.createdBy.id,
			createdByName: input.createdBy.name,
			reason: input.reason,
			operationId: input.operationId,
			operationKind: input.operationKind,
		},
		select: { id: true },
	});
}

/** Throws AppError('not_found'). */
export async function getRevision(db: Db, installId: string, number: number): Promise<StoredRevision> {
	const row = await db.revision.findUnique({ where: { installId_number: { installId, number } } });
	if (row === null) throw new AppError('not_found', `There is no revision ${number} of this install.`);
	return toRevision(row);
}

/** What runs of each of these installs, by install. */
export async function listActiveRevisions(
	db: Db,
	installs: readonly Pick<StoredInstall, 'id' | 'activeRevision'>[],
): Promise<Map<string, StoredRevision>> {
	const wanted = installs.flatMap(({ id, activeRevision }) =>
		activeRevision === null ? [] : [{ installId: id, number: activeRevision }],
	);
	const rows = wanted.length === 0 ? [] : await db.revision.findMany({ where: { OR: wanted } });
	return new Map(rows.map((row) => [row.installId, toRevision(row)]));
}

/** Newest first. */
export async function listRevisions(db: Db, installId: string): Promise<StoredRevision[]> {
	const rows = await db.revision.findMany({ where: { installId }, orderBy: { number: 'desc' } });
	return rows.map(toRevision);
}

/**
 * The number for the next revision in a place. It goes on over removed installs of the same name: what they left in
 * the cluster on purpose (or by a crash) is immutable and carries their numbers.
 */
export async function nextRevisionNumber(db: Db, place: { namespace: string; release: string }): Promise<number> {
	const { _max } = await db.revision.aggregate({
		where: { install: { namespace: place.namespace, release: place.release, target: 'local' } },
		_max: { number: true },
	});
	return (_max.number ?? 0) + 1;
}

/** The versions that run and that are asked for, by install and revision number. */
export async function standingVersions(
	db: Db,
	installIds: readonly string[],
): Promise<Map<string, Map<number, string>>> {
	const rows = await db.$queryRaw<{ id: string; number: number; version: string }[]>`
		SELECT install.id::text, revision.number, revision.version FROM install
		JOIN revision ON revision.install_id = install.id
			AND revision.number IN (install.active_revision, install.desired_revision)
		WHERE install.id = ANY(${[...installIds]}::uuid[])`;
	const result = new Map<string, Map<number, string>>();
	for (const { id, number, version } of rows) {
		const versions = result.get(id) ?? new Map<number, string>();
		result.set(id, versions.set(number, version));
	}
	return result;
}

export async function settleRevision(
	tx: Tx,
	place: { installId: string; number: number },
	change: { outcome: StoredRevision['outcome']; helmRevision?: number | null; activatedAt?: Date },
): Promise<void> {
	await tx.revision.updateMany({ where: place, data: change });
}

/** The revisions that ran until now stop doing so. */
export async function retireOthers(tx: Tx, place: { installId: string; number: number }): Promise<void> {
	await tx.revision.updateMany({
		where: { installId: place.installId, number: { not: place.number }, activatedAt: { not: null }, retiredAt: null },
		data: { retiredAt: new Date() },
	});
	await tx.revision.updateMany({ where: place, data: { retiredAt: null } });
}

export async function noteRevision(tx: Tx, place: { installId: string; number: number }, note: string): Promise<void> {
	const { count } = await tx.revision.updateMany({ where: place, data: { note: note === '' ? null : note } });
	if (count !== 1) throw new AppError('not_found', `There is no revision ${place.number} of this install.`);
}

/** Forget values that are secret now; everything else about a revision is as it was. */
export async function concealRevision(
	tx: Tx,
	place: { installId: string; number: number },
	held: Pick<StoredRevision, 'answers' | 'config' | 'archived' | 'secrets'>,
): Promise<void> {
	const { answers, archived, config, secrets } = held;
	const data = {
		answers: asJson(answers),
		config: asJson(config),
		archived: asJson(archived),
		secrets: asJson(secrets),
	};
	await tx.revision.update({ where: { installId_number: place }, data, select: { id: true } });
}

/** Equal facts have one row, whoever planned and when; what it may do is one of the facts. */
export async function savePlan(db: Db, hash: string, facts: PlanFacts): Promise<void> {
	await db.plan.upsert({
		where: { hash },
		create: { hash, facts: asJson(facts) },
		update: { createdAt: new Date() },
		select: { hash: true },
	});
}

export async function findPlan(db: Db, hash: string): Promise<PlanFacts | null> {
	const row = await db.plan.findUnique({ where: { hash }, select: { facts: true } });
	return row === null ? null : PlanFacts.parse(row.facts);
}

export async function listInstanceValues(db: Db): Promise<Record<string, string>> {
	const rows = await db.instanceValue.findMany({ select: { key: true, value: true } });
	return Object.fromEntries(rows.map((row) => [row.key, row.value]));
}

function toInstall(row: InstallRow): StoredInstall {
	return {
		id: row.id,
		packId: row.packId,
		packName: row.pack.name,
		slug: row.pack.slug,
		sourceId: row.pack.sourceId,
		target: row.target,
		namespace: row.namespace,
		release: row.release,
		createdAt: row.createdAt.toISOString(),
		activeRevision: row.activeRevision,
		desiredRevision: row.desiredRevision,
		removedAt: row.removedAt?.toISOString() ?? null,
		dataKept: row.dataKept,
		skipped: row.skipped,
		pinned: row.pinned,
		observed: ReleaseStatus.nullable().catch(null).parse(row.observed),
		observedAt: row.observedAt?.toISOString() ?? null,
	};
}

function toRevision(row: RevisionRow): StoredRevision {
	return {
		number: row.number,
		version: row.version,
		chart: ChartArtifact.nullable().parse(row.chart),
		frontends: z.array(FrontendArtifact).parse(row.frontends),
		manifest: StoredManifest.parse(row.manifest),
		manifestDigest: row.manifestDigest,
		answers: PlainAnswers.parse(row.answers),
		config: EffectiveConfig.parse(row.config),
		secrets: SecretLedger.parse(row.secrets),
		archived: Archive.parse(row.archived),
		planHash: row.planHash,
		powers: StoredPowers.parse(row.powers),
		createdAt: row.createdAt.toISOString(),
		createdBy: { id: row.createdById, name: row.createdByName },
		reason: row.reason,
		note: row.note,
		operationId: row.operationId,
		operationKind: row.operationKind,
		outcome: z.enum(['pending', 'good', 'failed', 'cancelled']).parse(row.outcome),
		activatedAt: row.activatedAt?.toISOString() ?? null,
		retiredAt: row.retiredAt?.toISOString() ?? null,
		helmRevision: row.helmRevision,
	};
}

function asJson(value: object): Prisma.InputJsonObject {
	return JSON.parse(JSON.stringify(value));
}
