import { DoctorReport, TestSource } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'sources:write',
	body: TestSource,
	response: DoctorReport,
	handler: ({ body, request, runtime }) => runtime.catalog.sources.test(body, request.signal),
});
