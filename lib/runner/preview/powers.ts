import { type Power, powerIdentity } from '@/lib/contracts/runner';
import { at, isRecord, listAt, textAt } from '@/lib/core';
import { digestOf } from '@/lib/digest';
import { nameOf, podTemplateOf, type RenderedObject } from '../helm/documents';
import { numberAt } from '../kube/workloads';

type Rule = (object: RenderedObject, context: PowerContext) => Power[];
export type PowerContext = { isClusterScoped: (object: RenderedObject) => boolean };

/** Everything these objects may do that an admin should know before saying yes, strongest first. Pure. */
export function powersOf(objects: readonly RenderedObject[], context: PowerContext): Power[] {
	const found = objects.flatMap((object) => rules.flatMap((rule) => rule(object, context)));
	const unique = new Map(found.map((power) => [powerIdentity(power), power]));
	return [...unique.values()].sort((a, b) => weight[b.level] - weight[a.level]);
}

/** Kinds outside any namespace that charts ship; the rest is told by discovery. */
export const CLUSTER_KINDS: readonly string[] = [
	'APIService',
	'ClusterRole',
	'ClusterRoleBinding',
	'CustomResourceDefinition',
	'IngressClass',
	'MutatingWebhookConfiguration',
	'Namespace',
	'PersistentVolume',
	'PriorityClass',
	'RuntimeClass',
	'StorageClass',
	'ValidatingAdmissionPolicy',
	'ValidatingWebhookConfiguration',
];

/** Every image of every workload, hooks included, once. */
export function imagesOf(objects: readonly RenderedObject[]): string[] {
	const images = objects.flatMap((object) => containersIn(object).map((container) => textAt(container, 'image') ?? ''));
	return [...new Set(images)].filter(Boolean).sort();
}

const weight = { danger: 2, warning: 1, info: 0 } as const satisfies Record<Power['level'], number>;
const MUTABLE_TAGS = ['latest', 'next', 'none', 'edge', 'main', 'master', 'dev', 'nightly', 'stable'];

const rules: readonly Rule[] = [
	clusterScoped,
	customResources,
	rbac,
	privileged,
	hostAccess,
	exposedPorts,
	volumes,
	mutableImages,
	hooks,
];

function clusterScoped(object: RenderedObject, { isClusterScoped }: PowerContext): Power[] {
	if (!isClusterScoped(object) || object.kind === 'CustomResourceDefinition' || /^ClusterRole/.test(object.kind))
		return [];
	const sentence = `It creates ${nameOf(object)}, which belongs to the whole cluster and not only to this namespace.`;
	return [{ code: 'cluster-scoped', subject: nameOf(object), sentence, extent: '', level: 'danger' }];
}

function customResources(object: RenderedObject): Power[] {
	if (object.kind !== 'CustomResourceDefinition') return [];
	const sentence = `It teaches the cluster a new kind of object (${object.metadata.name}), which stays when the pack is removed.`;
	return [{ code: 'crd', subject: nameOf(object), sentence, extent: '', level: 'warning' }];
}

function rbac(object: RenderedObject): Power[] {
	const subject = nameOf(object);
	if (object.kind === 'Role' || object.kind === 'ClusterRole') {
		const where = object.kind === 'Role' ? 'in this namespace' : 'in the whole cluster';
		const granted = listAt(object, 'rules');
		const isWide = granted.some(
			(rule) => hasAny(rule, 'verbs', ['*', 'escalate', 'bind', 'impersonate']) || hasAny(rule, 'resources', ['*']),
		);
		const readsSecrets = granted.some((rule) => hasAny(rule, 'resources', ['secrets']));
		const what = isWide ? 'do nearly everything' : readsSecrets ? 'read Secrets' : rulesInWords(granted);
		const level = isWide || object.kind === 'ClusterRole' ? 'danger' : 'warning';
		const sentence = `Its pods may ${what} through the Kubernetes API ${where}.`;
		const extent = digestOf({ granted, aggregated: at(object, 'aggregationRule') ?? null });
		return [{ code: 'rbac', subject, sentence, extent, level }];
	}
	if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') return [];
	const role = `${textAt(object, 'roleRef', 'kind') ?? 'role'} ${textAt(object, 'roleRef', 'name') ?? ''}`;
	const isAdmin = /ClusterRole (cluster-admin|admin|edit)$/.test(role);
	const where = object.kind === 'RoleBinding' ? 'in this namespace' : 'in the whole cluster';
	const level = isAdmin || object.kind === 'ClusterRoleBinding' ? 'danger' : 'info';
	const extent = digestOf({ role, to: listAt(object, 'subjects') });
	return [{ code: 'rbac', subject, sentence: `It grants the rights of ${role} ${where}.`, extent, level }];
}

function privileged(object: RenderedObject): Power[] {
	return containersIn(object).flatMap((container) => {
		const subject = `${nameOf(object)} / ${textAt(container, 'name') ?? ''}`;
		const context = isRecord(container) && isRecord(container.securityContext) ? container.securityContext : {};
		const added = listAt(context, 'capabilities', 'add')
			.map(String)
			.filter((name) => name !== 'NET_BIND_SERVICE');
		const powers: Power[] = [];
		if (context.privileged === true) {
			const sentence = 'This container is privileged: it can take over the node it runs on.';
			powers.push({ code: 'privileged', subject, sentence, extent: 'privileged', level: 'danger' });
		}
		if (added.length > 0) {
			const sentence = `This container asks for the Linux capabilities ${added.join(', ')}.`;
			powers.push({ code: 'privileged', subject, sentence, extent: [...added].sort().join(','), level: 'danger' });
		}
		if (context.allowPrivilegeEscalation === true && context.privileged !== true) {
			const sentence = 'Processes in this container may gain more rights than they start with.';
			powers.push({ code: 'privileged', subject, sentence, extent: 'escalation', level: 'warning' });
		}
		return powers;
	});
}

