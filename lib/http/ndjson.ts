/**
 * A response that sends each item as one line of JSON the moment it is there (application/x-ndjson). The source is
 * told to stop (its `finally` runs) when the reader goes away or `signal` aborts; an error of the source cuts the
 * stream, so send failures as items.
 */
export function ndjson(items: AsyncIterable<unknown>, signal?: AbortSignal): Response {
	const iterator = items[Symbol.asyncIterator]();
	// Nobody is left to tell when the source fails to stop.
	const stop = () => void iterator.return?.()?.catch(() => {});
	signal?.addEventListener('abort', stop, { once: true });
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		async pull(controller) {
			const next = await iterator.next();
			if (next.done !== true) return controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`));
			signal?.removeEventListener('abort', stop);
			controller.close();
		},
		async cancel() {
			signal?.removeEventListener('abort', stop);
			await iterator.return?.();
		},
	});
	return new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' } });
}
