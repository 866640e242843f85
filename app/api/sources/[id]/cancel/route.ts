import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { SyncCancelled } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'sources:sync',
	params: z.object({ id: Id }),
	response: SyncCancelled,
	status: 202,
	handler: ({ params, runtime }) => runtime.catalog.cancelSync(params.id),
});