function hostAccess(object: RenderedObject): Power[] {
	const spec = podTemplateOf(object)?.spec;
	if (!isRecord(spec)) return [];
	const subject = nameOf(object);
	const shared: [string, string][] = [
		['hostNetwork', 'network'],
		['hostPID', 'processes'],
		['hostIPC', 'shared memory'],
	];
	const powers: Power[] = shared
		.filter(([field]) => spec[field] === true)
		.map(([, what]) => ({
			code: 'host-access',
			subject,
			sentence: `Its pods share the ${what} of the node they run on.`,
			extent: what,
			level: 'danger',
		}));
	for (const volume of listAt(spec, 'volumes')) {
		const path = textAt(volume, 'hostPath', 'path');
		if (path === undefined) continue;
		powers.push({
			code: 'host-access',
			subject,
			sentence: `Its pods can reach ${path} on the node they run on.`,
			extent: path,
			level: 'danger',
		});
	}
	for (const container of containersIn(object)) {
		for (const port of listAt(container, 'ports')) {
			const number = numberAt(port, 'hostPort');
			if (number === 0) continue;
			powers.push({
				code: 'exposed-port',
				subject,
				sentence: `It listens on port ${number} of the node.`,
				extent: `node:${number}`,
				level: 'warning',
			});
		}
	}
	return powers;
}

function exposedPorts(object: RenderedObject): Power[] {
	const subject = nameOf(object);
	const type = textAt(object, 'spec', 'type');
	if (object.kind === 'Service' && (type === 'NodePort' || type === 'LoadBalancer')) {
		const how = type === 'NodePort' ? 'on a port of every node' : 'through a load balancer';
		return [
			{
				code: 'exposed-port',
				subject,
				sentence: `It can be reached from outside the cluster ${how}.`,
				extent: type,
				level: 'warning',
			},
		];
	}
	if (object.kind !== 'Ingress' && object.kind !== 'HTTPRoute') return [];
	const hosts = [
		...listAt(object, 'spec', 'rules').map((rule) => textAt(rule, 'host')),
		...listAt(object, 'spec', 'hostnames'),
	];
	const names = hosts.filter((host) => typeof host === 'string').join(', ');
	const sentence = names
		? `It can be reached from outside at ${names}.`
		: 'It can be reached from outside the cluster.';
	return [{ code: 'exposed-port', subject, sentence, extent: names, level: 'warning' }];
}

function volumes(object: RenderedObject): Power[] {
	const claims = object.kind === 'PersistentVolumeClaim' ? [object] : listAt(object, 'spec', 'volumeClaimTemplates');
	return claims.map((claim) => {
		const size = textAt(claim, 'spec', 'resources', 'requests', 'storage') ?? 'an unnamed size';
		const stays =
			object.kind === 'StatefulSet' ? ' It stays when the pack is removed, unless you ask for its deletion.' : '';
		return {
			code: 'volume',
			subject: nameOf(object),
			sentence: `It stores data on a volume of ${size}.${stays}`,
			extent: size,
			level: 'info',
		};
	});
}

function mutableImages(object: RenderedObject): Power[] {
	return containersIn(object).flatMap((container) => {
		const image = textAt(container, 'image') ?? '';
		if (image === '' || image.includes('@')) return [];
		const tag = /:([^/:]+)$/.exec(image)?.[1];
		if (tag !== undefined && !MUTABLE_TAGS.includes(tag)) return [];
		const why = tag === undefined ? 'has no tag' : `uses the tag ${tag}`;
		const sentence = `The image ${image} ${why}: what runs can change without an upgrade, and a rollback may not bring the old one back.`;
		const level = 'warning' as const;
		return [{ code: 'mutable-image' as const, subject: nameOf(object), sentence, extent: image, level }];
	});
}

function hooks(object: RenderedObject): Power[] {
	const events = object.hooks.filter((event) => event !== 'test');
	if (events.length === 0) return [];
	const when = events.map((event) => event.replace('-', ' ')).join(', ');
	const sentence = `${nameOf(object)} runs as a hook (${when}); what it does is not undone by a rollback.`;
	return [{ code: 'hook', subject: nameOf(object), sentence, extent: events.join(','), level: 'info' }];
}

function containersIn(object: RenderedObject): unknown[] {
	const spec = podTemplateOf(object)?.spec;
	return [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
}

function hasAny(rule: unknown, list: string, wanted: readonly string[]): boolean {
	return listAt(rule, list).some((entry) => typeof entry === 'string' && wanted.includes(entry));
}

function rulesInWords(granted: readonly unknown[]): string {
	const words = granted.map((rule) =>
		`${listAt(rule, 'verbs').join('/')} ${listAt(rule, 'resources').join(', ')}`.trim(),
	);
	return words.filter(Boolean).join('; ') || 'do nothing';
}
