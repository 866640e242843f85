import { UninstallRequest } from '@/lib/contracts/runner';
import { ndjson, route } from '@/lib/http';

/** Events as they happen; the run goes on when the reader goes away, and the same operation attaches to it again. */
export const POST = route({
	permission: 'runner',
	body: UninstallRequest,
	stream: true,
	handler: ({ body, request, runtime }) => ndjson(runtime.localRunner().uninstall(body), request.signal),
});
