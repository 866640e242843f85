/** Next calls this once per process before the first request; the Node part lives apart so that no edge bundle sees it. */
export async function register(): Promise<void> {
	if (process.env.NEXT_RUNTIME === 'nodejs') await import('./instrumentation-node');
}
