import { InstallList, RequestInstall } from '@/lib/contracts/installs';
import { Operation } from '@/lib/contracts/operations';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	response: InstallList,
	handler: ({ runtime }) => runtime.installs.list(),
});

export const POST = route({
	permission: 'installs:write',
	body: RequestInstall,
	response: Operation,
	status: 202,
	handler: ({ body, actor, runtime }) => runtime.installs.requestInstall(body, actor),
});
