import type { ReleaseRef } from '@/lib/contracts/runner';
import { listAt, textAt } from '@/lib/core';
import type { KubeObject } from '../kube/schema';

const RELEASE_NAME = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** The object as Helm sends it: with its ownership marks (helm: pkg/action/validate.go). Pure. */
export function asHelmApplies(object: KubeObject, ref: ReleaseRef, namespace: string | null): unknown {
	const { hooks: _hooks, ...rest } = object;
	const { metadata } = object;
	return {
		...rest,
		metadata: {
			...metadata,
			...(namespace !== null && { namespace }),
			labels: { ...metadata.labels, [MANAGED_BY]: 'Helm' },
			annotations: { ...metadata.annotations, [RELEASE_NAME]: ref.release, [RELEASE_NAMESPACE]: ref.namespace },
		},
	};
}

/** Whom a live object belongs to as far as can be told, or null when it is this release's own. Pure. */
export function ownerOf(live: KubeObject, ref: ReleaseRef): string | null {
	const { annotations, labels } = live.metadata;
	const name = annotations?.[RELEASE_NAME];
	const namespace = annotations?.[RELEASE_NAMESPACE];
	if (name === ref.release && namespace === ref.namespace && labels?.[MANAGED_BY] === 'Helm') return null;
	if (name) return `the release ${namespace ?? '?'}/${name}`;
	const manager = labels?.[MANAGED_BY] ?? textAt(listAt(live, 'metadata', 'managedFields')[0], 'manager');
	return manager ? `somebody else (${manager})` : 'somebody else';
}
