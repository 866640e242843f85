import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OperationFailure } from '@/lib/contracts/operations';
import { messageOf } from '@/lib/core';
import type { LineWriter } from './lines';
import { finishStep, setBlocker, startStep } from './operations/progress/store';
import { isForAnotherAttempt, patiently } from './patience';
import type { RunOptions } from './run';
import { applyRevision } from './steps/apply';
import type { StepContext } from './steps/context';
import { healConfiguration } from './steps/deliver';
import { getRevision, recordObservation } from './store';

const Remembered = z.object({ operationId: z.uuid() });

/**
 * After a failed change of something that ran: keep what the cluster shows (pods, reasons, last lines) before it is
 * gone, then put the last good revision back as a step of its own. Returns null when nothing ran before, or when the
 * policy said to leave failures as they are when this was asked for (the step then tells so). Cannot be cancelled.
 */
export async function giveBack(
	options: RunOptions,
	context: StepContext,
	facts: { log: LineWriter; failure: OperationFailure },
): Promise<{ version: string; ok: boolean } | null> {
	const { db } = options;
	const { operation, install, request } = context;
	const held = { id: operation.id, owner: options.owner };
	await diagnose(options, context, facts);
	if (request.baseRevision === null || request.baseRevision === context.revision?.number) return null;

	const base = await getRevision(db.client, install.id, request.baseRevision);
	if (base.chart === null) return null;
	facts.log.enter('return');
	await startStep(db.client, held, 'return');
	if (!request.returnAfterFailure) {
		const detail = `Left as it is: the policy does not return what failed by itself. Roll back to return to ${base.version}.`;
		facts.log.say('warn', detail);
		await finishStep(db.client, held, { name: 'return', state: 'skipped', detail });
		return null;
	}
	facts.log.say('info', `Returning to ${base.version} (revision ${base.number})`);
	// An id of its own, kept before it is used: the runner must not mistake this for the attempt that failed, and a
	// repeated run after a crash must find the same one.
	const known = Remembered.safeParse(context.recall('return'));
	const operationId = known.success ? known.data.operationId : randomUUID();
	if (!known.success) await context.remember('return', { operationId });
	// What somebody changed outside stays theirs on the way back, too, when that is what the attempt failed at.
	const takeOver = request.takeOver || facts.failure.code !== 'conflict';
	// Half-way between two versions is the worst place to stop at: whoever cancels, this goes on.
	const again = { ...context, signal: options.leave, request: { ...request, takeOver } };
	let helmRevision: number | null;
	try {
		({ helmRevision } = await patiently(again, async () => {
			await healConfiguration(again, base);
			return applyRevision(again, { revision: base, operationId, goesBack: true });
		}));
	} catch (error) {
		// This process stops or lost its lease; whoever goes on finds the same id and finishes the return.
		if (options.leave.aborted || isForAnotherAttempt(error)) throw error;
		facts.log.say('error', messageOf(error));
		await finishStep(db.client, held, { name: 'return', state: 'failed', detail: messageOf(error) });
		return { version: base.version, ok: false };
	}
	await context.remember('return', { operationId, helmRevision });
	await setBlocker(db.client, held, null);
	await finishStep(db.client, held, { name: 'return', state: 'done', detail: `${base.version} runs again` });
	return { version: base.version, ok: true };
}

async function diagnose(
	options: RunOptions,
	context: StepContext,
	facts: { log: LineWriter; failure: OperationFailure },
): Promise<void> {
	const { db } = options;
	const { operation, install } = context;
	const held = { id: operation.id, owner: options.owner };
	facts.log.enter('diagnose');
	await startStep(db.client, held, 'diagnose');
	try {
		const status = await context.runner.status({ namespace: install.namespace, release: install.release });
		await recordObservation(db.client, install.id, status);
		for (const pod of status.pods)
			facts.log.say(
				'info',
				`Pod ${pod.name}: ${pod.reason ?? pod.phase}${pod.restarts > 0 ? `, ${pod.restarts} restarts` : ''}`,
			);
		const blocker = facts.failure.blocker ?? status.blocker;
		for (const line of blocker?.logs ?? []) facts.log.say('info', `${blocker?.pod ?? 'pod'}: ${line}`);
		await finishStep(db.client, held, {
			name: 'diagnose',
			state: 'done',
			detail: blocker?.sentence ?? facts.failure.message,
		});
	} catch (error) {
		if (isForAnotherAttempt(error)) throw error;
		await finishStep(db.client, held, {
			name: 'diagnose',
			state: 'failed',
			detail: `The cluster could not be asked: ${messageOf(error)}`,
		});
	}
}
