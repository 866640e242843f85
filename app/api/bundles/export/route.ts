import { ExportBundle } from '@/lib/contracts/sources';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'sources:sync',
	body: ExportBundle,
	stream: true,
	handler: async ({ body, request, runtime }) => {
		const { tar } = await runtime.catalog.exportBundle(body.versions, request.signal);
		return new Response(streamOf(tar), {
			headers: {
				'content-type': 'application/x-tar',
				'content-disposition': 'attachment; filename="packyard-bundle.tar"',
			},
		});
	},
});

/** Pulled piece by piece, so that a slow client does not make the portal hold the file twice. */
function streamOf(pieces: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
	const iterator = pieces[Symbol.iterator]();
	return new ReadableStream({
		pull(controller) {
			const { done, value } = iterator.next();
			if (done) controller.close();
			else controller.enqueue(value);
		},
	});
}
