import 'server-only';
import { randomUUID } from 'node:crypto';
import { appendAudit } from '@/lib/audit';
import type { Catalog } from '@/lib/catalog';
import type { PatchInstall, RequestInstall, RequestOperation } from '@/lib/contracts/installs';
import { cancelRefusal, type Operation, type OperationView } from '@/lib/contracts/operations';
import type { Plan, RequestPlan } from '@/lib/contracts/plans';
import { AppError, isAppError, type Secret } from '@/lib/core';
import type { Database, Tx } from '@/lib/db';
import type { PolicyService } from '@/lib/policy';
import type { RunnerClient } from '@/lib/runner/client';
import { decideAlarm } from './alarms/service';
import { assertFree, refuseWhenBusy } from './busy';
import { draftOf } from './draft';
import type { Viewer } from './gains';
import { planSteps } from './machine';
import { listLines } from './operations/progress/store';
import {
	createOperation,
	getJob,
	getOperation,
	listOperations,
	moveOperation,
	requestCancel,
} from './operations/store';
import { makePlan } from './planner';
import { createQueries } from './queries';
import { askedOf, findRepeated } from './repeated';
import { OperationRequest } from './schema';
import { standingOf } from './standing';
import {
	getInstall,
	getRevision,
	listInstanceValues,
	noteRevision,
	type StoredInstall,
	type StoredRevision,
	settleRevision,
	updateInstall,
} from './store';
import { assertRetryWithinPolicy, assertUnmoved, type By, submitDelivery } from './submit';

export type InstallsOptions = {
	db: Database;
	catalog: Catalog;
	runner: RunnerClient;
	policy: Pick<PolicyService, 'forPack'>;
	/** Keyed fingerprint of a secret: answers "is it the same", never "what is it". */
	fingerprint(secret: Secret): string;
	leaseSeconds: number;
	/** How many states per install stay in the cluster for rollback. */
	keepRevisions: number;
	/** Called when there is something for a worker to do. */
	wake(): void;
};

export type Installs = ReturnType<typeof createInstalls>;

