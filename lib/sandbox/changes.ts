import { z } from 'zod';

/**
 * Everything that can happen to the pretend registries. Seeding applies changes; what comes later (a push, a test's
 * publish) is also kept in the journal and replayed over the seed at the next start.
 */

/** Bytes are base64 in the journal. */
const Bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const Visibility = z.enum(['public', 'private']);

const Release = z.object({ name: z.string(), body: z.string(), prerelease: z.boolean() });

export const Change = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('oci-repository'),
		repository: z.string(),
		visibility: Visibility,
		/** Full name of the linked GitHub repository, or null. */
		source: z.string().nullable(),
		at: z.string(),
	}),
	z.object({ kind: z.literal('blob'), repository: z.string(), bytes: Bytes }),
	z.object({
		kind: z.literal('manifest'),
		repository: z.string(),
		bytes: Bytes,
		mediaType: z.string(),
		tag: z.string().nullable(),
		at: z.string(),
	}),
	z.object({ kind: z.literal('tag'), repository: z.string(), tag: z.string(), digest: z.string(), at: z.string() }),
	z.object({ kind: z.literal('remove-tag'), repository: z.string(), tag: z.string() }),
	z.object({ kind: z.literal('remove-manifest'), repository: z.string(), digest: z.string() }),
	z.object({
		kind: z.literal('npm-version'),
		name: z.string(),
		visibility: Visibility,
		source: z.string().nullable(),
		version: z.string(),
		packageJson: z.record(z.string(), z.unknown()),
		tarball: Bytes,
		distTags: z.array(z.string()),
		at: z.string(),
	}),
	z.object({ kind: z.literal('remove-npm-version'), name: z.string(), version: z.string() }),
	z.object({
		kind: z.literal('git-tag'),
		repository: z.string(),
		description: z.string(),
		visibility: Visibility,
		tag: z.string(),
		files: z.record(z.string(), z.string()),
		release: Release.nullable(),
		at: z.string(),
	}),
	z.object({ kind: z.literal('remove-git-tag'), repository: z.string(), tag: z.string() }),
]);
export type Change = z.infer<typeof Change>;

/** JSON of a change list, the inverse of `z.array(Change)`. */
export function changesToJson(changes: readonly Change[]): string {
	return JSON.stringify(changes, (_key, value: unknown) =>
		value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') : value,
	);
}
