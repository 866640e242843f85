import { z } from 'zod';
import { RequestOperation } from '@/lib/contracts/installs';
import { Id } from '@/lib/contracts/names';
import { Operation } from '@/lib/contracts/operations';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'installs:write',
	params: z.object({ id: Id }),
	body: RequestOperation,
	response: Operation,
	status: 202,
	handler: ({ params, body, actor, runtime }) => runtime.installs.requestOperation(params.id, body, actor),
});
