/** Body of a response as it streams in. */
export type ByteStream = AsyncIterable<Uint8Array> & { cancel(): Promise<void> };

/**
 * Read a body up to `maxBytes` (after content decoding, so compression cannot hide size). `overflow: 'throw'` calls
 * `onTooLarge`; `'cut'` keeps what fits, for error bodies. `onChunk` tells the idle watch that something came.
 */
export async function readBody(
	body: ByteStream,
	{
		maxBytes,
		overflow,
		onChunk,
		onTooLarge,
	}: { maxBytes: number; overflow: 'throw' | 'cut'; onChunk: () => void; onTooLarge: () => Error },
): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body) {
		onChunk();
		size += chunk.length;
		if (size > maxBytes) {
			// Leaving the loop cancels the stream, which closes the connection instead of draining a bomb.
			if (overflow === 'throw') throw onTooLarge();
			chunks.push(chunk.subarray(0, chunk.length - (size - maxBytes)));
			break;
		}
		chunks.push(chunk);
	}
	return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
