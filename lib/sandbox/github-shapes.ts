import { createHash } from 'node:crypto';
import { type GitRepository, type GitTag, numericId, type RegistryState, type Visibility } from './state';

/**
 * JSON documents in GitHub's own shapes. Links people open point to github.com; links a client follows point to
 * `api`, our own base URL.
 */

export type PackageView = {
	name: string;
	type: 'container' | 'npm';
	visibility: Visibility;
	source: string | null;
	createdAt: string;
	updatedAt: string;
	versions: readonly PackageVersionView[];
};

export type PackageVersionView = { name: string; tags: readonly string[] | null; createdAt: string };

export function packageDocument(
	pack: PackageView,
	owner: string,
	api: string,
	linked: GitRepository | undefined,
): object {
	const page = `https://github.com/orgs/${owner}/packages/${pack.type}/package/${encodeURIComponent(pack.name)}`;
	return {
		id: numericId(`package ${pack.type} ${pack.name}`),
		name: pack.name,
		package_type: pack.type,
		owner: accountDocument(owner, 'Organization', api),
		version_count: pack.versions.length,
		visibility: pack.visibility,
		url: `${api}/orgs/${owner}/packages/${pack.type}/${encodeURIComponent(pack.name)}`,
		created_at: pack.createdAt,
		updated_at: pack.updatedAt,
		...(linked ? { repository: repositoryDocument(linked, owner, api) } : {}),
		html_url: page,
	};
}

export function versionDocument(version: PackageVersionView, pack: PackageView, owner: string, api: string): object {
	const id = numericId(`version ${pack.type} ${pack.name} ${version.name}`);
	const name = encodeURIComponent(pack.name);
	const page = `https://github.com/orgs/${owner}/packages/${pack.type}/${name}`;
	return {
		id,
		name: version.name,
		url: `${api}/orgs/${owner}/packages/${pack.type}/${name}/versions/${id}`,
		package_html_url: `https://github.com/orgs/${owner}/packages/${pack.type}/package/${name}`,
		created_at: version.createdAt,
		updated_at: version.createdAt,
		html_url: `${page}/${id}`,
		metadata:
			version.tags === null
				? { package_type: 'npm' }
				: { package_type: 'container', container: { tags: version.tags } },
	};
}

export function releaseDocument(repository: GitRepository, tag: GitTag, owner: string, api: string): object {
	const id = numericId(`release ${repository.fullName} ${tag.tag}`);
	const url = `${api}/repos/${repository.fullName}`;
	const page = `https://github.com/${repository.fullName}`;
	return {
		url: `${url}/releases/${id}`,
		assets_url: `${url}/releases/${id}/assets`,
		upload_url: `${url}/releases/${id}/assets{?name,label}`,
		html_url: `${page}/releases/tag/${encodeURIComponent(tag.tag)}`,
		id,
		author: accountDocument(`${owner}-release`, 'Bot', api),
		node_id: nodeId('RE', id),
		tag_name: tag.tag,
		target_commitish: 'main',
		name: tag.release?.name ?? tag.tag,
		draft: false,
		immutable: false,
		prerelease: tag.release?.prerelease ?? false,
		created_at: tag.createdAt,
		updated_at: tag.createdAt,
		published_at: tag.createdAt,
		assets: [],
		tarball_url: `${url}/tarball/${encodeURIComponent(tag.tag)}`,
		zipball_url: `${url}/zipball/${encodeURIComponent(tag.tag)}`,
		body: tag.release?.body ?? null,
	};
}

export function contentDocument(
	repository: GitRepository,
	ref: string,
	path: string,
	text: string,
	api: string,
): object {
	const sha = blobSha(text);
	const self = `${api}/repos/${repository.fullName}/contents/${path}?ref=${encodeURIComponent(ref)}`;
	const git = `${api}/repos/${repository.fullName}/git/blobs/${sha}`;
	const html = `https://github.com/${repository.fullName}/blob/${encodeURIComponent(ref)}/${path}`;
	return {
		name: path.split('/').at(-1) ?? path,
		path,
		sha,
		size: Buffer.byteLength(text),
		url: self,
		html_url: html,
		git_url: git,
		download_url: `https://raw.githubusercontent.com/${repository.fullName}/${encodeURIComponent(ref)}/${path}`,
		type: 'file',
		content: Buffer.from(text)
			.toString('base64')
			.replace(/(.{60})/g, '$1\n'),
		encoding: 'base64',
		_links: { self, git, html },
	};
}

/** `GET /user` with a token. */
export function userDocument(login: string, api: string): object {
	return {
		...accountDocument(login, 'User', api),
		name: 'Packyard reader',
		company: null,
		blog: '',
		location: null,
		email: null,
		hireable: null,
		bio: null,
		public_repos: 0,
		public_gists: 0,
		followers: 0,
		following: 0,
		created_at: '2026-01-05T12:00:00Z',
		updated_at: '2026-01-05T12:00:00Z',
		private_gists: 0,
		total_private_repos: 0,
		owned_private_repos: 0,
		disk_usage: 0,
		collaborators: 0,
		two_factor_authentication: true,
	};
}

