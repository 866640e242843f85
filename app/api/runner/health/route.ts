import { RunnerHealth } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'runner',
	response: RunnerHealth,
	handler: ({ request, runtime }) => runtime.localRunner().health({ signal: request.signal }),
});
