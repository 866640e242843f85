import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { appendAudit } from '@/lib/audit';
import { type Operation, OperationFailure, type StepName } from '@/lib/contracts/operations';
import { Blocker } from '@/lib/contracts/runner';
import { at, isAppError, messageOf, redact, textAt } from '@/lib/core';
import type { Tx } from '@/lib/db';
import { concealOldValues } from './conceal';
import { fencedRunner } from './fence';
import { sweepOldEnvironments } from './keep';
import { createLineWriter, type LineWriter } from './lines';
import {
	describeStep,
	finishStep,
	rememberInStep,
	setBlocker,
	startStep,
	wasTakenOver,
} from './operations/progress/store';
import { getJob, type Job, moveOperation } from './operations/store';
import { isForAnotherAttempt, leaveWhenStopped, patiently } from './patience';
import { giveBack } from './return';
import { OperationRequest } from './schema';
import { type OrdinaryStep, steps } from './steps';
import { wasSent } from './steps/apply';
import type { StepContext } from './steps/context';
import { keptBy } from './steps/remove';
import { forgetKeptData, getInstall, getRevision, retireOthers, settleRevision, updateInstall } from './store';
import type { WorkerOptions } from './worker';

export type RunOptions = WorkerOptions & {
	/** Of this claim; and its number, for the runner. */
	owner: string;
	fence: number;
	/** Renew the lease now; throws when it is lost. */
	hold(): Promise<void>;
	/** Aborted when another attempt has to go on: the lease is lost, or this process stops. */
	leave: AbortSignal;
	/** Aborted when somebody wants the operation to end. What is being put back is put back all the same. */
	cancelled: AbortSignal;
};

const SYSTEM = { id: null, name: 'Packyard' };

/**
 * Run an operation from its first unfinished step to its end. Throws when it must be left for another attempt (lease
 * lost, process stopping, database away); a failed operation is an outcome and is recorded.
 */
export async function runOperation(options: RunOptions, id: string): Promise<void> {
	const job = await getJob(options.db.client, id);
	const log = createLineWriter(options, id);
	const context = await contextOf(options, job, log.say);
	try {
		if (job.operation.attempt > 1) await shutOutEarlierAttempts(options, context);
		const trouble = failureOfEarlierAttempt(context) ?? (await advance(options, context, log));
		if (trouble === null) {
			log.enter('commit');
			await concealOldValues(context, options.fingerprint);
			await sweepOldEnvironments(context);
			await commit(options, context, log);
		} else await fail(options, context, { ...trouble, log });
	} catch (error) {
		log.say('warn', 'Interrupted; the operation goes on when a worker takes it up again.');
		throw error;
	} finally {
		await log.close();
	}
}

/**
 * Before anything else: what an earlier attempt still has on its way to the runner must not arrive after this one has
 * decided how the operation ends. Without an answer nothing can be decided, and it is left to the next attempt.
 */
async function shutOutEarlierAttempts(options: RunOptions, { install, revision, say }: StepContext): Promise<void> {
	if (revision !== null && revision.chart === null) return;
	const { namespace, release } = install;
	const { runner, fence, leave } = options;
	await patiently({ signal: leave, say }, () => runner.raiseFence({ namespace, release, fence }));
}

/** Every step that is not finished yet. Returns how it went wrong, null when it did not; throws what is for another attempt. */
async function advance(options: RunOptions, context: StepContext, log: LineWriter): Promise<Trouble | null> {
	for (const { name, state } of context.operation.steps) {
		if (state === 'done' || state === 'skipped' || name === 'commit' || name === 'diagnose' || name === 'return')
			continue;
		log.enter(name);
		const sentBefore = wasSent(context);
		try {
			await options.hold();
			leaveWhenStopped(context.signal);
			await runStep(options, context, name);
		} catch (error) {
			// A database that is away says nothing about the cluster: the step is repeated, not failed.
			if (options.leave.aborted || isForAnotherAttempt(error)) throw error;
			const cancelled = options.cancelled.aborted;
			const failure = failureOf(error, name);
			return {
				failure: cancelled ? { ...failure, message: 'Cancelled.' } : failure,
				cancelled,
				touched: wasSent(context) && (sentBefore || !wasUntouched(error)),
				step: name,
			};
		}
		await log.flush();
	}
	return null;
}

async function runStep(options: RunOptions, context: StepContext, name: OrdinaryStep): Promise<void> {
	const { db } = options;
	const held = { id: context.operation.id, owner: options.owner };
	await startStep(db.client, held, name);
	const outcome = await patiently(context, () => steps[name](context));
	await finishStep(db.client, held, { name, ...outcome });
	if (outcome.result !== undefined) context.know(name, outcome.result);
}

