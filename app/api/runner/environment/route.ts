import { EnvironmentRequest, EnvironmentResult } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: EnvironmentRequest,
	maxBodyBytes: 8 * 1024 * 1024,
	response: EnvironmentResult,
	handler: ({ body, request, runtime }) => runtime.localRunner().ensureEnvironment(body, { signal: request.signal }),
});
