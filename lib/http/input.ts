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

/** Query parameters as an object; a repeated one is a list. Throws AppError('invalid_request') for NUL. */
export function readQuery(request: Request): Record<string, string | string[]> {
	const { searchParams } = new URL(request.url);
	requireText([...searchParams.entries()]);
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
	const body = parseJson(new TextDecoder().decode(await readBytes(request, limit)));
	requireText(body);
	return body;
}

/**
 * Refuse texts that no database column and no environment can hold: NUL, and halves of surrogate pairs, which have no
 * UTF-8. Throws AppError('invalid_request') without the text. Without recursion, because nesting is the sender's choice.
 */
export function requireText(value: unknown): void {
	const open: unknown[] = [value];
	while (open.length > 0) {
		const next = open.pop();
		if (typeof next === 'string') {
			if (next.isWellFormed() && !next.includes('\0')) continue;
			throw new AppError('invalid_request', 'A text holds characters that cannot be stored.', {
				hint: 'Remove NUL characters and broken emoji.',
			});
		}
		if (typeof next !== 'object' || next === null) continue;
		for (const [name, inner] of Object.entries(next)) open.push(name, inner);
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		// The parser quotes the text, which may be a secret; the message stays ours.
		throw new AppError('invalid_request', 'The body is not valid JSON.', { cause: redacted(cause) });
	}
}

/** The same request with its body read, for handlers of others that would read without end. Throws as `readJson`. */
export async function withBoundedBody(request: Request, limit: number): Promise<Request> {
	if (request.body === null) return request;
	const bytes = await readBytes(request, limit);
	return new Request(request.url, {
		method: request.method,
		headers: request.headers,
		signal: request.signal,
		body: bytes,
	});
}

/** Counts what arrives, because content-length may be missing or wrong. */
async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
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