/** Between the tries to record a result. A database that stays away longer is for the next attempt. */
const COMMIT_PAUSES_MS = [250, 500, 1000, 2000, 4000];

/**
 * Everything is done; what is left is to say so. A failure here is never one of the operation: it is tried again, and
 * then by whoever takes the operation up next, for whom only this is left to do.
 */
async function commit(options: RunOptions, context: StepContext, log: LineWriter): Promise<void> {
	for (const pause of [...COMMIT_PAUSES_MS, null]) {
		try {
			await recordSuccess(options, context);
			return;
		} catch (error) {
			if (options.leave.aborted || wasTakenOver(error) || pause === null) throw error;
			log.say('warn', `The result could not be recorded: ${problemOf(error)} Trying again.`);
			await delay(pause, undefined, { signal: options.leave });
		}
	}
}

function problemOf(error: unknown): string {
	return isAppError(error) ? error.message : 'the database refused it.';
}

/** The end of a good operation: revision, install, operation and audit in one transaction. */
async function recordSuccess(options: RunOptions, context: StepContext): Promise<void> {
	const { db } = options;
	const { operation, install, revision } = context;
	await startStep(db.client, { id: operation.id, owner: options.owner }, 'commit');
	const kept = operation.kind === 'uninstall' && !(context.request.removeSecrets && context.request.removeVolumes);
	await db.transaction(async (tx) => {
		if (revision === null) {
			await updateInstall(tx, install.id, { removedAt: new Date(), dataKept: kept });
			// Configurations and volumes go by the name of the release: those of earlier installs here went, too.
			if (!kept) await forgetKeptData(tx, install);
		} else {
			const place = { installId: install.id, number: revision.number };
			await settleRevision(tx, place, {
				outcome: 'good',
				helmRevision: helmRevisionOf(context),
				...(revision.activatedAt === null ? { activatedAt: new Date() } : {}),
			});
			await retireOthers(tx, place);
			await updateInstall(tx, install.id, { activeRevision: revision.number, desiredRevision: revision.number });
		}
		await tx.operationStep.updateMany({
			where: { operationId: operation.id, name: 'commit' },
			data: {
				state: 'done',
				finishedAt: new Date(),
				detail: revision === null ? 'Removed' : `Revision ${revision.number} runs`,
			},
		});
		await moveOperation(tx, operation.id, { from: 'running', to: 'succeeded', owner: options.owner });
		const facts = operationFacts(operation);
		await appendAudit(
			tx,
			revision === null
				? {
						...auditBase(operation),
						kind: 'install.removed',
						summary: `${operation.packName} was removed`,
						data: { ...facts, dataKept: kept, kept: keptBy(context) },
					}
				: {
						...auditBase(operation),
						kind: 'operation.succeeded',
						summary: `${operation.packName} ${revision.version} runs`,
						data: { ...facts, helmRevision: helmRevisionOf(context) },
					},
		);
	});
}

/** How an attempt went wrong. Kept in its step, so that a crash on the way back does not try the bad version again. */
const Ended = z.object({ failure: OperationFailure, cancelled: z.boolean(), touched: z.boolean() });
type Trouble = z.infer<typeof Ended> & { step: StepName };

function failureOfEarlierAttempt(context: StepContext): Trouble | null {
	for (const { name, state } of context.operation.steps) {
		const known = state === 'failed' ? Ended.safeParse(context.recall(name)) : null;
		if (known?.success) return { ...known.data, step: name };
	}
	return null;
}

