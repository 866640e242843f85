import { expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '@/lib/core';
import { askConditionally, type EtagCache } from './conditional';

const schema = z.object({ items: z.array(z.string()) });

function memory() {
	const kept = new Map<string, { etag: string; body: string }>();
	const cache: EtagCache = {
		get: async (key) => kept.get(key) ?? null,
		set: async (key, entry) => void kept.set(key, entry),
	};
	return { kept, cache };
}

/** A server with one ETag; tells what it was asked with. */
function server(items: string[]) {
	const asked: (string | undefined)[] = [];
	const send = async (headers: Record<string, string>) => {
		asked.push(headers['if-none-match']);
		const status = headers['if-none-match'] === '"1"' ? 304 : 200;
		return { status, headers: new Headers({ etag: '"1"' }), bytes: new Uint8Array(), url: 'https://h/', host: 'h' };
	};
	return {
		asked,
		ask: (cache: EtagCache, token: string) =>
			askConditionally({
				url: 'https://h/',
				credential: new Secret(token),
				cache,
				schema,
				send,
				read: () => ({ items }),
			}),
	};
}

test('an unchanged answer comes from the cache', async () => {
	const { cache } = memory();
	const { asked, ask } = server(['a']);

	expect(await ask(cache, 'token-one')).toEqual({ items: ['a'] });
	expect(await ask(cache, 'token-one')).toEqual({ items: ['a'] });
	expect(asked).toEqual([undefined, '"1"']);
});

test('another token asks anew, and no key or entry contains a token', async () => {
	const { cache, kept } = memory();
	const { asked, ask } = server(['a']);

	await ask(cache, 'token-one');
	await ask(cache, 'token-two');

	expect(asked).toEqual([undefined, undefined]);
	expect(JSON.stringify([...kept])).not.toContain('token-');
});

test('an entry that no longer fits is asked for anew', async () => {
	const { cache, kept } = memory();
	const { asked, ask } = server(['a']);
	await ask(cache, 'token-one');
	for (const key of kept.keys()) kept.set(key, { etag: '"1"', body: '{"old":true}' });

	expect(await ask(cache, 'token-one')).toEqual({ items: ['a'] });
	expect(asked).toEqual([undefined, undefined]);
});
