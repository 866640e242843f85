/**
 * The only lib module that knows Next: declared API routes, the page guard, problems. `route()` and `requireActor()`
 * are bound to the composition root here, everything else takes it as an argument.
 */
import { AppError } from '@/lib/core';
import { getRuntime } from '@/lib/runtime';
import { createPageGuard } from './page';
import { createRoute } from './route';

export { withBoundedBody } from './input';
export { ndjson } from './ndjson';

export const route = createRoute(getRuntime);
export const requireActor = createPageGuard(getRuntime);

/** What the API says where it has nothing: to people who are signed in, so that nobody else learns what exists. */
export const nothingHere = route({
	permission: 'session',
	stream: true,
	handler: ({ request }) => {
		throw new AppError('not_found', `There is nothing at ${request.method} ${new URL(request.url).pathname}.`, {
			hint: 'Check the address; the API may have changed with an update of Packyard.',
		});
	},
});
