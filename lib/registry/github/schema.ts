import { z } from 'zod';

/** GitHub REST documents (API version 2022-11-28), reduced to what is read. */

export const GithubPackage = z.object({
	/** Container packages: everything after the owner, slashes included; npm packages: without the scope. */
	name: z.string(),
	version_count: z.number().nullish(),
	updated_at: z.string().nullish(),
	repository: z.object({ full_name: z.string() }).nullish().catch(null),
});
export type GithubPackage = z.infer<typeof GithubPackage>;

/** For containers `name` is the manifest digest and the tags sit in the metadata; for npm `name` is the version. */
export const GithubVersion = z.object({
	name: z.string(),
	created_at: z.string().nullish(),
	metadata: z
		.object({ container: z.object({ tags: z.array(z.string()) }).nullish() })
		.nullish()
		.catch(null),
});
export type GithubVersion = z.infer<typeof GithubVersion>;

export const GithubRelease = z.object({
	tag_name: z.string(),
	body: z.string().nullish(),
	html_url: z.string().nullish(),
	published_at: z.string().nullish(),
	draft: z.boolean().nullish(),
});
export type GithubRelease = z.infer<typeof GithubRelease>;

/** Read a list, dropping members that make no sense. Null when it is no list at all. */
export function readList<T>(json: unknown, member: z.ZodType<T>): T[] | null {
	if (!Array.isArray(json)) return null;
	const items: T[] = [];
	for (const item of json) {
		const parsed = member.safeParse(item);
		if (parsed.success) items.push(parsed.data);
	}
	return items;
}
