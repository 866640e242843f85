import { EnvironmentConceal, EnvironmentConcealed } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: EnvironmentConceal,
	response: EnvironmentConcealed,
	handler: ({ body, request, runtime }) => runtime.localRunner().concealEnvironment(body, { signal: request.signal }),
});
