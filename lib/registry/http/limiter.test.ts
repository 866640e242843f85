import { expect, test } from 'vitest';
import { createLimiter } from './limiter';

test('no more than the allowed number run at once for one host, in order, and failures free their place', async () => {
	const limiter = createLimiter(2);
	const started: number[] = [];
	let active = 0;
	let most = 0;
	const results = await Promise.allSettled(
		[0, 1, 2, 3, 4].map((number) =>
			limiter.run('host', async () => {
				started.push(number);
				active += 1;
				most = Math.max(most, active);
				await new Promise((resolve) => setImmediate(resolve));
				active -= 1;
				if (number === 1) throw new Error('broken');
				return number;
			}),
		),
	);

	expect(most).toBe(2);
	expect(started).toEqual([0, 1, 2, 3, 4]);
	expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
});

test('one busy host does not hold up another', async () => {
	const limiter = createLimiter(1);
	let release = () => {};
	const busy = limiter.run('a', () => new Promise<void>((resolve) => (release = resolve)));

	expect(await limiter.run('b', async () => 'done')).toBe('done');
	release();
	await busy;
});

test('who waits and is not wanted any more leaves at once, and whoever is behind gets the place', async () => {
	const limiter = createLimiter(1);
	let release = () => {};
	const busy = limiter.run('a', () => new Promise<void>((resolve) => (release = resolve)));
	const gone = new AbortController();
	const first = limiter.run('a', async () => 'first', gone.signal);
	const second = limiter.run('a', async () => 'second');
	gone.abort('not wanted');

	await expect(first).rejects.toBe('not wanted');
	await expect(limiter.run('a', async () => 'never', gone.signal)).rejects.toBe('not wanted');
	release();
	expect(await second).toBe('second');
	await busy;
});
