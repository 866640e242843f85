import { z } from 'zod';
import { AttachManifest, VersionDetail } from '@/lib/contracts/packs';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'sources:write',
	params: z.object({ slug: z.string(), version: z.string() }),
	body: AttachManifest,
	maxBodyBytes: 2 * 1024 * 1024,
	response: VersionDetail,
	handler: async ({ params, body, actor, runtime }) => {
		await runtime.catalog.attachManifest(params, body, actor);
		return runtime.catalog.versionDetail(params.slug, params.version, await runtime.installs.instanceKeys());
	},
});
