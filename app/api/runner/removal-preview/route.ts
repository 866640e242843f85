import { ReleaseRef, RemovalPreview } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: ReleaseRef,
	response: RemovalPreview,
	handler: ({ body, request, runtime }) => runtime.localRunner().removalPreview(body, { signal: request.signal }),
});
