import { expect, test } from 'vitest';
import type { RunnerEvent, RunnerResult } from '@/lib/contracts/runner';
import { Secret } from '@/lib/core';
import { createJobs, type JobStart, resultOf } from './jobs';

const ref = { namespace: 'apps', release: 'hello' };
const clock = () => new Date('2026-11-20T10:00:00Z');

function controlled() {
	let finish: (result: RunnerResult) => void = () => {};
	let runs = 0;
	const start = (operationId: string, release = 'hello'): JobStart => ({
		kind: 'apply',
		operationId,
		ref: { ...ref, release },
		work: (context) => {
			runs++;
			context.line('info', `run ${runs}`);
			return new Promise((resolve) => {
				finish = resolve;
				context.signal.addEventListener('abort', () => resolve(resultOf('cancelled', 'Cancelled.')));
			});
		},
	});
	return { start, finish: (result: RunnerResult) => finish(result), runs: () => runs };
}

async function all(events: AsyncIterable<RunnerEvent>): Promise<string[]> {
	const seen: string[] = [];
	for await (const event of events) {
		seen.push(event.kind === 'line' ? event.text : event.kind === 'result' ? event.result.outcome : event.kind);
	}
	return seen;
}

test('a second request of the same operation attaches and sees everything from the start', async () => {
	const job = controlled();
	const jobs = createJobs(clock);
	const first = all(jobs.start(job.start('a')));
	const second = all(jobs.start(job.start('a')));
	job.finish(resultOf('ok', 'Done.'));
	expect(await first).toEqual(['run 1', 'ok']);
	expect(await second).toEqual(['run 1', 'ok']);
	expect(job.runs()).toBe(1);
});

test('a job goes on when its consumer leaves', async () => {
	const job = controlled();
	const jobs = createJobs(clock);
	for await (const _ of jobs.start(job.start('a'))) break;
	expect(jobs.running()).toEqual(['a']);
	job.finish(resultOf('ok', 'Done.'));
	expect(await all(jobs.start(job.start('a')))).toEqual(['run 1', 'ok']);
	expect(job.runs()).toBe(1);
});

test('a failure nobody has seen is delivered; the next request is a new attempt', async () => {
	const job = controlled();
	const jobs = createJobs(clock);
	for await (const _ of jobs.start(job.start('a'))) break;
	job.finish(resultOf('timeout', 'Too slow.'));
	expect(await all(jobs.start(job.start('a')))).toEqual(['run 1', 'timeout']);
	const again = all(jobs.start(job.start('a')));
	job.finish(resultOf('ok', 'Done.'));
	expect(await again).toEqual(['run 2', 'ok']);
});

test('another operation on the same release is busy, on another release it runs', async () => {
	const job = controlled();
	const jobs = createJobs(clock);
	jobs.start(job.start('a'));
	expect(await all(jobs.start(job.start('b')))).toEqual(['busy']);
	jobs.start(job.start('c', 'other'));
	expect(jobs.running()).toEqual(['a', 'c']);
});

test('cancel reaches the job, and says so when there is none', async () => {
	const job = controlled();
	const jobs = createJobs(clock);
	const events = all(jobs.start(job.start('a')));
	expect(await jobs.cancel('a')).toBe(true);
	expect(await events).toEqual(['run 1', 'cancelled']);
	expect(await jobs.cancel('a')).toBe(false);
});

test('a living secret is removed from lines and from everywhere in the result', async () => {
	const secret = new Secret('s3cr3t-value-1');
	const jobs = createJobs(clock);
	const events: RunnerEvent[] = [];
	const work: JobStart['work'] = async (context) => {
		context.line('info', `password is ${secret.reveal()}`);
		return resultOf('failed', 'No.', { detail: secret.reveal(), warnings: [`x ${secret.reveal()}`] });
	};
	for await (const event of jobs.start({ kind: 'apply', operationId: 'a', ref, work })) events.push(event);
	expect(JSON.stringify(events)).not.toContain('s3cr3t-value-1');
	expect(events).toHaveLength(2);
});

test('a job that throws still ends with a result', async () => {
	const work: JobStart['work'] = async () => {
		throw new Error('boom');
	};
	expect(await all(createJobs(clock).start({ kind: 'apply', operationId: 'a', ref, work }))).toEqual(['failed']);
});
