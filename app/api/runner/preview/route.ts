import { PreviewRequest, PreviewResult } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: PreviewRequest,
	maxBodyBytes: 32 * 1024 * 1024,
	response: PreviewResult,
	handler: ({ body, request, runtime }) => runtime.localRunner().preview(body, { signal: request.signal }),
});
