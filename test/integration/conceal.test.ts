import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '@/lib/core';
import { applyRequest, changeByHand, finish, type RunnerWorld, startRunnerWorld } from '../support/runner-world';

/** Plain values of an old revision that have become secrets leave its ConfigMap, whenever that stops half-way. */

const MOVED = 'hello-env-r1-moved-r2';

let world: RunnerWorld;
let count = 0;
beforeAll(async () => {
	world = await startRunnerWorld();
});
afterAll(() => world?.close());

test('the value moves to a Secret of its own, where the next environment finds it; doing it again changes nothing', async () => {
	const target = await oldRevision();
	const done = await world.runner.concealEnvironment(conceal(target));
	const again = await world.runner.concealEnvironment({ ...conceal(target), operationId: randomUUID() });

	expect(done).toEqual({ secretName: MOVED, keys: ['HOOK'] });
	expect(again).toEqual(done);
	expect(configOf(target)).toEqual({ LOG_LEVEL: 'debug' });
	expect(await world.runner.checkEnvironment({ ...target, revision: 1 })).toEqual({
		present: true,
		configKeys: ['LOG_LEVEL'],
		secretKeys: ['API_KEY', 'HOOK'],
	});
	const keep = [{ key: 'HOOK', fromSecret: MOVED, fromKey: 'HOOK' }];
	const next = { ...target, operationId: randomUUID(), revision: 3, config: {}, secrets: {}, keep };
	expect(await world.runner.ensureEnvironment(next)).toMatchObject({ secretKeys: ['HOOK'] });
	expect(secretOf(target, 'hello-env-r3')).toBe('planted-hook');
});

test('an attempt that stopped with the Secret written and the ConfigMap untouched is ended by the next', async () => {
	const target = await oldRevision();
	await world.runner.concealEnvironment(conceal(target));
	await byHand(target, 'DELETE');
	await byHand(target, 'POST', { HOOK: 'planted-hook', LOG_LEVEL: 'debug' });

	expect(await world.runner.concealEnvironment(conceal(target))).toEqual({ secretName: MOVED, keys: ['HOOK'] });
	expect(configOf(target)).toEqual({ LOG_LEVEL: 'debug' });
});

test('an attempt that stopped with the ConfigMap deleted is ended by the next', async () => {
	const target = await oldRevision();
	await world.runner.concealEnvironment(conceal(target));
	await byHand(target, 'DELETE');

	expect(await world.runner.concealEnvironment(conceal(target))).toEqual({ secretName: MOVED, keys: ['HOOK'] });
	expect(configOf(target)).toEqual({ LOG_LEVEL: 'debug' });
	expect(secretOf(target, MOVED)).toBe('planted-hook');
});

test('of an environment that was swept nothing is left to move, and nothing is made up', async () => {
	const target = await oldRevision();
	await world.runner.sweepEnvironments({ ...target, keepRevisions: [] });

	expect(await world.runner.concealEnvironment(conceal(target))).toEqual({ secretName: MOVED, keys: [] });
	expect(configOf(target)).toBeUndefined();
});

test('a revision that pods still start from keeps its value until they are gone', async () => {
	const target = await oldRevision();
	await finish(world.runner.apply(applyRequest(target)));

	await expect(world.runner.concealEnvironment(conceal(target))).rejects.toMatchObject({
		code: 'conflict',
		message: expect.stringContaining('still starts from hello-env-r1'),
	});
	expect(configOf(target)).toEqual({ HOOK: 'planted-hook', LOG_LEVEL: 'debug' });
});

test('both Secrets of a revision are swept with it', async () => {
	const target = await oldRevision();
	await world.runner.concealEnvironment(conceal(target));

	const { deleted } = await world.runner.sweepEnvironments({ ...target, keepRevisions: [2] });
	expect(deleted.sort()).toEqual(['ConfigMap hello-env-r1', 'Secret hello-env-r1', `Secret ${MOVED}`]);
});

type Target = { namespace: string; release: string };

async function oldRevision(): Promise<Target> {
	const target = { namespace: `moved-${++count}`, release: 'hello' };
	const config = { HOOK: 'planted-hook', LOG_LEVEL: 'debug' };
	const secrets = { API_KEY: 's3cret-of-the-test' };
	await world.runner.ensureEnvironment({
		...target,
		operationId: randomUUID(),
		revision: 1,
		config,
		secrets,
		keep: [],
	});
	return target;
}

function conceal(target: Target) {
	return { ...target, operationId: randomUUID(), revision: 1, by: 2, keys: ['HOOK'], config: { LOG_LEVEL: 'debug' } };
}

function configOf({ namespace }: Target): unknown {
	return world.cluster.store.peek('v1', 'ConfigMap', namespace, 'hello-env-r1')?.data;
}

function secretOf({ namespace }: Target, name: string): string {
	const value = at(world.cluster.store.peek('v1', 'Secret', namespace, name), 'data', 'HOOK');
	return Buffer.from(String(value), 'base64').toString();
}

async function byHand({ namespace, release }: Target, method: 'POST' | 'DELETE', data?: object): Promise<void> {
	const path = `/api/v1/namespaces/${namespace}/configmaps`;
	if (method === 'DELETE') return changeByHand(world, method, `${path}/hello-env-r1`);
	const labels = {
		'app.kubernetes.io/managed-by': 'packyard',
		'packyard.dev/release': release,
		'packyard.dev/revision': '1',
	};
	const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hello-env-r1', labels }, data };
	return changeByHand(world, method, path, object);
}
