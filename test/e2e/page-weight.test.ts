import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { frameworkScripts, gzipped } from '../support/page-scripts';

/** DESIGN section 9, of the build these tests run against; `npm run bench:pages` asks the running server for the same. */

const BAR = 150_000;
const Routes = z.array(z.object({ route: z.string(), firstLoadChunkPaths: z.array(z.string()).min(1) }));

test('no page loads 150 kB of JavaScript before it answers', async () => {
	const stats = join(import.meta.dirname, '../../.next/diagnostics/route-bundle-stats.json');
	const routes = Routes.parse(JSON.parse(await readFile(stats, 'utf8')));
	const weights = await Promise.all(
		routes.map(async ({ route, firstLoadChunkPaths }) => ({
			route,
			bytes: await gzipped(firstLoadChunkPaths.map((path) => `/${path.replace('.next', '_next')}`)),
		})),
	);
	const framework = await gzipped(await frameworkScripts());

	expect(routes.map(({ route }) => route)).toEqual(expect.arrayContaining(['/', '/packs/[slug]/install', '/sign-in']));
	// A measure that missed the framework would always pass.
	expect(Math.min(...weights.map(({ bytes }) => bytes))).toBeGreaterThan(framework);
	expect(weights.filter(({ bytes }) => bytes >= BAR)).toEqual([]);
});
