import { AddException, Policy } from '@/lib/contracts/policy';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'settings:write',
	body: AddException,
	response: Policy,
	status: 201,
	handler: ({ body, actor, runtime }) => runtime.policy.addException(body, actor),
});
