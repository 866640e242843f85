import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { OperationView } from '@/lib/contracts/operations';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	params: z.object({ id: Id }),
	query: z.object({ after: z.coerce.number().int().min(0).optional() }),
	response: OperationView,
	handler: ({ params, query, runtime }) => runtime.installs.view(params.id, query.after ?? 0),
});
