import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { Policy } from '@/lib/contracts/policy';
import { route } from '@/lib/http';

export const DELETE = route({
	permission: 'settings:write',
	params: z.object({ id: Id }),
	response: Policy,
	handler: ({ params, actor, runtime }) => runtime.policy.removeException(params.id, actor),
});
