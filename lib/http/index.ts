/**
 * The only lib module that knows Next: declared API routes, the page guard, problems. `route()` and `requireActor()`
 * are bound to the composition root here, everything else takes it as an argument.
 */
import { getRuntime } from '@/lib/runtime';
import { createPageGuard } from './page';
import { createRoute } from './route';

export { withBoundedBody } from './input';
export { ndjson } from './ndjson';

export const route = createRoute(getRuntime);
export const requireActor = createPageGuard(getRuntime);
