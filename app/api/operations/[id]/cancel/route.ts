import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { Operation } from '@/lib/contracts/operations';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'installs:write',
	params: z.object({ id: Id }),
	response: Operation,
	status: 202,
	handler: ({ params, actor, runtime }) => runtime.installs.cancel(params.id, actor),
});
