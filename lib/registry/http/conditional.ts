import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Secret } from '@/lib/core';
import type { HttpResponse } from './client';
import { invalidError } from './errors';

/** Where answers with an ETag are kept between runs. Values are JSON text of our own making. */
export type EtagCache = {
	get(key: string): Promise<{ etag: string; body: string } | null>;
	set(key: string, entry: { etag: string; body: string }): Promise<void>;
};

/**
 * Ask again only whether something changed. `read` turns a 200 (or whatever it accepts) into a value that survives
 * JSON; on 304 the kept value is returned. What is kept is checked against `schema`, so a newer release of this code
 * that wants more simply asks anew.
 */
export async function askConditionally<T>({
	url,
	credential,
	cache,
	schema,
	send,
	read,
}: {
	url: string;
	credential: Secret | null;
	cache: EtagCache | null;
	schema: z.ZodType<T>;
	send: (headers: Record<string, string>) => Promise<HttpResponse>;
	read: (response: HttpResponse) => T;
}): Promise<T> {
	if (cache === null) return read(await send({}));
	const key = cacheKey(url, credential);
	const kept = await cache.get(key);
	const known = kept === null ? null : parseKept(kept.body, schema);
	const response = await send(kept !== null && known !== null ? { 'if-none-match': kept.etag } : {});
	if (response.status === 304) {
		if (known !== null) return known.value;
		throw invalidError({ host: response.host, what: 'an answer' }, 'claims to be unchanged although nothing is known');
	}
	const value = read(response);
	const etag = response.headers.get('etag');
	if (etag !== null) await cache.set(key, { etag, body: JSON.stringify(value) });
	return value;
}

/** GitHub's ETags differ per token (github/docs#34689), so the key does too; the token cannot be read back from it. */
function cacheKey(url: string, credential: Secret | null): string {
	const hash = createHash('sha256').update('packyard-etag-1\n');
	return hash.update(`${credential?.reveal() ?? ''}\n${url}`).digest('hex');
}

function parseKept<T>(body: string, schema: z.ZodType<T>): { value: T } | null {
	let json: unknown;
	try {
		json = JSON.parse(body);
	} catch {
		return null;
	}
	const parsed = schema.safeParse(json);
	return parsed.success ? { value: parsed.data } : null;
}
