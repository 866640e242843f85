import { ApplyRequest } from '@/lib/contracts/runner';
import { ndjson, route } from '@/lib/http';

/** Events as they happen; the run goes on when the reader goes away, and the same operation attaches to it again. */
export const POST = route({
	permission: 'runner',
	body: ApplyRequest,
	maxBodyBytes: 32 * 1024 * 1024,
	stream: true,
	handler: ({ body, request, runtime }) => ndjson(runtime.localRunner().apply(body), request.signal),
});
