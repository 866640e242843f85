import { ImportBundle, SourceDetail } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

/** The body is the tar itself; it is read as it arrives and never held as a whole. */
export const POST = route({
	permission: 'sources:write',
	query: ImportBundle,
	response: SourceDetail,
	status: 201,
	handler: ({ query, request, actor, runtime }) =>
		runtime.catalog.importBundle({ name: query.name, stream: request.body ?? new ReadableStream() }, actor),
});
