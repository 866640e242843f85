import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { SyncAccepted } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'sources:sync',
	params: z.object({ id: Id }),
	response: SyncAccepted,
	status: 202,
	handler: ({ params, runtime }) => runtime.catalog.sync(params.id),
});
