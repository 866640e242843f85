import type { ChartMetadata } from './chart';
import type { PackChart, PackDefinition, PackVersion } from './packs/definition';

/** Chart.yaml of a pack version. */
export function chartMetadata(
	pack: PackDefinition,
	version: PackVersion,
	chart: PackChart,
	org: string,
): ChartMetadata {
	const annotation = version.manifests.annotation;
	const annotations = {
		...chart.annotations,
		...(annotation === undefined ? {} : { 'khal.ai/manifest': JSON.stringify(parsed(annotation)) }),
	};
	return {
		name: `pack-${pack.id}`,
		version: version.version,
		appVersion: version.version.replace(/^v/, ''),
		description: pack.description,
		home: 'https://khal.ai',
		sources: [`https://github.com/${org}/pack-${pack.id}`],
		keywords: ['khalos', 'pack'],
		maintainers: [{ name: 'KhalOS Core Team', email: 'core@khal.ai' }],
		...(Object.keys(annotations).length > 0 ? { annotations } : {}),
	};
}

/** The files of the chart besides Chart.yaml: what the pack template scaffolds, plus what the pack adds. */
export function chartFiles(pack: PackDefinition, version: PackVersion, chart: PackChart): Record<string, string> {
	const { manifests } = version;
	const templates: Record<string, string> = {
		'_helpers.tpl': HELPERS,
		'serviceaccount.yaml': SERVICE_ACCOUNT,
		'service.yaml': SERVICE,
		...(chart.config ? { 'configmap.yaml': CONFIG_MAP } : {}),
		[`${(chart.workload ?? 'Deployment').toLowerCase()}.yaml`]: workload(chart),
		...chart.templates,
		'NOTES.txt': NOTES,
	};
	return {
		'values.yaml': values(version, chart),
		...Object.fromEntries(Object.entries(templates).map(([path, text]) => [`templates/${path}`, text])),
		...Object.fromEntries(Object.entries(chart.config ?? {}).map(([path, text]) => [`config/${path}`, text])),
		'README.md': `# pack-${pack.id}\n\n${pack.description}\n`,
		...(manifests.chart === undefined ? {} : { 'khal-app.json': manifests.chart }),
		...(manifests['chart-files'] === undefined ? {} : { 'files/khal-app.json': manifests['chart-files'] }),
	};
}

/** Tag of the image a version runs. */
export function imageTagOf(version: PackVersion, chart: PackChart): string {
	return chart.imageTag ?? version.version.replace(/^v/, '').replace(/\+.*$/, '');
}

function values(version: PackVersion, chart: PackChart): string {
	return `# The platform supplies the pack's environment; only what shapes the pod is set here.
replicaCount: 1

image:
  repository: ${chart.image}
  tag: "${imageTagOf(version, chart)}"
  pullPolicy: IfNotPresent

imagePullSecrets: []

service:
  type: ${chart.nodePort === undefined ? 'ClusterIP' : 'NodePort'}
  port: ${chart.port}${chart.nodePort === undefined ? '' : `\n  nodePort: ${chart.nodePort}`}

resources:
  requests:
    cpu: 50m
    memory: 64Mi
  limits:
    cpu: 500m
    memory: 256Mi

podAnnotations: {}
`;
}

function workload(chart: PackChart): string {
	const isSet = chart.workload === 'StatefulSet';
	return `apiVersion: apps/v1
kind: ${chart.workload ?? 'Deployment'}
metadata:
  name: {{ include "pack.fullname" . }}
  labels:
    {{- include "pack.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}${isSet ? '\n  serviceName: {{ include "pack.fullname" . }}' : ''}
  selector:
    matchLabels:
      {{- include "pack.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "pack.selector" . | nindent 8 }}
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "pack.fullname" . }}
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
      containers:
        - name: service
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ .Values.service.port }}
          env:
            - name: PORT
              value: {{ .Values.service.port | quote }}
${envLines(chart)}          livenessProbe:
            httpGet:
              path: /healthz
              port: http
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
${mountLines(chart, isSet)}${isSet ? VOLUME_CLAIM : ''}`;
}

function envLines(chart: PackChart): string {
	return Object.entries(chart.env ?? {})
		.map(([name, value]) => `            - name: ${name}\n              value: ${JSON.stringify(value)}\n`)
		.join('');
}

function mountLines(chart: PackChart, isSet: boolean): string {
	const mounts = [
		...(chart.config
			? ['            - name: config\n              mountPath: /etc/pack\n              readOnly: true\n']
			: []),
		...(isSet ? ['            - name: data\n              mountPath: /var/lib/pack\n'] : []),
	];
	if (mounts.length === 0) return '';
	const head = `          volumeMounts:\n${mounts.join('')}`;
	// The octal mode is here on purpose: whoever rewrites rendered YAML must not turn it into decimal 440.
	const volumes = chart.config
		? `      volumes:\n        - name: config\n          configMap:\n            name: {{ include "pack.fullname" . }}-config\n            defaultMode: 0440\n`
		: '';
	return head + volumes;
}

const HELPERS = `{{- define "pack.fullname" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "pack.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "pack.labels" -}}
{{ include "pack.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: khalos
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}
`;

const SERVICE_ACCOUNT = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "pack.fullname" . }}
  labels:
    {{- include "pack.labels" . | nindent 4 }}
automountServiceAccountToken: false
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ include "pack.fullname" . }}
  labels:
    {{- include "pack.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  selector:
    {{- include "pack.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
      {{- with .Values.service.nodePort }}
      nodePort: {{ . }}
      {{- end }}
`;

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "pack.fullname" . }}-config
  labels:
    {{- include "pack.labels" . | nindent 4 }}
data:
  {{- (.Files.Glob "config/*").AsConfig | nindent 2 }}
`;

const VOLUME_CLAIM = `  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            storage: 5Gi
`;

const NOTES = `{{ .Chart.Name }} {{ .Chart.Version }} is installed as {{ .Release.Name }} in {{ .Release.Namespace }}.

Inside the cluster it answers at http://{{ include "pack.fullname" . }}:{{ .Values.service.port }}
`;

function parsed(text: string): unknown {
	return JSON.parse(text);
}
