import { createHash } from 'node:crypto';
import { assertNever } from '@/lib/core';
import { sha256, sri512 } from '@/lib/digest';
import type { Change } from './changes';

/** What the pretend GitHub, GHCR and npm registry hold. Handlers read it; only `commit` and `seed` write it. */
export type RegistryState = {
	readonly org: string;
	readonly oci: ReadonlyMap<string, OciRepository>;
	readonly npm: ReadonlyMap<string, NpmPackage>;
	readonly git: ReadonlyMap<string, GitRepository>;
	/** Credentials by token text. Tests may add expired, revoked or under-scoped ones. */
	readonly accounts: Map<string, Account>;
	/** Apply without remembering: the seed is rebuilt from code at every start. */
	seed(changes: readonly Change[]): void;
	/** Apply and hand over to the journal. */
	commit(changes: readonly Change[]): void;
};

export type Visibility = 'public' | 'private';

export type Account = {
	login: string;
	/** OAuth scopes of a classic PAT. */
	scopes: readonly string[];
	/** Null = never expires. */
	expiresAt: Date | null;
	isRevoked?: boolean;
	/** As `GITHUB_TOKEN` of Actions: pulls, and gets 400 for every list of packages (cli/cli#9606). */
	mayNotList?: boolean;
};

export type OciRepository = {
	name: string;
	visibility: Visibility;
	source: string | null;
	createdAt: string;
	blobs: Map<string, Uint8Array<ArrayBuffer>>;
	/** By digest, oldest first. */
	manifests: Map<string, OciManifest>;
	/** Tag → digest, oldest first, as GHCR lists them. */
	tags: Map<string, string>;
};

export type OciManifest = { digest: string; bytes: Uint8Array<ArrayBuffer>; mediaType: string; createdAt: string };

export type NpmPackage = {
	name: string;
	visibility: Visibility;
	source: string | null;
	versions: Map<string, NpmVersion>;
	distTags: Map<string, string>;
};

export type NpmVersion = {
	version: string;
	packageJson: Record<string, unknown>;
	tarball: Uint8Array<ArrayBuffer>;
	/** `sha256:<hex>` of the tarball: its name in storage. */
	digest: string;
	shasum: string;
	integrity: string;
	createdAt: string;
};

export type GitRepository = {
	fullName: string;
	description: string;
	visibility: Visibility;
	/** By tag, oldest first. */
	tags: Map<string, GitTag>;
};

export type GitTag = {
	tag: string;
	files: Readonly<Record<string, string>>;
	release: { name: string; body: string; prerelease: boolean } | null;
	createdAt: string;
};

type Collections = {
	oci: Map<string, OciRepository>;
	npm: Map<string, NpmPackage>;
	git: Map<string, GitRepository>;
};

/** An empty state of one organisation. `onCommit` receives every change that is not part of the seed. */
export function createRegistryState(
	org: string,
	onCommit: (changes: readonly Change[]) => void = () => {},
): RegistryState {
	const collections: Collections = { oci: new Map(), npm: new Map(), git: new Map() };
	function apply(changes: readonly Change[]): void {
		for (const change of changes) applyChange(collections, change);
	}
	return {
		org,
		...collections,
		accounts: new Map(),
		seed: apply,
		commit(changes) {
			apply(changes);
			onCommit(changes);
		},
	};
}

/** True when the token may be used now. */
export function isLive(account: Account | undefined, now: Date): account is Account {
	if (!account || account.isRevoked) return false;
	return account.expiresAt === null || account.expiresAt > now;
}

/** A positive integer that is the same at every start, as GitHub's numeric ids are. */
export function numericId(name: string): number {
	return Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 12), 16) + 1;
}

