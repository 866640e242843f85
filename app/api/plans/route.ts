import { Plan, RequestPlan } from '@/lib/contracts/plans';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'installs:plan',
	body: RequestPlan,
	response: Plan,
	handler: ({ body, runtime }) => runtime.installs.plan(body),
});
