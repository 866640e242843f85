import { Home } from '@/lib/contracts/home';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	response: Home,
	handler: ({ runtime }) => runtime.installs.home(),
});
