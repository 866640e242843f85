import { AppError } from '@/lib/core';
import type { Change } from './changes';
import { buildChart, chartArtifact, OCI_MANIFEST, tagOf } from './chart';
import { imageArtifact } from './image';
import type { PackChart, PackDefinition, PackVersion } from './packs/definition';
import { attachManifest, fallbackTagOf, OCI_INDEX } from './referrers';
import { chartFiles, chartMetadata, imageTagOf } from './service-chart';
import type { RegistryState } from './state';
import { buildTarball, packageJsonOf } from './tarball';

/** Everything a publisher's release workflow does for every version of the pack, oldest first. */
export function publishChanges(pack: PackDefinition, org: string): Change[] {
	return pack.versions.flatMap((version) => [
		...(version.chart ? chartChanges(pack, version, version.chart, org) : []),
		...frontendChanges(pack, version, org),
		...gitChanges(pack, version, org),
	]);
}

/**
 * Take a version back: chart, what is attached to it, npm versions and the tag with its release. Works on what is
 * there, so also for packs of an earlier run. Throws `not_found`.
 */
export function unpublishChanges(state: RegistryState, id: string, version: string): Change[] {
	const source = `${state.org}/pack-${id}`;
	const changes: Change[] = [];
	const repository = chartRepository(state.org, id);
	const tags = state.oci.get(repository)?.tags;
	const digest = tags?.get(tagOf(version));
	if (digest !== undefined) {
		const attachments = tags?.get(fallbackTagOf(digest));
		if (attachments !== undefined) changes.push({ kind: 'remove-manifest', repository, digest: attachments });
		changes.push({ kind: 'remove-manifest', repository, digest });
	}
	const number = version.replace(/^v/, '');
	for (const pack of state.npm.values()) {
		if (pack.source === source && pack.versions.has(number)) {
			changes.push({ kind: 'remove-npm-version', name: pack.name, version: number });
		}
	}
	if (state.git.get(source)?.tags.has(`v${number}`)) {
		changes.push({ kind: 'remove-git-tag', repository: source, tag: `v${number}` });
	}
	if (changes.length > 0) return changes;
	throw new AppError('not_found', `Pack ${id} has no version ${version} to unpublish`);
}

function chartChanges(pack: PackDefinition, version: PackVersion, chart: PackChart, org: string): Change[] {
	const created = new Date(version.at);
	const repository = chartRepository(org, pack.id);
	const metadata = chartMetadata(pack, version, chart, org);
	const archive = buildChart(metadata, chartFiles(pack, version, chart), created);
	const artifact = chartArtifact(metadata, archive, created);
	const link = { visibility: pack.visibility, source: gitRepository(org, pack), at: version.at };
	const changes: Change[] = [
		{ kind: 'oci-repository', repository, ...link },
		...artifact.blobs.map((bytes): Change => ({ kind: 'blob', repository, bytes })),
		manifestChange(repository, artifact.manifest, OCI_MANIFEST, tagOf(version.version), version.at),
		...imageChanges(version, chart, org, link),
	];
	if (version.manifests.referrer === undefined) return changes;
	const attached = attachManifest(artifact.manifest, version.manifests.referrer, created);
	return [
		...changes,
		...attached.blobs.map((bytes): Change => ({ kind: 'blob', repository, bytes })),
		manifestChange(repository, attached.manifest, OCI_MANIFEST, null, version.at),
		manifestChange(repository, attached.index, OCI_INDEX, attached.fallbackTag, version.at),
	];
}

/** The service image, when the chart names one that exists at this registry. */
function imageChanges(
	version: PackVersion,
	chart: PackChart,
	org: string,
	link: { visibility: 'public' | 'private'; source: string; at: string },
): Change[] {
	const repository = chart.image.replace(/^ghcr\.io\//, '');
	const tag = imageTagOf(version, chart);
	if (!repository.startsWith(`${org}/`) || tag.includes('does-not-exist')) return [];
	const image = imageArtifact(chart.image, tag, link.source, new Date(version.at));
	return [
		{ kind: 'oci-repository', repository, ...link },
		...image.blobs.map((bytes): Change => ({ kind: 'blob', repository, bytes })),
		manifestChange(repository, image.manifest, OCI_MANIFEST, tag, version.at),
	];
}

function frontendChanges(pack: PackDefinition, version: PackVersion, org: string): Change[] {
	const isPrerelease = /-/.test(npmVersion(version));
	return version.frontends.map((frontend) => {
		const content = {
			name: frontend.package,
			version: npmVersion(version),
			description: pack.description,
			repository: gitRepository(org, pack),
			title: frontend.title,
			manifest: version.manifests.npm ?? null,
		};
		return {
			kind: 'npm-version',
			name: frontend.package,
			visibility: pack.visibility,
			source: gitRepository(org, pack),
			version: content.version,
			packageJson: packageJsonOf(content),
			tarball: buildTarball(content, new Date(version.at)),
			distTags: [...(frontend.distTags ?? [isPrerelease ? 'next' : 'latest'])],
			at: version.at,
		};
	});
}

function gitChanges(pack: PackDefinition, version: PackVersion, org: string): Change[] {
	const tag = gitTag(version);
	return [
		{
			kind: 'git-tag',
			repository: gitRepository(org, pack),
			description: pack.description,
			visibility: pack.repositoryVisibility,
			tag,
			files: {
				'README.md': `# pack-${pack.id}\n\n${pack.description}\n`,
				...(version.manifests.repository === undefined ? {} : { 'khal-app.json': version.manifests.repository }),
			},
			release:
				version.notes === null ? null : { name: tag, body: version.notes, prerelease: /-/.test(version.version) },
			at: version.at,
		},
	];
}

function manifestChange(
	repository: string,
	bytes: Uint8Array<ArrayBuffer>,
	mediaType: string,
	tag: string | null,
	at: string,
): Change {
	return { kind: 'manifest', repository, bytes, mediaType, tag, at };
}

/** Where the chart of a pack lives in the registry. */
function chartRepository(org: string, id: string): string {
	return `${org}/charts/pack-${id}`;
}

function gitRepository(org: string, pack: PackDefinition): string {
	return `${org}/pack-${pack.id}`;
}

function gitTag({ version }: PackVersion): string {
	return version.startsWith('v') ? version : `v${version}`;
}

/** npm versions never carry a leading `v`. */
function npmVersion({ version }: PackVersion): string {
	return version.replace(/^v/, '');
}
