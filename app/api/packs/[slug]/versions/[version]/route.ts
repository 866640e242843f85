import { z } from 'zod';
import { VersionDetail } from '@/lib/contracts/packs';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'packs:read',
	params: z.object({ slug: z.string(), version: z.string() }),
	response: VersionDetail,
	handler: async ({ params, runtime }) =>
		runtime.catalog.versionDetail(params.slug, params.version, await runtime.installs.instanceKeys()),
});
