import { type Catalog, compareVersions, type StoredPack } from '@/lib/catalog';
import { isLeftAsItIs } from '@/lib/contracts/operations';
import type { RequestPlan } from '@/lib/contracts/plans';
import type { RemovalPreview } from '@/lib/contracts/runner';
import { AppError, isAppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import { type ContractDiff, diffContract } from '@/lib/manifest';
import type { RunnerClient } from '@/lib/runner/client';
import { type Delivery, deliveryOf, notesBetween, revisionDelivery, stepsBetween } from './delivery';
import { type PreparedEnvironment, prepareEnvironment, restoreEnvironment } from './environment';
import { factsOf } from './facts';
import { heldBy } from './held';
import { findStepState, listOperations } from './operations/store';
import type { PlanFacts } from './schema';
import { nothingThere, type Standing, standingOf } from './standing';
import {
	getInstall,
	getRevision,
	listInstanceValues,
	nextRevisionNumber,
	type StoredInstall,
	type StoredRevision,
} from './store';

/** Everything a plan and a submit need to know, gathered without changing anything. */
export type Draft = {
	kind: 'install' | 'upgrade' | 'downgrade' | 'configure' | 'rollback' | 'uninstall';
	install: StoredInstall | null;
	pack: StoredPack;
	namespace: string;
	release: string;
	/** What runs now. */
	active: StoredRevision | null;
	/** Whose answers and secrets are carried over: what runs, or the failed attempt being repeated. */
	base: StoredRevision | null;
	/** For a rollback: the revision to return to. */
	target: StoredRevision | null;
	delivery: Delivery | null;
	/** Number of the revision this would create. */
	number: number;
	environment: PreparedEnvironment | null;
	diff: ContractDiff | null;
	notes: { version: string; text: string | null }[];
	standing: Standing;
	/** What an uninstall deletes and keeps; null for everything else, and when nobody could look. */
	removal: RemovalPreview | null;
	/** What can be told without rendering the chart; the plan adds what only the rendering shows. */
	facts: PlanFacts;
};

export type DraftDeps = { db: Database; catalog: Catalog; runner: RunnerClient };
type Request<K extends RequestPlan['kind']> = Extract<RequestPlan, { kind: K }>;

/**
 * Gather the facts of a plan. An unreachable cluster is one of them (`standing.problem`). Throws AppError: `not_found`
 * for an unknown pack, version, install or revision; `not_installable` without a manifest; `conflict` when the install
 * is in no state for this.
 */
export async function draftOf(deps: DraftDeps, request: RequestPlan): Promise<Draft> {
	if (request.kind === 'install') return installDraft(deps, request);
	const install = await getInstall(deps.db.client, request.installId);
	const pack = await deps.catalog.pack(install.packId);
	switch (request.kind) {
		case 'uninstall':
			return removalDraft(deps, { install, pack });
		case 'rollback':
			return rollbackDraft(deps, { install, pack }, request);
		case 'upgrade':
		case 'configure':
			return changeDraft(deps, { install, pack }, request);
	}
}

async function installDraft(deps: DraftDeps, request: Request<'install'>): Promise<Draft> {
	const { db, catalog } = deps;
	const { namespace, release, version } = request;
	const pack = await catalog.pack(request.packId);
	const delivery = await deliveryOf(catalog, pack.id, version);
	const environment = prepareEnvironment({
		manifest: delivery.manifest,
		release,
		plain: request.plain,
		secretKeys: request.secretKeys,
		previous: null,
		instanceValues: await listInstanceValues(db.client),
		renames: {},
		discard: [],
		lost: [],
	});
	const place = { namespace, release, installId: null, runs: false, base: null };
	return complete({
		kind: 'install',
		install: null,
		pack,
		namespace,
		release,
		active: null,
		base: null,
		target: null,
		delivery,
		number: await nextRevisionNumber(db.client, request),
		environment,
		diff: null,
		notes: await notesBetween(catalog, pack.id, null, version),
		standing: delivery.chart === null ? nothingThere : await standingOf(deps, place),
		removal: null,
	});
}

type Subject = { install: StoredInstall; pack: StoredPack };

async function removalDraft(deps: DraftDeps, { install, pack }: Subject): Promise<Draft> {
	assertThere(install);
	const active = await activeOf(deps.db, install);
	const found =
		active === null || active.chart === null ? nothingThere : await standing(deps, install, { active, base: null });
	return complete({
		...(await commonOf(deps.db, { install, pack }, active)),
		kind: 'uninstall',
		base: active,
		target: null,
		delivery: null,
		environment: null,
		diff: null,
		notes: [],
		...(await removalOf(deps.runner, install, found)),
	});
}

/** A cluster that went away between the two looks is a fact like any other (`standing.problem`). */
async function removalOf(
	runner: RunnerClient,
	{ namespace, release }: StoredInstall,
	found: Standing,
): Promise<Pick<Draft, 'standing' | 'removal'>> {
	if (found.problem !== null) return { standing: found, removal: null };
	try {
		return { standing: found, removal: await runner.removalPreview({ namespace, release }) };
	} catch (error) {
		if (!isAppError(error)) throw error;
		return { standing: { ...found, problem: error }, removal: null };
	}
}

async function rollbackDraft(
	deps: DraftDeps,
	{ install, pack }: Subject,
	request: Request<'rollback'>,
): Promise<Draft> {
	assertThere(install);
	const active = await activeOf(deps.db, install);
	const target = await getRevision(deps.db.client, install.id, request.revision);
	if (target.activatedAt === null)
		throw new AppError('conflict', `Revision ${target.number} never ran, so it is no state to return to.`, {
			hint: 'Choose a revision that ran.',
		});
	if (target.number === active?.number && !(await isBetweenStates(deps.db, install)))
		throw new AppError('conflict', `Revision ${target.number} is what runs now.`, {
			hint: 'Re-apply the configuration to write it to the cluster again.',
		});
	const found = target.chart === null ? nothingThere : await standing(deps, install, { active, base: target });
	return complete({
		...(await commonOf(deps.db, { install, pack }, active)),
		kind: 'rollback',
		base: target,
		target,
		delivery: revisionDelivery(target),
		environment: restoreEnvironment(target, { release: install.release, active, ...found }),
		diff: null,
		notes: [],
		standing: found,
		removal: null,
	});
}

/** The last change failed and was left as it is: then the state that ran before is no longer what is there. */
async function isBetweenStates({ client }: Database, { id }: StoredInstall): Promise<boolean> {
	const [last] = await listOperations(client, { installId: id, limit: 1 });
	return last !== undefined && isLeftAsItIs(last);
}

/** Upgrade, downgrade, configure; also the first attempt again, and an install that was removed with its data kept. */
async function changeDraft(
	deps: DraftDeps,
	{ install, pack }: Subject,
	request: Request<'upgrade' | 'configure'>,
): Promise<Draft> {
	const { db, catalog } = deps;
	const again = install.removedAt !== null && install.dataKept;
	if (!again) assertThere(install);
	const before = await activeOf(db, install);
	const active = again ? null : before;
	if (request.kind === 'configure' && active !== null && active.version !== request.version) {
		throw new AppError('conflict', `This install runs ${active.version} now, not ${request.version}.`, {
			hint: 'Load the page again. Another version is an upgrade, a downgrade or a rollback.',
		});
	}
	const delivery = await deliveryOf(catalog, pack.id, request.version, request.adopt === true ? null : before);
	const base = again ? before : await baseOf(db, install, active, request.version);
	const found = delivery.chart === null ? nothingThere : await standing(deps, install, { active, base });
	const instanceValues = await listInstanceValues(db.client);
	const from = active ?? base;
	const held = base ?? from;
	const steps = from === null ? [] : await stepsBetween(catalog, pack.id, from, delivery);
	const diff =
		steps.length < 2
			? null
			: diffContract({
					steps,
					...(held === null ? {} : { answers: heldBy(held, { lost: found.lost, wanted: delivery.manifest }) }),
					instanceKeys: Object.keys(instanceValues),
					renames: request.renames,
					separate: request.separate ?? [],
				});
	const environment = prepareEnvironment({
		manifest: delivery.manifest,
		release: install.release,
		plain: request.plain,
		secretKeys: request.secretKeys,
		previous: base,
		instanceValues,
		renames: request.renames,
		discard: request.discard,
		lost: found.lost,
	});
	return complete({
		...(await commonOf(db, { install, pack }, active)),
		kind: kindOf(active?.version ?? null, request.version),
		base,
		target: null,
		delivery,
		environment,
		diff,
		notes: await notesBetween(catalog, pack.id, active?.version ?? null, request.version),
		standing: found,
		removal: null,
	});
}

function assertThere(install: StoredInstall): void {
	if (install.removedAt !== null)
		throw new AppError('conflict', 'This install was removed.', { hint: 'Install the pack again.' });
}

function kindOf(from: string | null, to: string): Draft['kind'] {
	if (from === null) return 'install';
	const order = compareVersions(to, from);
	return order === 0 ? 'configure' : order > 0 ? 'upgrade' : 'downgrade';
}

async function activeOf(db: Database, install: StoredInstall): Promise<StoredRevision | null> {
	return install.activeRevision === null ? null : getRevision(db.client, install.id, install.activeRevision);
}

async function commonOf(db: Database, { install, pack }: Subject, active: StoredRevision | null) {
	const { namespace, release } = install;
	return { install, pack, namespace, release, active, number: await nextRevisionNumber(db.client, install) };
}

type Ground = { active: StoredRevision | null; base: StoredRevision | null };

function standing(deps: DraftDeps, install: StoredInstall, { active, base }: Ground): Promise<Standing> {
	const { namespace, release, id: installId } = install;
	const runs = active !== null && active.chart !== null;
	return standingOf(deps, { namespace, release, installId, runs, base });
}

/**
 * A repeated attempt at the same version carries what was entered for the failed one, if its environment ever reached
 * the cluster; anything else starts from what runs.
 */
async function baseOf(
	db: Database,
	install: StoredInstall,
	active: StoredRevision | null,
	version: string,
): Promise<StoredRevision | null> {
	if (install.desiredRevision === null || install.desiredRevision === install.activeRevision) return active;
	const desired = await getRevision(db.client, install.id, install.desiredRevision);
	if (desired.version !== version && active !== null) return active;
	const delivered = await findStepState(db.client, desired.operationId, 'environment');
	return delivered === 'done' || delivered === null ? desired : active;
}

function complete(draft: Omit<Draft, 'facts'>): Draft {
	return { ...draft, facts: factsOf(draft) };
}
