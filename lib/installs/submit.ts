import { randomUUID } from 'node:crypto';
import { type AuditEvent, appendAudit } from '@/lib/audit';
import type { Operation } from '@/lib/contracts/operations';
import type { JudgedPower } from '@/lib/contracts/policy';
import { AppError, type InvalidParam, isAppError, messageOf, own, Secret } from '@/lib/core';
import type { Database, Tx } from '@/lib/db';
import { checkTypes, normaliseAnswer } from '@/lib/manifest';
import { gainedPowers, markOf, type PackPolicy, type PolicyService, refusalsOf, stricterSince } from '@/lib/policy';
import type { RunnerClient } from '@/lib/runner/client';
import { acknowledgementsOf, missingFrom } from './acknowledge';
import { refuseWhenBusy } from './busy';
import type { Draft } from './draft';
import { whatMoved } from './facts';
import { takeOverItems } from './foreign';
import { hashOf, isGated, judged, powerAcknowledgements, returnsOnFailure } from './gains';
import { planSteps } from './machine';
import { createOperation, moveOperation, releaseHold, renewHold } from './operations/store';
import { isUndecided } from './plan';
import { requestedEvent } from './requested';
import type { OperationRequest, PlanFacts, SecretEntry, SecretLedger } from './schema';
import { environmentNames } from './steps/apply';
import { plainValues } from './steps/deliver';
import {
	createInstall,
	createRevision,
	findPlan,
	getInstall,
	getRevision,
	type StoredInstall,
	type StoredRevision,
	settleRevision,
	updateInstall,
} from './store';

/** Who asks, and through what. */
export type By = { id: string | null; name: string; via: AuditEvent['via'] };

export type Submission = {
	requestId: string;
	/** Digest of the whole request. */
	asked: string;
	planHash: string;
	acknowledged: readonly string[];
	secrets: Readonly<Record<string, string>>;
	takeOver: boolean;
	reason: string | null;
};

export type SubmitDeps = {
	db: Database;
	runner: RunnerClient;
	policy: Pick<PolicyService, 'forPack'>;
	fingerprint(secret: Secret): string;
	/** How long a request that delivers secrets may be silent before its operation is taken for abandoned. */
	leaseSeconds: number;
};

/** A request has one beat in the middle of a busy event loop; a worker's lease may be shorter than that. */
const SHORTEST_HOLD_SECONDS = 10;

/**
 * Accept what was approved: write the install, the revision, the queued operation and its audit event in one
 * transaction, then hand the secrets to the runner. The operation is held back meanwhile, so that no worker starts
 * without its secrets; a crash in between ends as "needs re-entry", never as a half-configured pod. Returns the id.
 */
