import { EnvironmentCheck, EnvironmentState } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: EnvironmentCheck,
	response: EnvironmentState,
	handler: ({ body, request, runtime }) => runtime.localRunner().checkEnvironment(body, { signal: request.signal }),
});