/** Every package of the organisation as GitHub lists them: charts, images and npm packages. */
export function packagesOf(state: RegistryState, type: PackageView['type']): PackageView[] {
	const views = type === 'container' ? containerPackages(state) : npmPackages(state);
	return views.filter((view) => view.versions.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function containerPackages(state: RegistryState): PackageView[] {
	const prefix = `${state.org}/`;
	return [...state.oci.values()]
		.filter(({ name }) => name.startsWith(prefix))
		.map((repository) => {
			const manifests = [...repository.manifests.values()];
			return {
				name: repository.name.slice(prefix.length),
				type: 'container',
				visibility: repository.visibility,
				source: repository.source,
				createdAt: repository.createdAt,
				updatedAt: manifests.at(-1)?.createdAt ?? repository.createdAt,
				// Every manifest ever pushed, newest first: also untagged ones and attachments.
				versions: manifests.reverse().map(({ digest, createdAt }) => ({
					name: digest,
					tags: [...repository.tags].filter(([, target]) => target === digest).map(([tag]) => tag),
					createdAt,
				})),
			};
		});
}

function npmPackages(state: RegistryState): PackageView[] {
	const scope = `@${state.org}/`;
	return [...state.npm.values()]
		.filter(({ name }) => name.startsWith(scope))
		.map((pack) => {
			const versions = [...pack.versions.values()];
			return {
				name: pack.name.slice(scope.length),
				type: 'npm',
				visibility: pack.visibility,
				source: pack.source,
				createdAt: versions[0]?.createdAt ?? '',
				updatedAt: versions.at(-1)?.createdAt ?? '',
				versions: versions.reverse().map(({ version, createdAt }) => ({ name: version, tags: null, createdAt })),
			};
		});
}

function accountDocument(login: string, type: 'User' | 'Organization' | 'Bot', api: string): object {
	const id = numericId(`account ${login}`);
	const url = `${api}/users/${login}`;
	return {
		login,
		id,
		node_id: nodeId(type === 'Organization' ? 'O' : 'U', id),
		avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
		gravatar_id: '',
		url,
		html_url: `https://github.com/${login}`,
		followers_url: `${url}/followers`,
		following_url: `${url}/following{/other_user}`,
		gists_url: `${url}/gists{/gist_id}`,
		starred_url: `${url}/starred{/owner}{/repo}`,
		subscriptions_url: `${url}/subscriptions`,
		organizations_url: `${url}/orgs`,
		repos_url: `${url}/repos`,
		events_url: `${url}/events{/privacy}`,
		received_events_url: `${url}/received_events`,
		type,
		user_view_type: 'public',
		site_admin: false,
	};
}

/** Members of a minimal repository that are only a URL below the repository's own. */
const repositoryLinks: Readonly<Record<string, string>> = {
	forks: 'forks',
	keys: 'keys{/key_id}',
	collaborators: 'collaborators{/collaborator}',
	teams: 'teams',
	hooks: 'hooks',
	issue_events: 'issues/events{/number}',
	events: 'events',
	assignees: 'assignees{/user}',
	branches: 'branches{/branch}',
	tags: 'tags',
	blobs: 'git/blobs{/sha}',
	git_tags: 'git/tags{/sha}',
	git_refs: 'git/refs{/sha}',
	trees: 'git/trees{/sha}',
	statuses: 'statuses/{sha}',
	languages: 'languages',
	stargazers: 'stargazers',
	contributors: 'contributors',
	subscribers: 'subscribers',
	subscription: 'subscription',
	commits: 'commits{/sha}',
	git_commits: 'git/commits{/sha}',
	comments: 'comments{/number}',
	issue_comment: 'issues/comments{/number}',
	contents: 'contents/{+path}',
	compare: 'compare/{base}...{head}',
	merges: 'merges',
	archive: '{archive_format}{/ref}',
	downloads: 'downloads',
	issues: 'issues{/number}',
	pulls: 'pulls{/number}',
	milestones: 'milestones{/number}',
	notifications: 'notifications{?since,all,participating}',
	labels: 'labels{/name}',
	releases: 'releases{/id}',
	deployments: 'deployments',
};

function repositoryDocument(repository: GitRepository, owner: string, api: string): object {
	const id = numericId(`repository ${repository.fullName}`);
	const url = `${api}/repos/${repository.fullName}`;
	const links = Object.entries(repositoryLinks).map(([name, path]) => [`${name}_url`, `${url}/${path}`]);
	return {
		id,
		node_id: nodeId('R', id),
		name: repository.fullName.split('/')[1] ?? repository.fullName,
		full_name: repository.fullName,
		private: repository.visibility === 'private',
		owner: accountDocument(owner, 'Organization', api),
		html_url: `https://github.com/${repository.fullName}`,
		description: repository.description,
		fork: false,
		url,
		...Object.fromEntries(links),
	};
}

function nodeId(kind: string, id: number): string {
	return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

/** Git's own blob name: sha1 over a header and the content. */
function blobSha(text: string): string {
	const bytes = Buffer.from(text);
	return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
