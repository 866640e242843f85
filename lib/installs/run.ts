import { z } from 'zod';
import { appendAudit } from '@/lib/audit';
import { type Operation, OperationFailure, type OperationLine, type StepName } from '@/lib/contracts/operations';
import { Blocker } from '@/lib/contracts/runner';
import { at, isAppError, messageOf, redact, textAt } from '@/lib/core';
import type { Tx } from '@/lib/db';
import { sweepOldEnvironments } from './keep';
import {
	appendLines,
	describeStep,
	finishStep,
	getJob,
	type Job,
	moveOperation,
	rememberInStep,
	setBlocker,
	startStep,
} from './operations/store';
import { giveBack } from './return';
import { OperationRequest } from './schema';
import { type OrdinaryStep, steps } from './steps';
import type { StepContext, StepOutcome } from './steps/context';
import { keptBy } from './steps/remove';
import { forgetKeptData, getInstall, getRevision, retireOthers, settleRevision, updateInstall } from './store';
import type { WorkerOptions } from './worker';

export type RunOptions = WorkerOptions & { owner: string; signal: AbortSignal };

const FLUSH_MS = 250;
const RUNNER_AWAY_MS = 60_000;
const RUNNER_RETRY_MS = 1000;
const SYSTEM = { id: null, name: 'Packyard' };

/** Why a running operation was told to stop. */
type StopReason = 'cancelled' | 'lease-lost' | 'stopping';

/**
 * Run an operation from its first unfinished step to its end. Throws when it must be left for another attempt (lease
 * lost, process stopping, database away); a failed operation is an outcome and is recorded.
 */
export async function runOperation(options: RunOptions, id: string): Promise<void> {
	const job = await getJob(options.db.client, id);
	const log = createLineWriter(options, id);
	const context = await contextOf(options, job, log.say);
	try {
		const earlier = failureOfEarlierAttempt(context);
		if (earlier !== null) {
			await fail(options, context, { ...earlier, log });
			return;
		}
		for (const { name, state } of job.operation.steps) {
			if (state === 'done' || state === 'skipped' || name === 'commit' || name === 'diagnose' || name === 'return')
				continue;
			log.enter(name);
			leaveUnlessOurs(options.signal);
			await runStep(options, context, name);
			await log.flush();
		}
		log.enter('commit');
		await sweepOldEnvironments(context);
		await commit(options, context);
		await log.flush();
	} catch (error) {
		if (mustLeave(options.signal)) {
			log.say('warn', 'Interrupted; the operation goes on when a worker takes it up again.');
			throw error;
		}
		const cancelled = stopReason(options.signal) === 'cancelled';
		const failure = failureOf(error, log.current());
		await fail(options, context, {
			failure: cancelled ? { ...failure, message: 'Cancelled.' } : failure,
			cancelled,
			touched: touchesCluster(log.current()) && !wasUntouched(error),
			step: log.current(),
			log,
		});
	} finally {
		await log.close();
	}
}

async function runStep(options: RunOptions, context: StepContext, name: OrdinaryStep): Promise<void> {
	const { db } = options;
	const id = context.operation.id;
	await startStep(db.client, id, name);
	const outcome = await patiently(context, () => steps[name](context));
	if (outcome.result !== undefined) await context.remember(name, outcome.result);
	await finishStep(db.client, id, { name, state: outcome.state, detail: outcome.detail });
}

/** A runner that restarts is back in seconds, and every step may be repeated: that is no reason to fail an operation. */
async function patiently(context: StepContext, step: () => Promise<StepOutcome>): Promise<StepOutcome> {
	for (const until = Date.now() + RUNNER_AWAY_MS; ; ) {
		try {
			return await step();
		} catch (error) {
			if (!isAppError(error, 'runner_unavailable') || context.signal.aborted || Date.now() > until) throw error;
			context.say('warn', `${error.message} Trying again.`);
			await new Promise((resolve) => setTimeout(resolve, RUNNER_RETRY_MS));
			leaveUnlessOurs(context.signal);
		}
	}
}

/** The end of a good operation: revision, install, operation and audit in one transaction. */
async function commit(options: RunOptions, context: StepContext): Promise<void> {
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

	const returned = touched ? await giveBack(options, context, { log: trouble.log, failure, cancelled }) : null;
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
		signal: options.signal,
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

export type LineWriter = {
	say(level: OperationLine['level'], text: string): void;
	enter(step: StepName): void;
	current(): StepName;
	flush(): Promise<void>;
	close(): Promise<void>;
};

/** Lines come faster than rows should be written: they are gathered and written a few times a second, in order. */
function createLineWriter(options: RunOptions, id: string): LineWriter {
	let waiting: Omit<OperationLine, 'id'>[] = [];
	let step: StepName = 'fetch';
	let writing: Promise<void> = Promise.resolve();
	const flush = () => {
		const lines = waiting;
		waiting = [];
		writing = writing
			.then(() => appendLines(options.db.client, id, lines))
			.catch((error: unknown) => options.log.warn({ operation: id, problem: messageOf(error) }, 'log lines were lost'));
		return writing;
	};
	const timer = setInterval(() => void flush(), FLUSH_MS);
	return {
		say: (level, text) => {
			for (const part of redact(text).split('\n'))
				if (part.trim() !== '') waiting.push({ at: new Date().toISOString(), step, level, text: part });
		},
		enter: (name) => {
			step = name;
		},
		current: () => step,
		flush,
		close: async () => {
			clearInterval(timer);
			await flush();
		},
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

function stopReason(signal: AbortSignal): StopReason | null {
	if (!signal.aborted) return null;
	return signal.reason === 'cancelled' || signal.reason === 'lease-lost' ? signal.reason : 'stopping';
}

/** Another attempt goes on with the operation: here, or in the process that holds the lease now. */
function mustLeave(signal: AbortSignal): boolean {
	const reason = stopReason(signal);
	return reason === 'lease-lost' || reason === 'stopping';
}

function leaveUnlessOurs(signal: AbortSignal): void {
	if (signal.aborted) throw new Error(`stopped: ${stopReason(signal)}`);
}
