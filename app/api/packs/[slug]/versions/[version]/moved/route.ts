import { z } from 'zod';
import { AdoptBytes, MovedTag, VersionDetail } from '@/lib/contracts/packs';
import { route } from '@/lib/http';

const params = z.object({ slug: z.string(), version: z.string() });

export const GET = route({
	permission: 'installs:plan',
	params,
	response: MovedTag,
	handler: ({ params: place, request, runtime }) => runtime.catalog.compareMoved(place, request.signal),
});

export const POST = route({
	permission: 'installs:write',
	params,
	body: AdoptBytes,
	response: VersionDetail,
	handler: async ({ params: { slug, version }, body, actor, runtime }) => {
		await runtime.catalog.adoptMoved({ slug, version }, body, actor);
		return runtime.catalog.versionDetail(slug, version, await runtime.installs.instanceKeys());
	},
});
