import { expect, test } from 'vitest';
import type { Power } from '@/lib/contracts/runner';
import { parseManifest } from '../helm/documents';
import { CLUSTER_KINDS, imagesOf, powersOf } from './powers';

const context = { isClusterScoped: ({ kind }: { kind: string }) => CLUSTER_KINDS.includes(kind) };
const powers = (yaml: string) => powersOf(parseManifest(yaml), context);
const pod = (spec: string) => `kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: ${spec}}}`;
const container = (extra: string) => pod(`{containers: [{name: main, image: "a:1.2", ${extra}}]}`);

const rows: [string, string, Power['code'], Power['level'], RegExp][] = [
	['a cluster-wide object', 'kind: PriorityClass\nmetadata: {name: high}', 'cluster-scoped', 'danger', /whole cluster/],
	[
		'a CRD',
		'kind: CustomResourceDefinition\nmetadata: {name: widgets.x.io}',
		'crd',
		'warning',
		/stays when the pack is removed/,
	],
	[
		'a Role',
		'kind: Role\nmetadata: {name: r}\nrules: [{verbs: [get, list], resources: [pods]}]',
		'rbac',
		'warning',
		/get\/list pods .* in this namespace/,
	],
	[
		'a Role over Secrets',
		'kind: Role\nmetadata: {name: r}\nrules: [{verbs: [get], resources: [secrets]}]',
		'rbac',
		'warning',
		/read Secrets/,
	],
	[
		'a ClusterRole over all',
		'kind: ClusterRole\nmetadata: {name: r}\nrules: [{verbs: ["*"], resources: ["*"]}]',
		'rbac',
		'danger',
		/nearly everything .* whole cluster/,
	],
	[
		'a binding to cluster-admin',
		'kind: RoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: cluster-admin}',
		'rbac',
		'danger',
		/ClusterRole cluster-admin/,
	],
	[
		'a privileged container',
		container('securityContext: {privileged: true}'),
		'privileged',
		'danger',
		/take over the node/,
	],
	[
		'a capability',
		container('securityContext: {capabilities: {add: [SYS_ADMIN]}}'),
		'privileged',
		'danger',
		/SYS_ADMIN/,
	],
	[
		'privilege escalation',
		container('securityContext: {allowPrivilegeEscalation: yes}'),
		'privileged',
		'warning',
		/gain more rights/,
	],
	[
		'the network of the node',
		pod('{hostNetwork: on, containers: [{name: m, image: "a:1"}]}'),
		'host-access',
		'danger',
		/share the network/,
	],
	[
		'a path of the node',
		pod('{volumes: [{name: v, hostPath: {path: /etc}}], containers: [{name: m, image: "a:1"}]}'),
		'host-access',
		'danger',
		/reach \/etc/,
	],
	[
		'a node port',
		'kind: Service\nmetadata: {name: s}\nspec: {type: NodePort}',
		'exposed-port',
		'warning',
		/port of every node/,
	],
	[
		'a load balancer',
		'kind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer}',
		'exposed-port',
		'warning',
		/load balancer/,
	],
	[
		'an ingress',
		'kind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: a.example.com}]}',
		'exposed-port',
		'warning',
		/at a\.example\.com/,
	],
	[
		'a host port',
		container('ports: [{containerPort: 80, hostPort: 8080}]'),
		'exposed-port',
		'warning',
		/port 8080 of the node/,
	],
	[
		'a volume claim',
		'kind: PersistentVolumeClaim\nmetadata: {name: p}\nspec: {resources: {requests: {storage: 5Gi}}}',
		'volume',
		'info',
		/5Gi/,
	],
	[
		'claims of a StatefulSet',
		'kind: StatefulSet\nmetadata: {name: db}\nspec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: 1Gi}}}}]}',
		'volume',
		'info',
		/stays when the pack is removed/,
	],
	[
		'a tag that moves',
		pod('{containers: [{name: m, image: "ghcr.io/x/y:latest"}]}'),
		'mutable-image',
		'warning',
		/tag latest/,
	],
	['no tag at all', pod('{containers: [{name: m, image: "host:5000/x/y"}]}'), 'mutable-image', 'warning', /has no tag/],
	[
		'a hook',
		'kind: Job\nmetadata: {name: j, annotations: {"helm.sh/hook": pre-upgrade}}',
		'hook',
		'info',
		/pre upgrade/,
	],
];

test.each(rows)('%s is told', (_, yaml, code, level, sentence) => {
	expect(powers(yaml)).toContainEqual(
		expect.objectContaining({ code, level, sentence: expect.stringMatching(sentence) }),
	);
});

test('an ordinary pack asks for nothing', () => {
	const yaml = `${container('securityContext: {privileged: false, capabilities: {drop: [ALL]}}')}\n---\nkind: Service\nmetadata: {name: s}\nspec: {type: ClusterIP}\n---\nkind: ConfigMap\nmetadata: {name: c}`;
	expect(powers(yaml)).toEqual([]);
	expect(powers(pod(`{containers: [{name: m, image: "a:latest@sha256:${'0'.repeat(64)}"}]}`))).toEqual([]);
});

test.each([
	[
		'a role that may do even more of everything',
		'kind: Role\nmetadata: {name: r}\nrules: [{verbs: ["*"], apiGroups: [""], resources: ["*"]}]',
		'kind: Role\nmetadata: {name: r}\nrules: [{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}]',
	],
	[
		'a binding that serves one more account',
		'kind: RoleBinding\nmetadata: {name: b}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: a}]',
		'kind: RoleBinding\nmetadata: {name: b}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: a}, {kind: ServiceAccount, name: z}]',
	],
])('%s reads the same and is another power', (_, before, after) => {
	const [[old], [grown]] = [powers(before), powers(after)];
	expect(grown?.sentence).toBe(old?.sentence);
	expect(grown?.extent).not.toBe(old?.extent);
	expect(powers(before)[0]?.extent).toBe(old?.extent);
});

test('the dangerous stands first', () => {
	const yaml = `${rows[15]?.[1]}\n---\n${rows[6]?.[1]}`;
	expect(powers(yaml).map(({ level }) => level)).toEqual(['danger', 'info']);
});

test('images are listed once, hooks included', () => {
	expect(
		imagesOf(
			parseManifest(
				`${container('x: 1')}\n---\n${container('x: 2')}\n---\nkind: Pod\nmetadata: {name: p, annotations: {"helm.sh/hook": test}}\nspec: {containers: [{name: t, image: busybox}]}`,
			),
		),
	).toEqual(['a:1.2', 'busybox']);
});
