import { EnvironmentSweep, EnvironmentSwept } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: EnvironmentSweep,
	response: EnvironmentSwept,
	handler: ({ body, request, runtime }) => runtime.localRunner().sweepEnvironments(body, { signal: request.signal }),
});
