import { z } from 'zod';
import { InstallDetail, PatchInstall } from '@/lib/contracts/installs';
import { Id } from '@/lib/contracts/names';
import { route } from '@/lib/http';

const params = z.object({ id: Id });

export const GET = route({
	permission: 'installs:read',
	params,
	response: InstallDetail,
	handler: ({ params: { id }, runtime }) => runtime.installs.detail(id),
});

export const PATCH = route({
	permission: 'installs:write',
	params,
	body: PatchInstall,
	response: InstallDetail,
	handler: async ({ params: { id }, body, actor, runtime }) => {
		await runtime.installs.patch(id, body, actor);
		return runtime.installs.detail(id);
	},
});
