import { isAppError } from '@/lib/core';
import type { Memo } from '../memo';
import type { DiscoveredPack, ReleaseNotes } from '../source';
import { type GithubClient, notesOf, releaseTags } from './client';
import type { GithubRelease } from './schema';

/** The list of releases answers for all versions at once; only very old ones are asked for one by one. */
export async function findReleaseNotes(
	github: GithubClient,
	releases: Memo<{ releases: GithubRelease[]; isComplete: boolean } | null>,
	{ pack, version, signal }: { pack: DiscoveredPack; version: string; signal?: AbortSignal | undefined },
): Promise<ReleaseNotes | null> {
	const { repository } = pack;
	if (repository === null) return null;
	const chart = `pack-${pack.name}`;
	const known = await releases.get(repository, () =>
		github
			.releases(repository, signal)
			.catch((error: unknown) => (isAppError(error, 'not_found') ? null : Promise.reject(error))),
	);
	if (known === null) return null;
	for (const tag of releaseTags(version, chart)) {
		const release = known.releases.find((candidate) => candidate.tag_name === tag);
		if (release) return notesOf(release);
	}
	return known.isComplete ? null : github.findReleaseNotes(repository, { version, chart }, signal);
}
