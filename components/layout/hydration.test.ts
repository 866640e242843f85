import { beforeEach, expect, test, vi } from 'vitest';

let hydration: typeof import('./hydration');

beforeEach(async () => {
	// A page load of its own for every test.
	vi.resetModules();
	hydration = await import('./hydration');
});

test('it is over when every awaited part is alive, and not before', () => {
	const told = vi.fn();
	hydration.subscribeToHydration(told);
	hydration.awaitPart();
	hydration.awaitPart();
	hydration.partIsAlive();
	expect(hydration.isHydrated()).toBe(false);

	hydration.partIsAlive();
	expect(hydration.isHydrated()).toBe(true);
	expect(told).toHaveBeenCalledTimes(1);
});

test('a part that went away before it was alive is not waited for', () => {
	const goAway = hydration.awaitPart();
	hydration.awaitPart();
	hydration.partIsAlive();
	expect(hydration.isHydrated()).toBe(false);

	goAway();
	expect(hydration.isHydrated()).toBe(true);
});

test('parts that come later do not start it again', () => {
	hydration.awaitPart();
	hydration.partIsAlive()();
	hydration.awaitPart();

	expect(hydration.isHydrated()).toBe(true);
});
