import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Runner } from '@/lib/runner';
import {
	applyRequest,
	finish,
	giveEnvironment,
	helloChart,
	type RunnerWorld,
	startRunnerOn,
	startRunnerWorld,
	uninstallRequest,
} from '../support/runner-world';

/** What the runner lets through: never anything older than what it has served for a release, whatever it forgot. */

const SUPERSEDED = {
	ok: false,
	outcome: 'superseded',
	message: 'Something newer has worked on this release since.',
	hint: expect.stringMatching(/Nothing was changed/),
};

let world: RunnerWorld;
let runner: Runner;
beforeAll(async () => {
	world = await startRunnerWorld();
	runner = world.runner;
});
afterAll(() => world.close());

test('a claim that was overtaken applies nothing, whether its operation is the same or another one', async () => {
	const { target, request } = await applied('overtaken', 20);
	const older = { ...request, chart: helloChart('0.9.0'), fence: 19 };

	expect(await finish(runner.apply(older))).toMatchObject(SUPERSEDED);
	expect(await finish(runner.apply({ ...older, operationId: randomUUID() }))).toMatchObject(SUPERSEDED);
	expect((await runner.status(target)).release).toMatchObject({ revision: 1, chart: 'pack-hello-1.0.0' });
	// The control: the same request with the number of a later claim is served.
	const later = { ...older, operationId: randomUUID(), fence: 21 };
	expect(await finish(runner.apply(later))).toMatchObject({ ok: true, helmRevision: 2 });
});

test('the later claim of the same operation attaches to the run of the earlier one', async () => {
	const target = { namespace: 'demo', release: 'attached' };
	await giveEnvironment(runner, target);
	const request = applyRequest(target, { fence: 5 });
	const [first, second] = await Promise.all([
		finish(runner.apply(request)),
		finish(runner.apply({ ...request, fence: 6 })),
	]);

	expect([first, second]).toMatchObject([
		{ ok: true, helmRevision: 1 },
		{ ok: true, helmRevision: 1 },
	]);
});

test('raising the fence alone is enough, and lowering it is refused', async () => {
	const target = { namespace: 'demo', release: 'raised' };
	await giveEnvironment(runner, target);
	expect(await runner.raiseFence({ ...target, fence: 9 })).toEqual({ fence: 9 });

	expect(await finish(runner.apply(applyRequest(target, { fence: 8 })))).toMatchObject(SUPERSEDED);
	await expect(runner.raiseFence({ ...target, fence: 8 })).rejects.toMatchObject({ code: 'conflict' });
	expect((await runner.status(target)).release).toBeNull();
});

test('an overtaken claim deletes and writes no configuration', async () => {
	const { target } = await applied('configured', 30);
	const environment = { ...target, revision: 2, config: { LOG_LEVEL: 'info' }, secrets: {}, keep: [] };

	await expect(runner.sweepEnvironments({ ...target, keepRevisions: [], fence: 29 })).rejects.toMatchObject({
		code: 'conflict',
	});
	await expect(
		runner.ensureEnvironment({ ...environment, operationId: randomUUID(), fence: 29 }),
	).rejects.toMatchObject({ code: 'conflict' });
	expect(await runner.checkEnvironment({ ...target, revision: 1 })).toMatchObject({ present: true });
	expect(await runner.checkEnvironment({ ...target, revision: 2 })).toMatchObject({ present: false });
});

describe('after the runner was started again', () => {
	test('what was removed is not installed again by what was asked before', async () => {
		const { target, request } = await applied('removed', 40);
		expect(await finish(runner.uninstall(uninstallRequest(target, { fence: 41 })))).toMatchObject({ ok: true });
		const again = await startRunnerOn(world, 'the same folder');

		expect(await finish(again.apply(request))).toMatchObject(SUPERSEDED);
		expect((await again.status(target)).release).toBeNull();
		await again.close();
	});

	test('with an empty folder: the records of Helm say what is newer', async () => {
		const { target, request } = await applied('forgotten', 50);
		const newer = { ...request, operationId: randomUUID(), chart: helloChart('1.1.0'), fence: 51 };
		expect(await finish(runner.apply(newer))).toMatchObject({ ok: true, helmRevision: 2 });
		const other = await startRunnerOn(world);

		expect(await finish(other.apply(request))).toMatchObject(SUPERSEDED);
		expect(await finish(other.uninstall(uninstallRequest(target, { fence: 50 })))).toMatchObject(SUPERSEDED);
		expect((await other.status(target)).release).toMatchObject({ revision: 2, chart: 'pack-hello-1.1.0' });
		await other.close();
	});
});

describe('the Helm revision an operation was approved on', () => {
	test('another one now is refused, and its own earlier attempts do not count', async () => {
		const { target, request } = await applied('based', 60);
		const next = { ...request, operationId: randomUUID(), chart: helloChart('1.1.0'), fence: 61 };

		expect(await finish(runner.apply({ ...next, basedOn: 0 }))).toMatchObject({
			outcome: 'moved',
			message: 'Helm revision 1 was made after this was approved; there was none then.',
		});
		const broken = { ...next, values: { image: 'ghcr.io/khal-os/hello:does-not-exist' } };
		expect(await finish(runner.apply({ ...broken, basedOn: 1 }))).toMatchObject({ ok: false });
		expect(await finish(runner.apply({ ...next, basedOn: 1, fence: 62 }))).toMatchObject({ ok: true, helmRevision: 3 });
		expect((await runner.status(target)).release).toMatchObject({ revision: 3 });
	});

	test('a release that was removed meanwhile is not brought back', async () => {
		const { target, request } = await applied('gone', 70);
		expect(await finish(runner.uninstall(uninstallRequest(target, { fence: 71 })))).toMatchObject({ ok: true });
		const next = { ...request, operationId: randomUUID(), fence: 72, basedOn: 1 };

		expect(await finish(runner.apply(next))).toMatchObject({
			outcome: 'moved',
			message: 'The release was removed after this was approved.',
		});
	});
});

/** Release, environment and one good run with that number. */
async function applied(release: string, fence: number) {
	const target = { namespace: 'demo', release };
	await giveEnvironment(runner, target);
	const request = applyRequest(target, { fence });
	expect(await finish(runner.apply(request))).toMatchObject({ ok: true, helmRevision: 1 });
	return { target, request };
}