export async function submitDelivery(deps: SubmitDeps, draft: Draft, submission: Submission, by: By): Promise<string> {
	const policy = await deps.policy.forPack(draft.pack.id);
	const { facts, powers } = await assertApproved(deps.db, draft, { submission, policy });
	const { delivery, environment } = draft;
	if (delivery === null || environment === null) throw new AppError('invalid_request', 'There is nothing to deliver.');
	const types = new Map(delivery.manifest.contract.map(({ key, type }) => [key, type]));
	const secrets = Object.fromEntries(
		environment.given.map((key) => {
			const text = normaliseAnswer(types.get(key) ?? 'secret', own(submission.secrets, key) ?? '');
			return [key, new Secret(text)] as const;
		}),
	);
	const hasChart = delivery.chart !== null;
	const operationId = randomUUID();
	const { kind } = draft;
	const ledger = ledgerOf(deps, draft, secrets, by);
	const holdSeconds = Math.max(SHORTEST_HOLD_SECONDS, deps.leaseSeconds);

	const installId = await refuseWhenBusy(deps.db, draft, () =>
		deps.db.transaction(async (tx) => {
			const id =
				draft.install?.id ??
				(await createInstall(tx, {
					packId: draft.pack.id,
					namespace: draft.namespace,
					release: draft.release,
					actor: by,
					desiredRevision: draft.number,
				}));
			if (draft.install !== null) await takeOn(tx, draft.install, draft.number);
			await createOperation(tx, {
				id: operationId,
				requestId: submission.requestId,
				installId: id,
				kind,
				fromVersion: draft.active?.version ?? null,
				toVersion: delivery.version,
				revision: draft.number,
				request: {
					...requestOf(draft, submission),
					takeOwnership: (facts.foreign ?? []).length > 0,
					returnAfterFailure: returnsOnFailure(draft, policy),
				},
				planHash: submission.planHash,
				reason: submission.reason,
				actor: by,
				steps: planSteps(kind, { chart: hasChart, frontends: delivery.frontends.length > 0 }),
				heldForSeconds: hasChart ? holdSeconds : 0,
			});
			await createRevision(tx, id, {
				number: draft.number,
				version: delivery.version,
				chart: delivery.chart,
				frontends: delivery.frontends,
				manifest: delivery.manifest,
				manifestDigest: delivery.manifestDigest,
				answers: environment.answers,
				config: environment.config,
				secrets: ledger,
				archived: environment.archived,
				planHash: submission.planHash,
				powers: facts.powers ?? draft.target?.powers ?? null,
				createdBy: { id: by.id, name: by.name },
				reason: submission.reason,
				operationId,
				operationKind: kind,
			});
			await appendAudit(
				tx,
				requestedEvent(draft, { installId: id, operationId, submission, powers, foreign: facts.foreign, by }),
			);
			return id;
		}),
	);

	if (hasChart) {
		// A beat that fails is not an error of the request: without one the operation says that it lost its secrets.
		const beat = () => void renewHold(deps.db.client, { id: operationId, seconds: holdSeconds }).catch(() => undefined);
		const holding = setInterval(beat, (holdSeconds * 1000) / 4);
		try {
			await deps.runner.ensureEnvironment({
				operationId,
				namespace: draft.namespace,
				release: draft.release,
				revision: draft.number,
				config: plainValues(environment.config),
				secrets: {
					...environment.fallbacks,
					...environment.promoted,
					...Object.fromEntries(Object.entries(secrets).map(([key, secret]) => [key, secret.reveal()])),
				},
				keep: environment.keep,
			});
		} catch (error) {
			await withdraw(deps, draft, { installId, operationId, by, error }).catch((late: unknown) => {
				// Cancelled by somebody meanwhile: ended already. The reason of the caller is still the runner's.
				if (!isAppError(late, 'conflict')) throw late;
			});
			throw error;
		} finally {
			clearInterval(holding);
		}
		await releaseHold(deps.db.client, operationId);
	}
	return operationId;
}

/** Ask an install that is there for something new. One that was removed with its data kept lives again by this. */
async function takeOn(tx: Tx, known: StoredInstall, desiredRevision: number): Promise<void> {
	const { activeRevision } = await getInstall(tx, known.id);
	if (activeRevision !== known.activeRevision) {
		const moved = ['Another revision runs now.'];
		throw new AppError('plan_moved', `The plan you approved no longer holds. ${moved[0]}`, { details: { moved } });
	}
	const revived = known.removedAt === null ? {} : { removedAt: null, dataKept: false, activeRevision: null };
	await updateInstall(tx, known.id, { desiredRevision, ...revived });
}

/**
 * The facts of the approved plan. What it may do is taken from there and from nowhere else: no client can tell us.
 * Throws `plan_moved` with what moved in `details`, or why the cluster cannot be asked whether anything did.
 */
export async function assertUnmoved(db: Database, draft: Draft, planHash: string): Promise<PlanFacts> {
	if (draft.standing.problem !== null) throw draft.standing.problem;
	const approved = await findPlan(db.client, planHash);
	if (approved === null) throw planMoved(['The plan is not known any more.']);
	// What only a rendering shows is not rendered again: the chart, its values and how its objects stand are all bound.
	const { powers, policy, foreign, seen } = approved;
	if (hashOf({ ...draft.facts, powers, policy, foreign, seen }) === planHash) return approved;
	throw planMoved(whatMoved(approved, draft.facts));
}

function planMoved(moved: readonly string[]): AppError {
	return new AppError('plan_moved', `The plan you approved no longer holds. ${moved.join(' ')}`, {
		hint: 'Look at the new plan and approve that one.',
		details: { moved },
	});
}

