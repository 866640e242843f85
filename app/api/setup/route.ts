import { SetupRequest, SetupResult, SetupState } from '@/lib/contracts/people';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'public',
	response: SetupState,
	handler: async ({ runtime }) => ({ open: await runtime.setup.isOpen() }),
});

export const POST = route({
	permission: 'public',
	body: SetupRequest,
	maxBodyBytes: 16 * 1024,
	response: SetupResult,
	status: 201,
	handler: async ({ body, runtime }) => {
		await runtime.setup.createOwner(body);
		return { created: true as const };
	},
});