/** The end of a bad one: find the cause first, then (by policy) go back, then record both facts. */
async function fail(options: RunOptions, context: StepContext, trouble: Trouble & { log: LineWriter }): Promise<void> {
	const { db } = options;
	const { operation, install, revision } = context;
	const { cancelled, failure, touched } = trouble;
	const result = { cancelled, failure, touched } satisfies z.infer<typeof Ended>;
	const held = { id: operation.id, owner: options.owner };
	await finishStep(db.client, held, { name: trouble.step, state: 'failed', detail: failure.message, result });
	trouble.log.say('error', failure.message);
	if (failure.technical !== null && failure.technical !== failure.message) trouble.log.say('debug', failure.technical);
	await trouble.log.flush();

	// An earlier attempt may have left a Helm of this operation behind, which must not work beside the return.
	if (touched && operation.attempt > 1) await options.runner.cancel(operation.id).catch(() => undefined);
	const returned = touched ? await giveBack(options, context, { log: trouble.log, failure }) : null;
	await trouble.log.flush();
	await db.transaction(async (tx) => {
		await moveOperation(
			tx,
			operation.id,
			{ from: 'running', to: cancelled ? 'cancelled' : 'failed', owner: options.owner },
			{ failure, returned },
		);
		if (revision !== null && install.activeRevision !== revision.number) {
			await settleRevision(
				tx,
				{ installId: install.id, number: revision.number },
				{ outcome: cancelled ? 'cancelled' : 'failed' },
			);
		}
		await auditEnd(tx, operation, { cancelled, failure });
		if (returned !== null && context.request.baseRevision !== null) {
			const facts = {
				...operationFacts(operation),
				toVersion: returned.version,
				toRevision: context.request.baseRevision,
				ok: returned.ok,
			};
			await appendAudit(tx, {
				...auditBase(operation),
				kind: 'operation.returned',
				summary: returned.ok ? `Returned to ${returned.version}` : `Returning to ${returned.version} failed`,
				data: facts,
			});
		}
	});
}

function wasUntouched(error: unknown): boolean {
	return isAppError(error) && at(error.details, 'untouched') === true;
}

async function auditEnd(
	tx: Tx,
	operation: Operation,
	end: { cancelled: boolean; failure: OperationFailure },
): Promise<void> {
	const facts = operationFacts(operation);
	if (end.cancelled) {
		await appendAudit(tx, {
			...auditBase(operation),
			kind: 'operation.cancelled',
			summary: `The ${operation.kind} of ${operation.packName} was cancelled`,
			data: facts,
		});
		return;
	}
	const { code, step, message } = end.failure;
	await appendAudit(tx, {
		...auditBase(operation),
		kind: 'operation.failed',
		summary: `The ${operation.kind} of ${operation.packName} failed: ${message}`.slice(0, 1000),
		data: { ...facts, code, step, message: message.slice(0, 4000) },
	});
}

async function contextOf(options: RunOptions, job: Job, say: StepContext['say']): Promise<StepContext> {
	const { db } = options;
	const { operation } = job;
	const install = await getInstall(db.client, operation.installId);
	const held = { id: operation.id, owner: options.owner };
	const results = new Map(job.stepResults);
	return {
		db,
		runner: fencedRunner(options.runner, options),
		catalog: options.catalog,
		times: { helmTimeoutSeconds: options.helmTimeoutSeconds, patienceSeconds: options.patienceSeconds },
		operation,
		request: OperationRequest.parse(job.request),
		install,
		revision: operation.revision === null ? null : await getRevision(db.client, install.id, operation.revision),
		signal: AbortSignal.any([options.leave, options.cancelled]),
		say,
		describe: async (text) => {
			for (const step of operation.steps)
				if (step.name === 'apply' || step.name === 'rollout') await describeStep(db.client, held, step.name, text);
		},
		block: (blocker) => setBlocker(db.client, held, blocker),
		recall: (step) => results.get(step),
		remember: async (step, value) => {
			await rememberInStep(db.client, held, step, value);
			results.set(step, value);
		},
		know: (step, value) => void results.set(step, value),
		keepRevisions: options.keepRevisions,
	};
}

function failureOf(error: unknown, step: StepName): OperationFailure {
	if (!isAppError(error))
		return {
			code: 'internal',
			message: 'Something unexpected happened.',
			hint: 'Try again; if it stays, give the technical detail to whoever looks after Packyard.',
			technical: redact(messageOf(error)),
			step,
			blocker: null,
		};
	const blocker = Blocker.safeParse(at(error.details, 'blocker'));
	return {
		code: error.code,
		message: redact(blocker.success ? blocker.data.sentence : error.message),
		hint: error.hint ?? null,
		technical: redact(textAt(error.details, 'technical') ?? error.message),
		step,
		blocker: blocker.success ? blocker.data : null,
	};
}

function helmRevisionOf(context: StepContext): number | null {
	const found = at(context.recall('apply'), 'helmRevision');
	return typeof found === 'number' ? found : null;
}

function operationFacts(operation: Operation) {
	return {
		installId: operation.installId,
		operationId: operation.id,
		operation: operation.kind,
		version: operation.toVersion,
		revision: operation.revision,
	};
}

function auditBase(operation: Operation) {
	return { actor: SYSTEM, via: 'worker', subject: `install:${operation.installId}`, at: new Date() } as const;
}
