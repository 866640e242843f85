import { Plan, RequestPlan } from '@/lib/contracts/plans';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'installs:plan',
	body: RequestPlan,
	response: Plan,
	handler: ({ body, actor, runtime }) =>
		runtime.installs.plan(body, { mayChangePolicy: actor.permissions.includes('settings:write') }),
});
