import { expect, test } from 'vitest';
import config from '../vitest.config';
import { emptySuites } from './empty-suites.mjs';

const file = (path: string, ...statuses: string[]) => ({
	name: `/repo/${path}`,
	assertionResults: statuses.map((status) => ({ status })),
});

test('a suite that ran is not empty, one whose tests were all skipped is, and so is one without files', () => {
	const results = [
		file('lib/core/redact.test.ts', 'passed'),
		file('test/architecture.test.ts', 'passed'),
		file('test/integration/runner.test.ts', 'skipped', 'pending'),
		file('test/e2e/start.test.ts', 'skipped', 'failed'),
	];

	expect(emptySuites(['unit', 'dom', 'integration', 'e2e'], results, '/repo')).toEqual(['dom', 'integration']);
});

test('every project of Vitest is known', () => {
	const names = (config.test?.projects ?? []).flatMap((project) =>
		typeof project === 'object' && 'test' in project ? [String(project.test?.name)] : [],
	);

	expect(names.length).toBeGreaterThan(3);
	expect(emptySuites(names, [], '/repo')).toEqual(names);
});
