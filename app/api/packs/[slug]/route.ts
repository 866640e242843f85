import { z } from 'zod';
import { PackDetail } from '@/lib/contracts/packs';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'packs:read',
	params: z.object({ slug: z.string() }),
	response: PackDetail,
	handler: async ({ params, runtime }) => runtime.catalog.detail(params.slug, await runtime.installs.byPack()),
});
