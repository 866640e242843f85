import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { DoctorReport } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'sources:sync',
	params: z.object({ id: Id }),
	response: DoctorReport,
	handler: ({ params, request, runtime }) => runtime.catalog.sources.doctor(params.id, request.signal),
});