type Approved = { facts: PlanFacts; powers: JudgedPower[] };

async function assertApproved(
	db: Database,
	draft: Draft,
	{ submission, policy }: { submission: Submission; policy: PackPolicy },
): Promise<Approved> {
	const facts = await assertUnmoved(db, draft, submission.planHash);
	const reasons = draft.delivery?.reasons ?? [];
	if (reasons.length > 0) throw new AppError('not_installable', reasons.join(' '));
	const invalid = [...(draft.environment?.invalid ?? []), ...unusable(draft, submission.secrets)];
	if (invalid.length > 0) {
		throw new AppError(
			'invalid_answers',
			`${invalid.length} ${invalid.length === 1 ? 'value needs' : 'values need'} attention: ${invalid.map((param) => param.name).join(', ')}.`,
			{ invalidParams: invalid, hint: 'Correct them and plan again.' },
		);
	}
	if (draft.diff?.changes.some(isUndecided) === true)
		throw new AppError('conflict', 'The plan still has open decisions.', {
			hint: 'Confirm or deny the suspected renames, or upgrade to the version in between first.',
		});
	const powers = assertWithinPolicy(draft, facts, policy);
	const wanted = [
		...acknowledgementsOf(draft),
		...takeOverItems(facts.foreign),
		...powerAcknowledgements(draft, powers),
	];
	const missing = missingFrom(wanted, submission.acknowledged);
	if (missing.length > 0) {
		throw new AppError('invalid_answers', 'Some changes are not acknowledged yet.', {
			invalidParams: missing.map(({ id, sentence, typed }) => ({
				name: id,
				reason: typed === null ? sentence : `${sentence} Type ${typed} to confirm.`,
			})),
			hint: 'Read and acknowledge each of them.',
		});
	}
	return { facts, powers };
}

/** A plan knows only which secrets are given; what they are like is looked at here, and never repeated. */
function unusable({ delivery }: Pick<Draft, 'delivery'>, secrets: Submission['secrets']): InvalidParam[] {
	const empty = Object.entries(secrets).filter(([, value]) => value === '');
	return [
		...empty.map(([name]) => ({ name, reason: `${name} is empty.` })),
		...checkTypes(delivery?.manifest.contract ?? [], secrets),
	];
}

/**
 * What the approved plan found, against the policy of this moment. Throws AppError: `conflict` when nobody could look
 * at what it may do, `plan_moved` when the policy became stricter, `policy_refused`.
 */
function assertWithinPolicy(draft: Draft, approved: PlanFacts, policy: PackPolicy): JudgedPower[] {
	const powers = judged(draft, approved.powers, policy);
	if (!isGated(draft)) return powers;
	if (approved.powers === null)
		throw new AppError(
			'conflict',
			'When this was planned the chart could not be looked at, so nobody knows what it may do.',
			{
				hint: 'Plan again. What could not be looked at is said in the plan.',
			},
		);
	const gained = gainedPowers(approved.powers, draft.active?.powers ?? null);
	const now = { ...markOf(policy, gained), returnAfterFailure: returnsOnFailure(draft, policy) };
	const stricter = approved.policy === null ? [] : stricterSince(approved.policy, now);
	if (stricter.length > 0) throw planMoved(stricter);
	assertNotRefused(powers, draft.pack.id);
	return powers;
}

/**
 * A retry shows no plan, and the policy may have become stricter, or an exception gone, since the failed attempt was
 * approved. Going back again is as free as it was. Throws AppError `policy_refused`.
 */
export async function assertRetryWithinPolicy(
	db: Database,
	{ install, kind, revision }: { install: StoredInstall; kind: Operation['kind']; revision: StoredRevision | null },
	policy: PackPolicy,
): Promise<void> {
	if (revision === null || kind === 'recover' || !isGated({ kind })) return;
	const { activeRevision, id, packId } = install;
	const active = activeRevision === null ? null : await getRevision(db.client, id, activeRevision);
	assertNotRefused(judged({ kind, active }, revision.powers, policy), packId);
}

