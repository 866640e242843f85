import { valid } from 'semver';
import { z } from 'zod';
import { promisedIntegrity } from './integrity';

/** One version of a package as far as it is read. `integrity` is null when the registry promises nothing. */
export const NpmVersion = z.object({
	version: z.string(),
	integrity: z.string().nullable(),
	tarball: z.string(),
	deprecated: z.string().nullable(),
	distTags: z.array(z.string()),
	publishedAt: z.string().nullable(),
});
export type NpmVersion = z.infer<typeof NpmVersion>;

/** A packument reduced to what is used; also the form in which it is kept between runs. */
export const NpmPackage = z.object({ name: z.string(), versions: z.array(NpmVersion) });
export type NpmPackage = z.infer<typeof NpmPackage>;

const Text = z.string().nullish().catch(null);

/** `/-/v1/search` of npm, Verdaccio, Gitea, Artifactory and Nexus. */
export const SearchAnswer = z.object({
	objects: z.array(
		z.object({
			package: z.object({
				name: z.string(),
				version: Text,
				date: Text,
				'dist-tags': z.record(z.string(), z.string()).nullish().catch(null),
				time: z.object({ modified: Text }).nullish().catch(null),
			}),
		}),
	),
	total: z.number().nullish().catch(null),
});

const Texts = z.record(z.string(), z.unknown()).catch({});

const Packument = z.object({
	name: z.string(),
	'dist-tags': Texts.optional().default({}),
	/** Absent at GitHub Packages, GitLab and older Gitea (pnpm/pnpm#10610). */
	time: Texts.optional().default({}),
	versions: z.record(z.string(), z.unknown()),
});

const PackumentVersion = z.object({
	version: z.string().optional(),
	deprecated: z.union([z.string(), z.boolean()]).nullish().catch(null),
	dist: z.object({
		tarball: z.url({ protocol: /^https?$/ }),
		integrity: z.string().nullish().catch(null),
		shasum: z.string().nullish().catch(null),
	}),
});

/** Read a packument leniently: a version that makes no sense is dropped, not the package. Null when it is none. */
export function readPackument(json: unknown): NpmPackage | null {
	const parsed = Packument.safeParse(json);
	if (!parsed.success) return null;
	const { name, versions, time, 'dist-tags': distTags } = parsed.data;
	const read: NpmVersion[] = [];
	for (const [version, raw] of Object.entries(versions)) {
		const one = PackumentVersion.safeParse(raw);
		if (!one.success || valid(version) === null) continue;
		if (one.data.version !== undefined && one.data.version !== version) continue;
		read.push({
			version,
			integrity: promisedIntegrity(one.data.dist),
			tarball: one.data.dist.tarball,
			deprecated: deprecation(one.data.deprecated ?? null),
			distTags: Object.keys(distTags).filter((tag) => distTags[tag] === version),
			publishedAt: timestampOf(time[version]),
		});
	}
	return { name, versions: read };
}

function deprecation(value: string | boolean | null): string | null {
	if (value === null || value === false || value === '') return null;
	return value === true ? 'deprecated' : value.slice(0, 1000);
}

function timestampOf(value: unknown): string | null {
	const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	return Number.isNaN(time) ? null : new Date(time).toISOString();
}
