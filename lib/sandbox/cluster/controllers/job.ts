import { numberAt } from '../json';
import { type KubeObject, nameSuffix, timestamp } from '../object';
import type { World } from '../world';
import {
	type ConditionText,
	conditionsOf,
	countReady,
	createPod,
	podsOf,
	withCondition,
	writeStatus,
} from './workload';

const DONE = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
const FAILED = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };

/** Runs pods until enough have succeeded or too many have failed. */
export function reconcileJob(world: World, job: KubeObject): void {
	const isOver = conditionsOf(job).some(
		({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
	);
	if (isOver || job.spec?.suspend === true) return;
	const succeeded = inPhase(podsOf(world, job), 'Succeeded').length;
	const failed = inPhase(podsOf(world, job), 'Failed').length;
	const completions = numberAt(job.spec, 'completions') ?? 1;
	const startTime = job.status?.startTime ?? timestamp();
	const isComplete = succeeded >= completions;
	if (isComplete || failed > (numberAt(job.spec, 'backoffLimit') ?? 6)) {
		finish(isComplete ? 'Complete' : 'Failed', isComplete ? 'SuccessCriteriaMet' : 'FailureTarget');
		return;
	}

	const room = Math.min(numberAt(job.spec, 'parallelism') ?? 1, completions - succeeded) - active().length;
	for (let left = room; left > 0; left--) {
		const name = `${job.metadata.name}-${nameSuffix()}`;
		createPod(world, job, { name });
		report('Normal', 'SuccessfulCreate', `Created pod: ${name}`);
	}
	const ready = countReady(podsOf(world, job));
	const counts = { active: active().length, succeeded: succeeded || undefined, failed: failed || undefined, ready };
	writeStatus(world, job, { ...job.status, startTime, ...counts });

	function finish(type: 'Complete' | 'Failed', early: string): void {
		const text = type === 'Complete' ? DONE : FAILED;
		const both: ConditionText[] = [early, type].map((name) => ({ type: name, status: true, ...text }));
		const conditions = both.reduce(withCondition, conditionsOf(job));
		const completionTime = type === 'Complete' ? timestamp() : undefined;
		const counts = { succeeded: succeeded || undefined, failed: failed || undefined, ready: 0 };
		writeStatus(world, job, { startTime, completionTime, ...counts, conditions });
		if (type === 'Complete') report('Normal', 'Completed', 'Job completed');
		else report('Warning', FAILED.reason, FAILED.message);
	}

	function active(): KubeObject[] {
		const pods = podsOf(world, job).filter(({ metadata }) => !metadata.deletionTimestamp);
		return [...inPhase(pods, 'Pending'), ...inPhase(pods, 'Running')];
	}

	function report(type: 'Normal' | 'Warning', reason: string, message: string): void {
		world.event(job, { type, reason, message, component: 'job-controller' });
	}
}

function inPhase(pods: readonly KubeObject[], phase: string): KubeObject[] {
	return pods.filter(({ status }) => status?.phase === phase);
}