function assertNotRefused(powers: readonly JudgedPower[], packId: string): void {
	const refusals = refusalsOf(powers);
	if (refusals.length === 0) return;
	throw new AppError('policy_refused', refusals.map(({ sentence }) => sentence).join(' '), {
		hint: 'An owner can allow it for this pack, with a reason: Settings, Policy.',
		invalidParams: refusals.map(({ code, sentence }) => ({ name: `power:${code}`, reason: sentence })),
		details: { packId, powers: refusals.map(({ code }) => code) },
	});
}

/** The runner never got the secrets: nothing was started, so the request leaves no install and no environment behind. */
async function withdraw(
	{ db, runner }: SubmitDeps,
	draft: Draft,
	lost: { installId: string; operationId: string; by: By; error: unknown },
): Promise<void> {
	const failure = {
		code: isAppError(lost.error) ? lost.error.code : 'internal',
		message: messageOf(lost.error),
		hint: isAppError(lost.error) ? (lost.error.hint ?? null) : null,
		technical: null,
		step: 'environment',
		blocker: null,
	} as const;
	// Half of the environment may have been written. What cannot be removed now is in nobody's way: numbers are not used
	// twice, and removing the release sweeps it.
	const older = Array.from({ length: draft.number - 1 }, (_, index) => index + 1);
	const { namespace, release } = draft;
	await runner.sweepEnvironments({ namespace, release, keepRevisions: older }).catch(() => undefined);
	await db.transaction(async (tx) => {
		await moveOperation(tx, lost.operationId, { from: 'queued', to: 'cancelled' }, { failure });
		await settleRevision(tx, { installId: lost.installId, number: draft.number }, { outcome: 'cancelled' });
		await updateInstall(
			tx,
			lost.installId,
			draft.install === null ? { removedAt: new Date() } : asItWas(draft.install),
		);
		await appendAudit(tx, {
			actor: lost.by,
			via: lost.by.via,
			kind: 'operation.cancelled',
			subject: `install:${lost.installId}`,
			summary: `Withdrawn before it started: ${failure.message}`,
			at: new Date(),
			data: {
				installId: lost.installId,
				operationId: lost.operationId,
				operation: draft.kind,
				version: draft.delivery?.version ?? null,
				revision: draft.number,
			},
		});
	});
}

function asItWas({ activeRevision, dataKept, desiredRevision, removedAt }: StoredInstall) {
	return { activeRevision, dataKept, desiredRevision, removedAt: removedAt === null ? null : new Date(removedAt) };
}

function requestOf(
	draft: Draft,
	submission: Submission,
): Omit<OperationRequest, 'returnAfterFailure' | 'takeOwnership'> {
	return {
		takeOver: submission.takeOver,
		removeSecrets: false,
		removeVolumes: false,
		skipHooks: false,
		asked: submission.asked,
		helmRevision: draft.standing.helmRevision,
		baseRevision: draft.active?.number ?? null,
		given: [...(draft.environment?.given ?? []), ...Object.keys(draft.environment?.promoted ?? {})],
		keep: draft.environment?.keep ?? [],
	};
}

function ledgerOf(deps: SubmitDeps, draft: Draft, secrets: Record<string, Secret>, by: By): SecretLedger {
	const now = new Date().toISOString();
	const who = { id: by.id, name: by.name };
	const ledger: SecretLedger = {};
	for (const { key, fromKey, fromSecret } of draft.environment?.keep ?? []) {
		const archived = own(draft.base?.archived, fromKey);
		const fromArchive =
			typeof archived === 'object' && fromSecret === environmentNames(draft.release, archived.revision).secretName;
		const known = fromArchive ? archived : own(draft.base?.secrets, fromKey);
		if (known !== undefined) ledger[key] = entryOf(known);
	}
	for (const [key, value] of Object.entries(draft.environment?.promoted ?? {}))
		ledger[key] = { fingerprint: deps.fingerprint(new Secret(value)), setBy: who, setAt: now };
	for (const [key, secret] of Object.entries(secrets))
		ledger[key] = { fingerprint: deps.fingerprint(secret), setBy: who, setAt: now };
	return ledger;
}

function entryOf({ fingerprint, setBy, setAt }: SecretEntry): SecretEntry {
	return { fingerprint, setBy, setAt };
}
