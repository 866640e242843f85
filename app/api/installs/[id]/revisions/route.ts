import { z } from 'zod';
import { RevisionList } from '@/lib/contracts/installs';
import { Id } from '@/lib/contracts/names';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	params: z.object({ id: Id }),
	response: RevisionList,
	handler: ({ params, runtime }) => runtime.installs.revisions(params.id),
});
