import type { z } from 'zod';
import { AppError } from '@/lib/core';

const ONE_MEBIBYTE = 1024 * 1024;

/** Parse what came from outside with `schema`. Throws AppError('invalid_request') that names each refused field. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new AppError('invalid_request', 'The request is not valid.', {
		invalidParams: result.error.issues.map((issue) => ({
			name: issue.path.map(String).join('.'),
			reason: issue.message,
		})),
	});
}

/** Query parameters as an object; a repeated one is a list. */
export function readQuery(request: Request): Record<string, string | string[]> {
	const { searchParams } = new URL(request.url);
	const entries = [...new Set(searchParams.keys())].map((key) => {
		const values = searchParams.getAll(key);
		return [key, values.length === 1 ? (values[0] ?? '') : values] as const;
	});
	return Object.fromEntries(entries);
}

/**
 * The JSON body, at most `limit` bytes (default 1 MiB). Throws AppError: `unsupported_media` for another content
 * type, `too_large`, `invalid_request` for text that is not JSON.
 */
export async function readJson(request: Request, limit = ONE_MEBIBYTE): Promise<unknown> {
	const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
	// A form of a foreign page can send everything but this type without asking first.
	if (type !== 'application/json') {
		throw new AppError('unsupported_media', 'The body must be JSON.', { hint: 'Send content-type: application/json.' });
	}
	const text = new TextDecoder().decode(await readBytes(request, limit));
	try {
		return JSON.parse(text);
	} catch (cause) {
		// The parser quotes the text, which may be a secret; the message stays ours.
		throw new AppError('invalid_request', 'The body is not valid JSON.', { cause: redacted(cause) });
	}
}

/** Counts what arrives, because content-length may be missing or wrong. */
async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
	if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of request.body ?? []) {
		size += chunk.byteLength;
		if (size > limit) throw tooLarge(limit);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function tooLarge(limit: number): AppError {
	return new AppError('too_large', `The body is larger than ${limit} bytes.`);
}

function redacted(cause: unknown): string {
	return cause instanceof Error ? cause.name : 'unknown';
}
