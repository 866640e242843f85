import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
const slow = { testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
	resolve: { alias: { '@': root, 'server-only': `${root}/test/support/server-only.ts` } },
	oxc: { jsx: { runtime: 'automatic' } },
	test: {
		setupFiles: ['test/support/console-guard.ts'],
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					include: ['lib/**/*.test.ts', 'app/**/*.test.ts', 'scripts/**/*.test.ts', 'test/*.test.ts'],
				},
			},
			{
				extends: true,
				test: {
					name: 'dom',
					environment: 'jsdom',
					setupFiles: ['test/support/answers-ready.ts'],
					include: ['components/**/*.test.tsx', 'components/**/*.test.ts'],
				},
			},
			{ extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...slow } },
			{
				extends: true,
				test: { name: 'contract', include: ['test/contract/**/*.test.ts'], fileParallelism: false, ...slow },
			},
			{
				extends: true,
				test: {
					name: 'e2e',
					include: ['test/e2e/**/*.test.ts'],
					fileParallelism: false,
					...slow,
					testTimeout: 600_000,
				},
			},
		],
	},
});
