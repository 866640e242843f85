import type { Catalog, StoredVersion } from '@/lib/catalog';
import type { Home } from '@/lib/contracts/home';
import type { InstallDetail, InstallList, InstallSummary, Revision } from '@/lib/contracts/installs';
import type { PackSummary } from '@/lib/contracts/packs';
import type { ReleaseStatus } from '@/lib/contracts/runner';
import { isAppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import type { RunnerClient } from '@/lib/runner/client';
import { isUrgent } from './alarms/alarms';
import { type KnownAlarms, readAlarms } from './alarms/service';
import { keptRevisions } from './keep';
import { lastOperations, listOperations } from './operations/store';
import { secretsOf } from './standing';
import {
	getInstall,
	listInstalls,
	listRevisions,
	recordObservation,
	type StoredInstall,
	type StoredRevision,
	standingVersions,
} from './store';
import { decisionSentence, readMatrix, updateFor } from './updates';
import { configurationOf, needsHelp, statusOf, toRevision, toSummary } from './view';

const LOOK_MS = 4000;
/** An observation older than this, with a failing cluster behind it, is shown as unknown. */
const STALE_MS = 120_000;
/** A change with one of these wants a look by a person, even when nothing has to be answered. */
const alarming: readonly Home['ready'][number]['badge']['tone'][] = ['breaking', 'warning', 'unknown'];
const NO_ALARMS: KnownAlarms = { open: [], settled: [] };

type QueryDeps = { db: Database; catalog: Catalog; runner: RunnerClient; keepRevisions: number };
type Known = { summary: InstallSummary; settled: KnownAlarms['settled'] };
type Look = { status: ReleaseStatus | null; lost: string[]; problem: string | null };

/** What people look at. Status is derived here from rows and the last look at the cluster. */
export function createQueries({ db, catalog, runner, keepRevisions }: QueryDeps) {
	async function list(): Promise<InstallList> {
		const known = await summaries(await listInstalls(db.client));
		return { installs: known.map(({ summary }) => summary) };
	}

	/** Throws AppError('not_found'). Looks at the cluster; when that fails the last known picture is shown as such. */
	async function detail(id: string): Promise<InstallDetail> {
		const install = await getInstall(db.client, id);
		const revisions = await listRevisions(db.client, id);
		const active = revisions.find((revision) => revision.number === install.activeRevision) ?? null;
		const shown = active ?? revisions.find((revision) => revision.number === install.desiredRevision) ?? null;
		const live = await look(install, shown, { secrets: true });
		const fresh =
			live.status === null ? install : { ...install, observed: live.status, observedAt: live.status.observedAt };
		const [lastOperation] = await listOperations(db.client, { installId: id, limit: 1 });
		const [known] = await summaries([fresh], live.problem === null);
		if (known === undefined) throw new Error('an install has no summary');
		return {
			install: known.summary,
			revision: shown === null ? null : toRevision(shown, true),
			configuration: shown === null ? [] : configurationOf(shown, live.lost),
			manifest: shown?.manifest ?? null,
			archivedKeys: Object.keys(shown?.archived ?? {}).sort(),
			live: live.status ?? fresh.observed,
			liveProblem: live.problem,
			lastOperation: lastOperation ?? null,
			settledAlarms: known.settled,
			skippedVersions: install.skipped,
			pinnedVersion: install.pinned,
		};
	}

	async function revisions(id: string): Promise<{ revisions: Revision[] }> {
		const install = await getInstall(db.client, id);
		const all = await listRevisions(db.client, id);
		const kept = new Set(keptRevisions(all, install, keepRevisions));
		return { revisions: all.map((one) => toRevision(one, one.chart === null || kept.has(one.number))) };
	}

	/** What is installed of each pack, for the catalog's pages. */
	async function byPack(): Promise<Map<string, PackSummary['installs']>> {
		const result = new Map<string, PackSummary['installs']>();
		const installs = (await listInstalls(db.client)).filter(({ removedAt }) => removedAt === null);
		const versions = await standingVersions(
			db.client,
			installs.map(({ id }) => id),
		);
		for (const { id, packId, namespace, activeRevision } of installs) {
			const version = activeRevision === null ? undefined : versions.get(id)?.get(activeRevision);
			if (version === undefined) continue;
			const known = result.get(packId) ?? [];
			known.push({ id, version, namespace });
			result.set(packId, known);
		}
		return result;
	}

	/** The inbox: Broken, Decide, Ready, Quiet. */
	async function home(): Promise<Home> {
		const { installs } = await list();
		const active = await listOperations(db.client, { open: true, limit: 50 });
		const packs = await catalog.list(new Map());
		const result: Home = {
			broken: [],
			alarms: [],
			decide: [],
			ready: [],
			quiet: [],
			active,
			packs: packs.packs.length,
			health: packs.health,
		};
		const cells = new Map((await readMatrix({ db, catalog })).rows.map((row) => [row.installId, row.cells]));
		for (const install of installs) {
			if (install.status.state === 'removed-data-kept' || install.activeOperation !== null) continue;
			const [urgent] = install.alarms.filter(isUrgent);
			if (urgent !== undefined) result.alarms.push({ install, alarm: urgent });
			if (needsHelp(install.status)) {
				result.broken.push({ install, sentence: install.status.reason ?? install.status.label });
				continue;
			}
			const cell = cells.get(install.id)?.find(({ version }) => version === install.updateAvailable);
			if (cell === undefined) {
				if (urgent === undefined) result.quiet.push(install);
			} else if (cell.state === 'safe' && cell.deprecations.length === 0 && !alarming.includes(cell.badge.tone))
				result.ready.push({ install, toVersion: cell.version, badge: cell.badge });
			else {
				const sentence =
					cell.blockedBy[0] ?? cell.deprecations[0] ?? decisionSentence(install.status.runningVersion, cell);
				result.decide.push({ install, toVersion: cell.version, badge: cell.badge, sentence });
			}
		}
		return result;
	}

	/** Look at the cluster now, and remember what was seen. */
	async function look(
		install: StoredInstall,
		revision: StoredRevision | null,
		options: { secrets: boolean },
	): Promise<Look> {
		if (revision === null || revision.chart === null || install.removedAt !== null)
			return { status: null, lost: [], problem: null };
		const place = { namespace: install.namespace, release: install.release };
		const bounded = { signal: AbortSignal.timeout(LOOK_MS) };
		try {
			const [status, { lost }] = await Promise.all([
				runner.status(place, bounded),
				options.secrets ? secretsOf(runner, { ...place, revision }, bounded) : { lost: [] },
			]);
			await recordObservation(db.client, install.id, status);
			return { status, lost, problem: null };
		} catch (error) {
			if (!isAppError(error) && !(error instanceof DOMException)) throw error;
			const problem = isAppError(error) ? error.message : 'The cluster did not answer in time.';
			return { status: null, lost: [], problem };
		}
	}

	/** One round over everything that runs, so that lists are honest without asking the cluster themselves. */
	async function observeAll(signal: AbortSignal): Promise<void> {
		for (const install of await listInstalls(db.client)) {
			if (signal.aborted) return;
			if (install.activeRevision === null) continue;
			const revision = (await listRevisions(db.client, install.id)).find(
				(candidate) => candidate.number === install.activeRevision,
			);
			if (revision !== undefined) await look(install, revision, { secrets: false });
		}
	}

	async function summaries(installs: readonly StoredInstall[], reachable?: boolean): Promise<Known[]> {
		const ids = installs.map((install) => install.id);
		const [versions, published] = await Promise.all([standingVersions(db.client, ids), versionsOf(installs)]);
		const [alarms, operations] = await Promise.all([
			readAlarms(db, installs, published),
			lastOperations(db.client, ids),
		]);
		return installs.map((install) => {
			const last = operations.get(install.id) ?? null;
			const versionOf = (number: number | null) =>
				number === null ? null : (versions.get(install.id)?.get(number) ?? null);
			const running = versionOf(install.activeRevision);
			const seen = install.observedAt === null ? 0 : Date.parse(install.observedAt);
			const status = statusOf(install, last, {
				running,
				desired: versionOf(install.desiredRevision),
				reachable: reachable ?? (install.observed === null || Date.now() - seen < STALE_MS),
			});
			const update = updateFor(install, running, published.get(install.packId) ?? []);
			const { open, settled } = alarms.get(install.id) ?? NO_ALARMS;
			return { summary: toSummary(install, last, { status, running, update, alarms: open }), settled };
		});
	}

	async function versionsOf(installs: readonly StoredInstall[]): Promise<Map<string, StoredVersion[]>> {
		const packs = [...new Set(installs.map((install) => install.packId))];
		return new Map(await Promise.all(packs.map(async (id) => [id, await catalog.versions(id)] as const)));
	}

	return { list, detail, revisions, byPack, home, observeAll, matrix: () => readMatrix({ db, catalog }) };
}
