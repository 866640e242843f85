import { ReleaseRef, ReleaseStatus } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: ReleaseRef,
	response: ReleaseStatus,
	handler: ({ body, request, runtime }) => runtime.localRunner().status(body, { signal: request.signal }),
});
