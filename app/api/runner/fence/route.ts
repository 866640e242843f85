import { RaisedFence, RaiseFence } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: RaiseFence,
	response: RaisedFence,
	handler: ({ body, runtime }) => runtime.localRunner().raiseFence(body),
});
