import { z } from 'zod';
import { Id } from '@/lib/contracts/names';
import { PatchSource, SourceDeleted, SourceDetail } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

const params = z.object({ id: Id });

export const GET = route({
	permission: 'sources:read',
	params,
	response: SourceDetail,
	handler: ({ params, runtime }) => runtime.catalog.sources.get(params.id),
});

export const PATCH = route({
	permission: 'sources:write',
	params,
	body: PatchSource,
	response: SourceDetail,
	handler: ({ params, body, actor, runtime }) => runtime.catalog.sources.patch(params.id, body, actor),
});

export const DELETE = route({
	permission: 'sources:write',
	params,
	response: SourceDeleted,
	handler: async ({ params, actor, runtime }) => {
		await runtime.catalog.sources.remove(params.id, actor);
		return { deleted: true as const };
	},
});
