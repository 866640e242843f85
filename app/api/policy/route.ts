import { Policy, ReplacePolicy } from '@/lib/contracts/policy';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	response: Policy,
	handler: ({ runtime }) => runtime.policy.get(),
});

export const PUT = route({
	permission: 'settings:write',
	body: ReplacePolicy,
	response: Policy,
	handler: ({ body, actor, runtime }) => runtime.policy.replace(body, actor),
});
