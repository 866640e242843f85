import { CreateSource, SourceDetail, SourceList } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'sources:read',
	response: SourceList,
	handler: ({ runtime }) => runtime.catalog.sources.list(),
});

export const POST = route({
	permission: 'sources:write',
	body: CreateSource,
	response: SourceDetail,
	status: 201,
	handler: ({ body, actor, runtime }) => runtime.catalog.sources.create(body, actor),
});