function applyChange(all: Collections, change: Change): void {
	switch (change.kind) {
		case 'oci-repository': {
			const repository = ociRepository(all, change.repository, change.at);
			repository.visibility = change.visibility;
			repository.source = change.source;
			return;
		}
		case 'blob':
			ociRepository(all, change.repository, '').blobs.set(sha256(change.bytes), change.bytes);
			return;
		case 'manifest':
			applyManifest(all, change);
			return;
		case 'tag':
			moveTag(ociRepository(all, change.repository, change.at), change.tag, change.digest);
			return;
		case 'remove-tag':
			all.oci.get(change.repository)?.tags.delete(change.tag);
			return;
		case 'remove-manifest':
			removeManifest(all.oci.get(change.repository), change.digest);
			return;
		case 'npm-version':
			applyNpmVersion(all, change);
			return;
		case 'remove-npm-version':
			removeNpmVersion(all, change.name, change.version);
			return;
		case 'git-tag':
			applyGitTag(all, change);
			return;
		case 'remove-git-tag':
			all.git.get(change.repository)?.tags.delete(change.tag);
			return;
		default:
			assertNever(change);
	}
}

function ociRepository(all: Collections, name: string, at: string): OciRepository {
	const known = all.oci.get(name);
	if (known) {
		if (known.createdAt === '') known.createdAt = at;
		return known;
	}
	// New packages are private by default (GitHub docs, container registry).
	const created: OciRepository = {
		name,
		visibility: 'private',
		source: null,
		createdAt: at,
		blobs: new Map(),
		manifests: new Map(),
		tags: new Map(),
	};
	all.oci.set(name, created);
	return created;
}

function applyManifest(all: Collections, change: Extract<Change, { kind: 'manifest' }>): void {
	const repository = ociRepository(all, change.repository, change.at);
	const digest = sha256(change.bytes);
	const createdAt = repository.manifests.get(digest)?.createdAt ?? change.at;
	repository.manifests.set(digest, { digest, bytes: change.bytes, mediaType: change.mediaType, createdAt });
	if (change.tag !== null) moveTag(repository, change.tag, digest);
}

/** Map keeps the place of an existing key, so a re-pushed tag keeps its age in the listing. */
function moveTag(repository: OciRepository, tag: string, digest: string): void {
	repository.tags.set(tag, digest);
}

function removeManifest(repository: OciRepository | undefined, digest: string): void {
	if (!repository) return;
	repository.manifests.delete(digest);
	for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag);
}

function applyNpmVersion(all: Collections, change: Extract<Change, { kind: 'npm-version' }>): void {
	const known = all.npm.get(change.name);
	const pack: NpmPackage = known ?? {
		name: change.name,
		visibility: change.visibility,
		source: change.source,
		versions: new Map(),
		distTags: new Map(),
	};
	all.npm.set(change.name, pack);
	pack.versions.set(change.version, {
		version: change.version,
		packageJson: change.packageJson,
		tarball: change.tarball,
		digest: sha256(change.tarball),
		shasum: createHash('sha1').update(change.tarball).digest('hex'),
		integrity: sri512(change.tarball),
		createdAt: change.at,
	});
	for (const tag of change.distTags) pack.distTags.set(tag, change.version);
}

function removeNpmVersion(all: Collections, name: string, version: string): void {
	const pack = all.npm.get(name);
	if (!pack) return;
	pack.versions.delete(version);
	for (const [tag, target] of pack.distTags) {
		if (target !== version) continue;
		const newest = [...pack.versions.keys()].at(-1);
		if (newest === undefined) pack.distTags.delete(tag);
		else pack.distTags.set(tag, newest);
	}
	if (pack.versions.size === 0) all.npm.delete(name);
}

function applyGitTag(all: Collections, change: Extract<Change, { kind: 'git-tag' }>): void {
	const known = all.git.get(change.repository);
	const repository: GitRepository = known ?? {
		fullName: change.repository,
		description: change.description,
		visibility: change.visibility,
		tags: new Map(),
	};
	all.git.set(change.repository, repository);
	const { tag, files, release, at } = change;
	repository.tags.set(tag, { tag, files, release, createdAt: at });
}
