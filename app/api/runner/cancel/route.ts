import { CancelRequest, CancelResult } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: CancelRequest,
	response: CancelResult,
	handler: ({ body, runtime }) => runtime.localRunner().cancel(body.operationId),
});
