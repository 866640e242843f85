import { getRuntime } from '@/lib/runtime';

// Boot here rather than at the first request: the worker must take up interrupted operations without a visitor. A
// failure is kept for scripts/server.mjs, which says it in one sentence; thrown, Next prints it five times with stacks.
await getRuntime().catch(() => undefined);
