import { z } from 'zod';
import type { Connections } from '../connections';
import { invalidError, statusError } from '../http/errors';
import { nextLink } from '../http/link';
import type { ListedRepository } from '../join';
import { basicHeader } from '../oci/password';
import { isDigest } from '../oci/reference';
import { versionTags } from '../oci/tags';
import type { ListedChart } from '../source';

/** Harbor REST v2.0, reduced to what is read; robots and members may list a project, `_catalog` needs a system admin. */
export type HarborClient = {
	/** Repositories of a project, named with the project in front as the registry knows them. */
	repositories(project: string, signal?: AbortSignal): Promise<ListedRepository[]>;
	/** All version tags of a repository with their digests, in one request per 100 artifacts. */
	charts(
		project: string,
		place: { host: string; repository: string },
		signal?: AbortSignal,
	): Promise<ListedChart[] | null>;
};

const Repository = z.object({
	name: z.string(),
	artifact_count: z.number().nullish(),
	update_time: z.string().nullish(),
});

const Artifact = z.object({
	digest: z.string().refine(isDigest),
	push_time: z.string().nullish(),
	tags: z.array(z.object({ name: z.string() })).nullish(),
});

const LARGEST_PAGE = 8 * 1024 * 1024;
const MOST_PAGES = 100;

export function createHarborClient({ http, endpoints, registryUrl }: Connections, host: string): HarborClient {
	const base = registryUrl(host);
	const { registry } = endpoints;
	const authorization =
		registry?.credential && registry.username !== null
			? basicHeader({ username: registry.username, secret: registry.credential })
			: null;

	async function list<T>(path: string, what: string, member: z.ZodType<T>, signal?: AbortSignal): Promise<T[] | null> {
		const items: T[] = [];
		const seen = new Set<string>();
		for (let url: string | null = new URL(path, base).href; url !== null; ) {
			if (seen.has(url) || seen.size >= MOST_PAGES) throw invalidError({ host, what }, 'never ends');
			seen.add(url);
			const headers = { accept: 'application/json' };
			const response = await http.send({ url, authorization, headers, maxBytes: LARGEST_PAGE, what, signal });
			const subject = { host: response.host, what };
			if (response.status === 404 && seen.size === 1) return null;
			if (response.status !== 200) throw statusError(subject, response, { hint: refusalHint(response.status) });
			const page = z.array(z.unknown()).safeParse(parse(response.bytes));
			if (!page.success) throw invalidError(subject, 'is no list', page.error);
			for (const item of page.data) {
				const one = member.safeParse(item);
				if (one.success) items.push(one.data);
			}
			url = nextLink(response.headers.get('link'), url);
		}
		return items;
	}

	return {
		async repositories(project, signal) {
			const what = `the repositories of the project ${project}`;
			const path = `/api/v2.0/projects/${encodeURIComponent(project)}/repositories?page=1&page_size=100`;
			const found = await list(path, what, Repository, signal);
			if (found === null) {
				throw statusError({ host, what }, { status: 404, bytes: new Uint8Array() }, { hint: refusalHint(404) });
			}
			return found.map(({ name, artifact_count, update_time }) => ({
				repository: name,
				updatedAt: timestampOf(update_time),
				fingerprint: `${artifact_count ?? '-'}/${update_time ?? '-'}`,
			}));
		},
		async charts(project, place, signal) {
			// Harbor's swagger: a repository name with slashes is encoded twice.
			const name = encodeURIComponent(encodeURIComponent(place.repository.slice(project.length + 1)));
			const path = `/api/v2.0/projects/${encodeURIComponent(project)}/repositories/${name}/artifacts?page=1&page_size=100&with_tag=true`;
			const artifacts = await list(path, `the artifacts of ${place.repository}`, Artifact, signal);
			if (artifacts === null) return null;
			const byTag = new Map(
				artifacts.flatMap((artifact) => (artifact.tags ?? []).map(({ name }) => [name, artifact] as const)),
			);
			return versionTags([...byTag.keys()]).map(({ version, tag }) => ({
				version,
				chart: { ...place, tag, manifestDigest: byTag.get(tag)?.digest ?? null },
				publishedAt: timestampOf(byTag.get(tag)?.push_time),
			}));
		},
	};
}

function refusalHint(status: number): string {
	if (status === 401) return 'Harbor wants a user or robot with its secret here: enter both for this source.';
	if (status === 403) {
		return 'Check the name of the project, and that the account has the permission to list its repositories and artifacts.';
	}
	return 'Check the name of the project, and that this account is a member of it.';
}

function parse(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return undefined;
	}
}

function timestampOf(text: string | null | undefined): string | null {
	const time = Date.parse(text ?? '');
	return Number.isNaN(time) ? null : new Date(time).toISOString();
}
