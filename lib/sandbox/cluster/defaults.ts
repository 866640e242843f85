import { createHash } from 'node:crypto';
import { textAt } from '@/lib/core';
import { fill, type JsonObject, objectAt, objectsAt, textsAt } from './json';
import type { Kind } from './kinds';
import { type KubeObject, timestamp } from './object';

/**
 * Fill in what the API server's defaulting and mutating admission would, as far as Helm's waits and the controllers
 * here depend on it. Changes `object`. `old` is the stored object on updates: some defaults are chosen only once.
 */
export function applyDefaults(kind: Kind, object: KubeObject, old: KubeObject | undefined): void {
	if (!kind.custom) defaultsByKind[object.kind]?.(object, old);
}

type Defaulter = (object: KubeObject, old: KubeObject | undefined) => void;

const defaultsByKind: Record<string, Defaulter> = {
	Namespace: (object) => {
		fill(object, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
		object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
	},
	Secret: (object) => {
		fill(object, { type: 'Opaque' });
		const plain = Object.entries(textsAt(object, 'stringData'));
		if (plain.length === 0) return;
		const encoded = plain.map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
		object.data = { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) };
		delete object.stringData;
	},
	Deployment: ({ spec }) => {
		fill(spec, {
			replicas: 1,
			revisionHistoryLimit: 10,
			progressDeadlineSeconds: 600,
			strategy: { type: 'RollingUpdate' },
		});
		const strategy = objectAt(spec, 'strategy');
		fill(strategy, { type: 'RollingUpdate' });
		if (strategy?.type === 'RollingUpdate')
			fill(strategy, { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } });
		podDefaults(objectAt(spec, 'template', 'spec'));
	},
	ReplicaSet: ({ spec }) => {
		fill(spec, { replicas: 1 });
		podDefaults(objectAt(spec, 'template', 'spec'));
	},
	StatefulSet: ({ spec }) => {
		const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } };
		fill(spec, { replicas: 1, podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10, updateStrategy });
		podDefaults(objectAt(spec, 'template', 'spec'));
	},
	DaemonSet: ({ spec }) => {
		fill(spec, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } });
		podDefaults(objectAt(spec, 'template', 'spec'));
	},
	Job: (object) => {
		const { spec, metadata } = object;
		fill(spec, { parallelism: 1, completions: 1, backoffLimit: 6, suspend: false, completionMode: 'NonIndexed' });
		const template = objectAt(spec, 'template');
		if (spec && template && spec.selector === undefined) {
			const own = { 'batch.kubernetes.io/controller-uid': metadata.uid };
			const names = { 'batch.kubernetes.io/job-name': metadata.name, 'job-name': metadata.name };
			spec.selector = { matchLabels: own };
			template.metadata = {
				...objectAt(template, 'metadata'),
				labels: { ...textsAt(template, 'metadata', 'labels'), ...own, ...names },
			};
		}
		podDefaults(objectAt(template, 'spec'));
	},
	CronJob: ({ spec }) => {
		fill(spec, {
			concurrencyPolicy: 'Allow',
			suspend: false,
			successfulJobsHistoryLimit: 3,
			failedJobsHistoryLimit: 1,
		});
	},
	Pod: (object) => {
		podDefaults(object.spec);
		fill(object.spec, { serviceAccountName: 'default', enableServiceLinks: true });
		fill(object, { status: { phase: 'Pending' } });
	},
	Service: (object, old) => {
		serviceDefaults(object, old);
		fill(object, { status: { loadBalancer: {} } });
	},
	PersistentVolumeClaim: (object, old) => {
		const volumeName = textAt(old, 'spec', 'volumeName');
		fill(object.spec, { volumeMode: 'Filesystem', storageClassName: 'standard', volumeName });
		fill(object, { status: { phase: 'Pending' } });
	},
	Ingress: (object) => fill(object, { status: { loadBalancer: {} } }),
	CustomResourceDefinition: definitionDefaults,
};

function podDefaults(spec: JsonObject | undefined): void {
	fill(spec, {
		restartPolicy: 'Always',
		terminationGracePeriodSeconds: 30,
		dnsPolicy: 'ClusterFirst',
		schedulerName: 'default-scheduler',
		securityContext: {},
	});
	for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]) {
		const isPinned = /:(?!latest$)[^/:]+$|@sha256:/.test(textAt(container, 'image') ?? '');
		fill(container, { imagePullPolicy: isPinned ? 'IfNotPresent' : 'Always', resources: {} });
		fill(container, { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' });
		for (const port of objectsAt(container, 'ports')) fill(port, { protocol: 'TCP' });
	}
}

/** Addresses are derived from the uid: nothing to remember, nothing to collide after a restart. */
function serviceDefaults({ spec, metadata }: KubeObject, old: KubeObject | undefined): void {
	fill(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
	const [a = 0, b = 0, c = 0] = createHash('sha256').update(metadata.uid).digest();
	if (spec && spec.type !== 'ExternalName') {
		fill(spec, { clusterIP: textAt(old, 'spec', 'clusterIP') ?? `10.96.${a}.${b}` });
		fill(spec, { clusterIPs: [spec.clusterIP ?? ''], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
	}
	const isOnNodes = spec?.type === 'NodePort' || spec?.type === 'LoadBalancer';
	for (const [index, port] of objectsAt(spec, 'ports').entries()) {
		fill(port, { protocol: 'TCP', targetPort: port.port });
		if (isOnNodes) fill(port, { nodePort: 30_000 + ((b * 256 + c + index) % 2_767) });
	}
}

/** Definitions are accepted at once: there is nothing to compile here. */
function definitionDefaults(object: KubeObject): void {
	const names = objectAt(object, 'spec', 'names');
	fill(object.spec, { conversion: { strategy: 'None' } });
	fill(names, { listKind: `${names?.kind}List`, singular: String(names?.kind).toLowerCase() });
	const versions = objectsAt(object, 'spec', 'versions');
	const storedVersions = versions.filter((version) => version.storage === true).map((version) => version.name ?? '');
	const lastTransitionTime = object.metadata.creationTimestamp || timestamp();
	const conditions = ['NamesAccepted', 'Established'].map((type) => ({
		type,
		status: 'True',
		reason: 'NoConflicts',
		message: 'the initial names have been accepted',
		lastTransitionTime,
	}));
	object.status = { acceptedNames: names, storedVersions, conditions };
}
