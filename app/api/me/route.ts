import { Me } from '@/lib/contracts/people';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'session',
	response: Me,
	handler: ({ actor, runtime }) => ({ ...actor, sandbox: runtime.sandbox }),
});
