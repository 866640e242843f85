import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { appendAudit } from '@/lib/audit';
import { type Operation, OperationFailure, type StepName } from '@/lib/contracts/operations';
import { Blocker } from '@/lib/contracts/runner';
import { at, isAppError, messageOf, redact, textAt } from '@/lib/core';
import type { Tx } from '@/lib/db';
import { sweepOldEnvironments } from './keep';
import { createLineWriter, type LineWriter } from './lines';
import {
	describeStep,
	finishStep,
	getJob,
	type Job,
	moveOperation,
	rememberInStep,
	setBlocker,
	startStep,
} from './operations/store';
import { leaveWhenStopped, patiently } from './patience';
import { giveBack } from './return';
import { OperationRequest } from './schema';
import { type OrdinaryStep, steps } from './steps';
import type { StepContext } from './steps/context';
import { keptBy } from './steps/remove';
import { forgetKeptData, getInstall, getRevision, retireOthers, settleRevision, updateInstall } from './store';
import type { WorkerOptions } from './worker';

export type RunOptions = WorkerOptions & {
	owner: string;
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
		const trouble = failureOfEarlierAttempt(context) ?? (await advance(options, context, log));
		if (trouble === null) {
			log.enter('commit');
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

/** Every step that is not finished yet. Returns how it went wrong, null when it did not; throws what is for another attempt. */
async function advance(options: RunOptions, context: StepContext, log: LineWriter): Promise<Trouble | null> {
	for (const { name, state } of context.operation.steps) {
		if (state === 'done' || state === 'skipped' || name === 'commit' || name === 'diagnose' || name === 'return')
			continue;
		log.enter(name);
		try {
			leaveWhenStopped(context.signal);
			await runStep(options, context, name);
		} catch (error) {
			// A database that is away says nothing about the cluster: the step is repeated, not failed.
			if (options.leave.aborted || isAppError(error, 'database_unavailable')) throw error;
			const cancelled = options.cancelled.aborted;
			const failure = failureOf(error, name);
			return {
				failure: cancelled ? { ...failure, message: 'Cancelled.' } : failure,
				cancelled,
				touched: touchesCluster(name) && !wasUntouched(error),
				step: name,
			};
		}
		await log.flush();
	}
	return null;
}

async function runStep(options: RunOptions, context: StepContext, name: OrdinaryStep): Promise<void> {
	const { db } = options;
	const id = context.operation.id;
	await startStep(db.client, id, name);
	const outcome = await patiently(context, () => steps[name](context));
	if (outcome.result !== undefined) await context.remember(name, outcome.result);
	await finishStep(db.client, id, { name, state: outcome.state, detail: outcome.detail });
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
			if (options.leave.aborted || pause === null) throw error;
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
	await startStep(db.client, operation.id, 'commit');
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
	await context.remember(trouble.step, { cancelled, failure, touched } satisfies z.infer<typeof Ended>);
	await finishStep(db.client, operation.id, { name: trouble.step, state: 'failed', detail: failure.message });
	trouble.log.say('error', failure.message);
	if (failure.technical !== null && failure.technical !== failure.message) trouble.log.say('debug', failure.technical);
	await trouble.log.flush();

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

function touchesCluster(step: StepName): boolean {
	return step === 'apply' || step === 'rollout' || step === 'frontend' || step === 'leak-scan';
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
	const results = new Map(job.stepResults);
	return {
		db,
		runner: options.runner,
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
				if (step.name === 'apply' || step.name === 'rollout')
					await describeStep(db.client, operation.id, step.name, text);
		},
		block: (blocker) => setBlocker(db.client, operation.id, blocker),
		recall: (step) => results.get(step),
		remember: async (step, value) => {
			results.set(step, value);
			await rememberInStep(db.client, operation.id, step, value);
		},
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
