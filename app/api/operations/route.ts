import { OperationFilter, OperationList } from '@/lib/contracts/operations';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	query: OperationFilter,
	response: OperationList,
	handler: async ({ query, runtime }) => ({
		operations: await runtime.installs.operations({
			...(query.installId === undefined ? {} : { installId: query.installId }),
			...(query.active === undefined ? {} : { open: query.active === 'true' }),
			limit: query.limit ?? 50,
		}),
	}),
});
