import { Ready } from '@/lib/contracts/health';
import { route } from '@/lib/http';

/** 503 with the reasons while any part does not work, for load balancers and people alike. */
export const GET = route({
	permission: 'public',
	stream: true,
	handler: async ({ runtime }) => {
		const state = Ready.parse(await runtime.ready());
		return Response.json(state, { status: state.ready ? 200 : 503 });
	},
});
