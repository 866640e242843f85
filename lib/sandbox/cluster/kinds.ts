import { textAt } from '@/lib/core';
import { type JsonObject, objectsAt, valueAt } from './json';

/** One served resource. Versions of one resource share their stored objects (`resourceKey`). */
export type Kind = {
	/** '' is the core group. */
	group: string;
	version: string;
	plural: string;
	kind: string;
	namespaced: boolean;
	/** Status is a subresource: writes to the object itself leave it alone. */
	hasStatus: boolean;
	custom: boolean;
};

/** group/version, plural, kind, then flags: `n` namespaced, `s` with status. What packs' charts contain, and no more. */
const BUILT_IN = `
v1 namespaces Namespace s
v1 nodes Node s
v1 persistentvolumes PersistentVolume s
v1 pods Pod ns
v1 services Service ns
v1 endpoints Endpoints n
v1 secrets Secret n
v1 configmaps ConfigMap n
v1 serviceaccounts ServiceAccount n
v1 persistentvolumeclaims PersistentVolumeClaim ns
v1 resourcequotas ResourceQuota ns
v1 limitranges LimitRange n
v1 events Event n
apps/v1 deployments Deployment ns
apps/v1 statefulsets StatefulSet ns
apps/v1 daemonsets DaemonSet ns
apps/v1 replicasets ReplicaSet ns
apps/v1 controllerrevisions ControllerRevision n
batch/v1 jobs Job ns
batch/v1 cronjobs CronJob ns
networking.k8s.io/v1 ingresses Ingress ns
networking.k8s.io/v1 ingressclasses IngressClass -
networking.k8s.io/v1 networkpolicies NetworkPolicy n
rbac.authorization.k8s.io/v1 roles Role n
rbac.authorization.k8s.io/v1 rolebindings RoleBinding n
rbac.authorization.k8s.io/v1 clusterroles ClusterRole -
rbac.authorization.k8s.io/v1 clusterrolebindings ClusterRoleBinding -
policy/v1 poddisruptionbudgets PodDisruptionBudget ns
autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler ns
storage.k8s.io/v1 storageclasses StorageClass -
scheduling.k8s.io/v1 priorityclasses PriorityClass -
coordination.k8s.io/v1 leases Lease n
discovery.k8s.io/v1 endpointslices EndpointSlice n
admissionregistration.k8s.io/v1 validatingwebhookconfigurations ValidatingWebhookConfiguration -
admissionregistration.k8s.io/v1 mutatingwebhookconfigurations MutatingWebhookConfiguration -
apiextensions.k8s.io/v1 customresourcedefinitions CustomResourceDefinition s
`;

/** `v1` or `apps/v1`, as in an object's `apiVersion`. */
export function apiVersionOf(kind: Kind): string {
	return kind.group ? `${kind.group}/${kind.version}` : kind.version;
}

/** `pods` or `deployments.apps`: the name of the storage, and of the resource in error texts. */
export function resourceKey(kind: Kind): string {
	return kind.group ? `${kind.plural}.${kind.group}` : kind.plural;
}

/** Built-in kinds plus those that custom resource definitions add. */
export class KindRegistry {
	#kinds: readonly Kind[] = BUILT_IN.trim().split('\n').map(parseLine);
	#revision = 0;

	/** Changes whenever the set of kinds does; discovery documents are cached by it. */
	get revision(): number {
		return this.#revision;
	}

	all(): readonly Kind[] {
		return this.#kinds;
	}

	find(group: string, version: string, plural: string): Kind | undefined {
		return this.#kinds.find((kind) => kind.group === group && kind.version === version && kind.plural === plural);
	}

	findByName(apiVersion: string, name: string): Kind | undefined {
		return this.#kinds.find((kind) => kind.kind === name && apiVersionOf(kind) === apiVersion);
	}

	/** Throws when the kind is not served: use only where that would be our own mistake. */
	get(apiVersion: string, name: string): Kind {
		const kind = this.findByName(apiVersion, name);
		if (!kind) throw new Error(`the sandbox cluster has no kind ${apiVersion} ${name}`);
		return kind;
	}

	/** Serve every version marked `served` in a CustomResourceDefinition, replacing what it declared before. */
	register(definition: JsonObject): void {
		const { group, plural, kind, namespaced } = namesOf(definition);
		const served = objectsAt(definition, 'spec', 'versions').filter((version) => version.served === true);
		const added = served.map((version) => ({
			group,
			version: textAt(version, 'name') ?? 'v1',
			plural,
			kind,
			namespaced,
			hasStatus: valueAt(version, 'subresources', 'status') !== undefined,
			custom: true,
		}));
		const before = this.#kinds.filter((known) => known.custom && known.group === group && known.plural === plural);
		if (JSON.stringify(before) === JSON.stringify(added)) return;
		this.unregister(definition);
		this.#kinds = [...this.#kinds, ...added];
	}

	unregister(definition: JsonObject): void {
		const { group, plural } = namesOf(definition);
		this.#kinds = this.#kinds.filter((kind) => !(kind.custom && kind.group === group && kind.plural === plural));
		this.#revision++;
	}
}

function namesOf(definition: JsonObject) {
	return {
		group: textAt(definition, 'spec', 'group') ?? '',
		plural: textAt(definition, 'spec', 'names', 'plural') ?? '',
		kind: textAt(definition, 'spec', 'names', 'kind') ?? '',
		namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
	};
}

function parseLine(line: string): Kind {
	const [groupVersion = '', plural = '', kind = '', flags = ''] = line.split(' ');
	const [group = '', version = ''] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
	const has = (flag: string) => flags.includes(flag);
	return { group, version, plural, kind, namespaced: has('n'), hasStatus: has('s'), custom: false };
}
