import {
	chartReference,
	imageReference,
	manifestText,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'Collects metrics and traces of every pack in the namespace';

const ROLE = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include "pack.fullname" . }}
  labels:
    {{- include "pack.labels" . | nindent 4 }}
rules:
  - apiGroups: [""]
    resources: ["pods", "pods/log", "services"]
    verbs: ["get", "list", "watch"]
`;

const ROLE_BINDING = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "pack.fullname" . }}
  labels:
    {{- include "pack.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "pack.fullname" . }}
subjects:
  - kind: ServiceAccount
    name: {{ include "pack.fullname" . }}
    namespace: {{ .Release.Namespace }}
`;

const ARCHIVE_CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "pack.fullname" . }}-archive
  labels:
    {{- include "pack.labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      storage: 20Gi
`;

const NODE_AGENT = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: {{ include "pack.fullname" . }}-node
  labels:
    {{- include "pack.labels" . | nindent 4 }}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/component: node-agent
      app.kubernetes.io/instance: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app.kubernetes.io/component: node-agent
        app.kubernetes.io/instance: {{ .Release.Name }}
    spec:
      hostPID: true
      containers:
        - name: agent
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          args: ["agent"]
          securityContext:
            privileged: true
          volumeMounts:
            - name: sys
              mountPath: /host/sys
              readOnly: true
      volumes:
        - name: sys
          hostPath:
            path: /sys
`;

/**
 * A pack with powers to show: stateful, volumes, RBAC, an exposed port, since 2.2 a per-user sandbox, and in 2.3 an agent
 * with the run of the node, which the policy refuses until an owner allows it. Manifest as a referrer.
 */
export const telemetry: PackDefinition = {
	id: 'telemetry',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version('2.0.0', '2026-05-06T07:00:00Z', 'plain', 'Rebuilt on OpenTelemetry.'),
		version('2.1.0', '2026-07-21T07:00:00Z', 'plain', "## What's changed\n\n- feat: keeps 30 days by default\n"),
		version(
			'2.2.0',
			'2026-10-20T07:00:00Z',
			'wide',
			"## What's changed\n\n- feat: profile a process in a sandbox of your own\n- feat: archive volume that survives removal\n\nComing from 2.0? Go to 2.1 first, it migrates the stored samples.\n",
		),
		version(
			'2.3.0',
			'2026-11-12T07:00:00Z',
			'node',
			"## What's changed\n\n- feat: an agent on every node measures what happens outside containers. It runs privileged and reads `/sys`.\n",
		),
	],
};

/** How much it may do: itself, a sandbox and an archive, the nodes. */
type Reach = 'plain' | 'wide' | 'node';

function version(number: string, at: string, reach: Reach, notes: string): PackVersion {
	const isWide = reach !== 'plain';
	return {
		version: number,
		at,
		notes,
		manifests: {
			referrer: manifestText({
				$schema: SCHEMA,
				id: 'telemetry',
				name: 'Telemetry',
				version: number,
				description,
				author: 'KhalOS Core Team',
				// The data format of 2.0 is only migrated by 2.1.
				...(isWide ? { minUpgradeFrom: '2.1.0' } : {}),
				permissions: ['nats:subscribe', 'http:fetch', ...(isWide ? ['pty:spawn', 'nats:os.task.*'] : [])],
				frontend: { package: '@khal-os/pack-telemetry' },
				backend: {
					image: imageReference('telemetry'),
					helmChart: chartReference('telemetry'),
					env: { NATS_URL: 'nats://nats.khal-os.svc.cluster.local:4222' },
					ports: [4318],
				},
				...(isWide ? { sandbox: { enabled: true, requests: { cpu: '1', memory: '1Gi' }, sudoers: false } } : {}),
				env: [
					{
						key: 'RETENTION_DAYS',
						description: 'How long samples are kept',
						required: false,
						default: '30',
						type: 'number',
					},
					{
						key: 'OTEL_EXPORT_URL',
						description: 'Also send everything to this collector; may carry user and password',
						required: false,
						type: 'url',
					},
					{
						key: 'OTEL_EXPORT_HEADERS',
						description: 'Headers for that collector',
						required: false,
						type: 'string',
						visibility: 'vault',
					},
					{
						key: 'LOG_LEVEL',
						description: 'debug, info, warn or error',
						required: false,
						default: 'info',
						type: 'string',
					},
				],
			}),
		},
		chart: {
			image: imageReference('telemetry'),
			port: 4318,
			workload: 'StatefulSet',
			nodePort: 30_318,
			// The chart sets LOG_LEVEL itself, so the declared key never reaches the container: worth a warning.
			env: { LOG_LEVEL: 'info' },
			config: { 'collector.yaml': 'receivers:\n  otlp:\n    protocols:\n      http: {}\n' },
			templates: {
				'role.yaml': ROLE,
				'rolebinding.yaml': ROLE_BINDING,
				...(isWide ? { 'archive.yaml': ARCHIVE_CLAIM } : {}),
				...(reach === 'node' ? { 'node-agent.yaml': NODE_AGENT } : {}),
			},
		},
		frontends: [{ package: '@khal-os/pack-telemetry', title: 'Telemetry' }],
	};
}
