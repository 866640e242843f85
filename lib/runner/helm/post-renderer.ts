import { createServer, type Socket } from 'node:net';
import { AppError, messageOf } from '@/lib/core';

export type PostRenderer = {
	/** Why the transformation failed; Helm itself swallows what a post-renderer prints. */
	failure(): string | null;
	close(): Promise<void>;
};

const MAX_RENDERED = 64 * 1024 * 1024;
const OK = '+';
const FAILED = '-';

/**
 * Listen on a unix socket for the post-renderer plugin of one Helm run and answer with `transform(rendered)`. The
 * plugin sends everything, half-closes, and reads one status byte and the text.
 */
export async function startPostRenderer(
	socketPath: string,
	transform: (rendered: string) => string,
): Promise<PostRenderer> {
	let failure: string | null = null;
	const open = new Set<Socket>();
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		open.add(socket);
		socket.on('close', () => open.delete(socket));
		socket.on('error', () => socket.destroy());
		const chunks: Buffer[] = [];
		let size = 0;
		socket.on('data', (chunk) => {
			size += chunk.length;
			if (size <= MAX_RENDERED) chunks.push(chunk);
		});
		socket.on('end', () => {
			try {
				if (size > MAX_RENDERED) throw new AppError('too_large', 'The chart renders to more than 64 MiB.');
				socket.end(OK + transform(Buffer.concat(chunks).toString('utf8')));
			} catch (error) {
				failure = messageOf(error);
				socket.end(FAILED + failure);
			}
		});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(socketPath, () => resolve());
	});
	return {
		failure: () => failure,
		close: async () => {
			for (const socket of open) socket.destroy();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}
