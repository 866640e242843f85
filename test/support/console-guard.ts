import { afterEach, beforeEach, vi } from 'vitest';

/** `console.error` and `console.warn` fail the test unless it declares them expected by replacing the spy (HOUSE.md rule 33). */
beforeEach(() => {
	for (const level of ['error', 'warn'] as const) {
		vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
			throw new Error(`console.${level} during a test: ${parts.map(String).join(' ')}`);
		});
	}
});

afterEach(() => {
	vi.restoreAllMocks();
});