/** Everything people can ask of installs. Each change is one transaction with its audit event, and answers at once. */
export function createInstalls(options: InstallsOptions) {
	const { db } = options;

	async function plan(request: RequestPlan, viewer: Viewer): Promise<Plan> {
		return makePlan(options, request, viewer);
	}

	/** Install a pack. The same requestId again gives the same operation. */
	async function requestInstall(body: RequestInstall, by: By): Promise<Operation> {
		const asked = askedOf(null, body, options.fingerprint);
		return once({ requestId: body.requestId, asked }, async () => {
			await assertFree(db, { namespace: body.namespace, release: body.release, install: null });
			const draft = await draftOf(options, {
				kind: 'install',
				packId: body.packId,
				version: body.version,
				namespace: body.namespace,
				release: body.release,
				plain: body.answers.plain,
				secretKeys: Object.keys(body.answers.secrets),
			});
			return submitDelivery(options, draft, { ...body, asked, secrets: body.answers.secrets, takeOver: false }, by);
		});
	}

	/** Upgrade, configure, roll back, retry or remove an install. */
	async function requestOperation(installId: string, body: RequestOperation, by: By): Promise<Operation> {
		const asked = askedOf(installId, body, options.fingerprint);
		return once({ requestId: body.requestId, asked }, async () => {
			await assertFree(db, await getInstall(db.client, installId).then((install) => ({ ...install, install })));
			switch (body.kind) {
				case 'upgrade':
				case 'configure': {
					const draft = await draftOf(options, {
						kind: body.kind,
						installId,
						version: body.version,
						plain: body.answers.plain,
						secretKeys: Object.keys(body.answers.secrets),
						renames: body.renames,
						separate: body.separate,
						discard: body.discard,
						adopt: body.adopt,
					});
					return submitDelivery(options, draft, { ...body, asked, secrets: body.answers.secrets }, by);
				}
				case 'rollback': {
					const draft = await draftOf(options, { kind: 'rollback', installId, revision: body.revision });
					return submitDelivery(options, draft, { ...body, asked, secrets: {}, takeOver: body.takeOver ?? false }, by);
				}
				case 'uninstall':
					return requestRemoval(installId, { ...body, asked }, by);
				case 'retry':
					return requestRetry(installId, { ...body, asked }, by);
			}
		});
	}

	async function requestRemoval(
		installId: string,
		body: Extract<RequestOperation, { kind: 'uninstall' }> & { asked: string },
		by: By,
	): Promise<string> {
		const install = await getInstall(db.client, installId);
		if (install.removedAt !== null) throw new AppError('conflict', 'This install is removed already.');
		if (body.confirm !== install.release) {
			throw new AppError('invalid_answers', 'The release name does not match.', {
				invalidParams: [{ name: 'confirm', reason: `Type ${install.release} to confirm.` }],
			});
		}
		await assertUnmoved(db, await draftOf(options, { kind: 'uninstall', installId }), body.planHash);
		const version = await currentVersion(install);
		const id = randomUUID();
		await refuseWhenBusy(db, { ...install, install }, () =>
			db.transaction(async (tx) => {
				await createOperation(tx, {
					id,
					requestId: body.requestId,
					installId,
					kind: 'uninstall',
					fromVersion: version,
					toVersion: null,
					revision: null,
					request: { asked: body.asked, removeSecrets: body.removeSecrets, removeVolumes: body.removeVolumes },
					planHash: body.planHash,
					reason: body.reason,
					actor: by,
					steps: planSteps('uninstall', { chart: true, frontends: false }),
					heldForSeconds: 0,
				});
				await appendAudit(tx, {
					...auditBase(by, installId),
					kind: 'uninstall.requested',
					summary: `Remove ${install.packName} from ${install.namespace}`,
					data: {
						...auditInstall(install),
						operationId: id,
						reason: body.reason,
						fromVersion: version,
						removeSecrets: body.removeSecrets,
						removeVolumes: body.removeVolumes,
					},
				});
			}),
		);
		return id;
	}

	/** The last failed attempt again, with the same revision: nothing has to be entered. */
	async function requestRetry(
		installId: string,
		body: Extract<RequestOperation, { kind: 'retry' }> & { asked: string },
		by: By,
	): Promise<string> {
		const install = await getInstall(db.client, installId);
		if (install.removedAt !== null) throw new AppError('conflict', 'This install was removed. Install the pack again.');
		const [last] = await listOperations(db.client, { installId, limit: 1 });
		if (last === undefined || (last.state !== 'failed' && last.state !== 'cancelled')) {
			throw new AppError('conflict', 'There is nothing to retry: the last operation did not fail.');
		}
		if (body.skipHooks === true && !(last.kind === 'uninstall' && last.failure?.code === 'hook_failed')) {
			throw new AppError('conflict', 'Hooks are skipped only for a removal that one of them has stopped.', {
				hint: 'Retry without skipping them.',
			});
		}
		const revision = last.revision === null ? null : await getRevision(db.client, installId, last.revision);
		// As it was asked for: what to remove, what to take over, and which secrets nobody but the admin can supply.
		const request = OperationRequest.parse((await getJob(db.client, last.id)).request);
		const skipHooks = body.skipHooks ?? request.skipHooks;
		const helmRevision = await approvedStanding(install, revision, { request, takeOver: body.takeOver ?? false });
		const policy = await options.policy.forPack(install.packId);
		await assertRetryWithinPolicy(db, { install, kind: last.kind, revision }, policy);
		const id = randomUUID();
		await refuseWhenBusy(db, { ...install, install }, () =>
			db.transaction(async (tx) => {
				await createOperation(tx, {
					id,
					requestId: body.requestId,
					installId,
					kind: last.kind,
					fromVersion: last.fromVersion,
					toVersion: last.toVersion,
					revision: last.revision,
					request: {
						...request,
						asked: body.asked,
						helmRevision,
						baseRevision: install.activeRevision,
						returnAfterFailure: policy.returnAfterFailure,
						takeOver: body.takeOver ?? request.takeOver,
						skipHooks,
					},
					planHash: last.planHash,
					reason: body.reason,
					actor: by,
					steps: planSteps(last.kind, {
						chart: last.kind === 'uninstall' || (revision !== null && revision.chart !== null),
						frontends: (revision?.frontends.length ?? 0) > 0,
					}),
					heldForSeconds: 0,
				});
				if (revision !== null) {
					await settleRevision(tx, { installId, number: revision.number }, { outcome: 'pending' });
					await updateInstall(tx, installId, { desiredRevision: revision.number });
				}
				await appendAudit(tx, {
					...auditBase(by, installId),
					kind: 'retry.requested',
					summary:
						`Retry: ${last.kind} ${install.packName} ${last.toVersion ?? (skipHooks ? 'without its hooks' : '')}`.trim(),
					data: {
						...auditInstall(install),
						operationId: id,
						reason: body.reason,
						retryOf: last.id,
						...(skipHooks ? { skipHooks } : {}),
						...(body.takeOver === true ? { takeOver: true } : {}),
					},
				});
			}),
		);
		return id;
	}

	/**
	 * The Helm revision a retry starts from. A retry shows no plan, so what was made outside Packyard since the last one
	 * is not written over unless that is chosen. Throws AppError: `conflict` then, or why the cluster cannot be asked.
	 */
	async function approvedStanding(
		install: StoredInstall,
		revision: StoredRevision | null,
		{ request, takeOver }: { request: OperationRequest; takeOver: boolean },
	): Promise<number | null> {
		if (revision === null || revision.chart === null) return null;
		const { namespace, release, id: installId } = install;
		const runs = install.activeRevision !== null;
		const standing = await standingOf(options, { namespace, release, installId, runs, base: null });
		if (standing.problem !== null) throw standing.problem;
		const seen = standing.helmRevision === request.helmRevision;
		if (standing.outside !== null && !seen && !takeOver)
			throw new AppError('conflict', `This cannot be retried as it was approved. ${standing.outside}`, {
				hint: 'Plan it again: the plan says what would be replaced. Or retry and take over what is there.',
			});
		return standing.helmRevision;
	}

	/**
	 * Ask for an operation to stop. A queued one ends at once; a running one is stopped by its worker. Throws AppError
	 * `conflict` when it is past stopping.
	 */
	async function cancel(operationId: string, by: By): Promise<Operation> {
		const operation = await getOperation(db.client, operationId);
		if (operation.finishedAt !== null) throw new AppError('conflict', 'This operation has ended already.');
		const refusal = cancelRefusal(operation);
		if (refusal !== null)
			throw new AppError('conflict', `This operation cannot be cancelled any more. ${refusal}`, {
				hint: 'Wait until it has ended, then decide what to do next.',
			});
		const queued = operation.state === 'queued';
		try {
			await db.transaction((tx) => writeCancel(tx, operation, by));
		} catch (error) {
			// A worker took it between the look and the write: then it is a running one.
			if (!queued || !isAppError(error, 'conflict')) throw error;
			return cancel(operationId, by);
		}
		options.wake();
		return getOperation(db.client, operationId);
	}

	async function writeCancel(tx: Tx, operation: Operation, by: By): Promise<void> {
		const { id, installId, kind, revision } = operation;
		const queued = operation.state === 'queued';
		await requestCancel(tx, id, by);
		if (queued) {
			await moveOperation(tx, id, { from: 'queued', to: 'cancelled' });
			if (revision !== null) await settleRevision(tx, { installId, number: revision }, { outcome: 'cancelled' });
		}
		await appendAudit(tx, {
			...auditBase(by, installId),
			kind: queued ? 'operation.cancelled' : 'operation.cancel-requested',
			summary: `Cancel the ${kind} of ${operation.packName}`,
			data: { installId, operationId: id, operation: kind, version: operation.toVersion, revision },
		});
	}

	async function patch(installId: string, body: PatchInstall, by: By): Promise<void> {
		const install = await getInstall(db.client, installId);
		if (body.alarm !== undefined) await decideAlarm(options, install, body.alarm, by);
		await db.transaction(async (tx) => {
			if (body.skipVersion !== undefined || body.unskipVersion !== undefined) {
				const skipped = new Set(install.skipped);
				if (body.skipVersion !== undefined) skipped.add(body.skipVersion);
				if (body.unskipVersion !== undefined) skipped.delete(body.unskipVersion);
				await updateInstall(tx, installId, { skipped: [...skipped] });
				const version = body.skipVersion ?? body.unskipVersion ?? null;
				await appendAudit(tx, {
					...auditBase(by, installId),
					kind: 'version.skipped',
					summary: `${body.skipVersion === undefined ? 'Offer' : 'Skip'} ${version} of ${install.packName}`,
					data: { installId, version, skipped: body.skipVersion !== undefined },
				});
			}
			if (body.pin !== undefined) {
				await updateInstall(tx, installId, { pinned: body.pin });
				await appendAudit(tx, {
					...auditBase(by, installId),
					kind: 'version.pinned',
					summary: body.pin === null ? `Unpin ${install.packName}` : `Pin ${install.packName} to ${body.pin}`,
					data: { installId, version: body.pin },
				});
			}
			if (body.revisionNote !== undefined) {
				await noteRevision(tx, { installId, number: body.revisionNote.revision }, body.revisionNote.note);
				await appendAudit(tx, {
					...auditBase(by, installId),
					kind: 'revision.noted',
					summary: `Note on revision ${body.revisionNote.revision} of ${install.packName}`,
					data: { installId, revision: body.revisionNote.revision },
				});
			}
		});
	}

	/** One request, one operation: a double click or a repeated call finds the first one. */
	async function once(request: { requestId: string; asked: string }, work: () => Promise<string>): Promise<Operation> {
		const known = await findRepeated(db.client, request);
		if (known !== null) return known;
		try {
			const id = await work();
			options.wake();
			return await getOperation(db.client, id);
		} catch (error) {
			const twin = await findRepeated(db.client, request);
			if (twin !== null && twin.state !== 'cancelled') return twin;
			throw error;
		}
	}

	async function currentVersion(install: StoredInstall): Promise<string | null> {
		const number = install.activeRevision ?? install.desiredRevision;
		return number === null ? null : (await getRevision(db.client, install.id, number)).version;
	}

	async function view(operationId: string, after: number): Promise<OperationView> {
		// Lines first: a line written between the two reads is then shown with the next one, never lost.
		const lines = await listLines(db.client, operationId, after);
		return { operation: await getOperation(db.client, operationId), lines };
	}

	return {
		plan,
		requestInstall,
		requestOperation,
		cancel,
		patch,
		view,
		/** Keys the owner set for every pack. */
		instanceKeys: async () => Object.keys(await listInstanceValues(db.client)),
		operations: (filter: { installId?: string; open?: boolean; limit: number }) => listOperations(db.client, filter),
		...createQueries(options),
	};
}

function auditBase(by: By, installId: string) {
	return { actor: { id: by.id, name: by.name }, via: by.via, subject: `install:${installId}`, at: new Date() };
}

function auditInstall(install: StoredInstall) {
	return {
		installId: install.id,
		pack: install.packName,
		target: install.target,
		namespace: install.namespace,
		release: install.release,
	};
}
