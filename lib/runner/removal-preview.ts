import type { ReleaseRef, RemovalPreview } from '@/lib/contracts/runner';
import { listEnvironments } from './environment';
import { nameOf, parseManifest } from './helm/documents';
import type { ReleaseContent } from './helm/records';
import type { KubeClient } from './kube/client';
import { isKept, readRelease, volumesOf } from './release-objects';

/** What an uninstall deletes, keeps and leaves behind. Reads only. */
export async function previewRemoval(kube: KubeClient, ref: ReleaseRef): Promise<RemovalPreview> {
	const { objects, content } = await readRelease(kube, ref);
	const [claims, environments] = await Promise.all([
		volumesOf(kube, ref.namespace, objects),
		listEnvironments(kube, ref),
	]);
	return {
		deleted: objects.filter((object) => !isKept(object)).map(nameOf),
		kept: [
			...objects.filter(isKept).map((object) => ({
				object: nameOf(object),
				reason: 'The chart asks to keep it (helm.sh/resource-policy).',
			})),
			...keptHooks(content),
			...(await leftByHooks(kube, ref, content)),
			...keptCrds(content),
		],
		volumes: claims.map(({ metadata }) => metadata.name),
		environments: environments.map(({ object }) => nameOf(object)),
	};
}

/** Helm deletes hook objects by their own policy only; without one they stay until the next run of the hook. */
function keptHooks(content: ReleaseContent | null): RemovalPreview['kept'] {
	const hooks = content?.hooks ?? [];
	return hooks
		.filter(({ delete_policies }) => !(delete_policies ?? []).includes('hook-succeeded'))
		.map(({ kind, name }) => ({ object: `${kind} ${name}`, reason: 'Helm does not delete what hooks created.' }));
}

/** A hook whose policy deletes its objects once it has succeeded leaves them when it fails. */
async function leftByHooks(
	kube: KubeClient,
	ref: ReleaseRef,
	content: ReleaseContent | null,
): Promise<RemovalPreview['kept']> {
	const deleted = (content?.hooks ?? []).filter(({ delete_policies }) => delete_policies?.includes('hook-succeeded'));
	const objects = deleted.flatMap(({ manifest }) => parseManifest(manifest));
	const live = await Promise.all(
		objects.map(async (object) => {
			const path = await kube.discovery.pathOf(object, ref.namespace);
			return path === null ? null : kube.find(path);
		}),
	);
	return objects
		.filter((_, index) => live[index] !== null)
		.map((object) => ({ object: nameOf(object), reason: 'A hook that failed left it behind.' }));
}

function keptCrds(content: ReleaseContent | null): RemovalPreview['kept'] {
	const files = content?.chart?.files ?? [];
	return files
		.filter(({ name }) => /^crds\/.+\.ya?ml$/.test(name))
		.map(({ name }) => ({
			object: `CustomResourceDefinition (${name})`,
			reason: 'Helm never deletes the CRDs of a chart, because that would delete all their objects.',
		}));
}
