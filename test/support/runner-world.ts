import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { ApplyRequest, PreviewRequest, RunnerEvent, RunnerResult, UninstallRequest } from '@/lib/contracts/runner';
import { connectFromKubeconfig, createRunner, type Runner } from '@/lib/runner';
import { type Cluster, type ClusterOptions, startCluster } from '@/lib/sandbox/cluster';
import { ensureHelm } from '../../scripts/fetch-helm.mjs';
import { archiveOf, digestOf } from './chart-fixture';

/** A pretend cluster with a real runner and the real Helm in front of it. */
export type RunnerWorld = {
	cluster: Cluster;
	runner: Runner;
	stateDir: string;
	/** Lines the runner logged. */
	log: string[];
	close(): Promise<void>;
};

export async function startRunnerWorld(options: Partial<ClusterOptions> = {}): Promise<RunnerWorld> {
	const { path: helmBin } = await ensureHelm();
	const timing = { pullMs: 20, startMs: 20, jobMs: 40, deleteMs: 20, crashMs: 30 };
	const cluster = await startCluster({ token: TOKEN, timing, ...options });
	const stateDir = await mkdtemp(join(tmpdir(), 'pky-state-'));
	const kube = await connectFromKubeconfig({ text: cluster.kubeconfig() });
	const log: string[] = [];
	const runner = createRunner({ helmBin, kube, stateDir, graceSeconds: 5, log: (line) => void log.push(line) });
	return {
		cluster,
		runner,
		stateDir,
		log,
		close: async () => {
			await runner.close();
			await cluster.close();
			await rm(stateDir, { recursive: true, force: true });
		},
	};
}

/** Another runner process on the same cluster, as far as memory goes: own jobs, and its own folder unless told otherwise. */
export async function startRunnerOn(
	{ cluster, stateDir }: RunnerWorld,
	folder: 'an empty folder' | 'the same folder' = 'an empty folder',
): Promise<Runner> {
	const { path: helmBin } = await ensureHelm();
	const kube = await connectFromKubeconfig({ text: cluster.kubeconfig() });
	return createRunner({
		helmBin,
		kube,
		stateDir: folder === 'the same folder' ? stateDir : join(stateDir, 'other'),
		graceSeconds: 5,
	});
}

/** Write something past the runner, as a person with kubectl would. */
export async function changeByHand(
	{ cluster }: RunnerWorld,
	method: 'POST' | 'PATCH' | 'DELETE',
	path: string,
	body?: unknown,
): Promise<void> {
	const dispatcher = new Agent({ connect: { ca: cluster.caPem } });
	const response = await request(`${cluster.url}${path}?fieldManager=somebody`, {
		method,
		headers: {
			authorization: `Bearer ${TOKEN}`,
			'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
		},
		body: body === undefined ? null : JSON.stringify(body),
		dispatcher,
	});
	const text = await response.body.text();
	await dispatcher.close();
	if (response.statusCode >= 300) throw new Error(text);
}

const TOKEN = 'runner-world-token';

/** Values the chart below understands. */
export type HelloValues = Partial<{
	image: string;
	replicas: number;
	/** Also a ConfigMap of this content. */
	note: string;
	/** Also a Secret of the chart's own. */
	password: string;
	/** Also a StatefulSet with a volume. */
	store: boolean;
	/** A pre-install/pre-upgrade Job with this image. */
	hookImage: string;
	kind: string;
	/** Other labels for the pods; Kubernetes refuses that for a Deployment that exists. */
	selector: string;
	/** Rendering fails with this message. */
	fail: string;
}>;

export const IMAGE = 'ghcr.io/khal-os/hello';

/** A small chart as the catalog hands it over: bytes and digest. */
export function helloChart(version = '1.0.0'): ApplyRequest['chart'] {
	const archive = archiveOf([
		{ path: 'pack-hello/Chart.yaml', content: `apiVersion: v2\nname: pack-hello\nversion: ${version}\n` },
		{ path: 'pack-hello/values.yaml', content: `image: ${IMAGE}:${version}\nreplicas: 1\n` },
		{ path: 'pack-hello/templates/all.yaml', content: TEMPLATE },
	]);
	return { name: 'pack-hello', version, digest: digestOf(archive), archive: archive.toString('base64') };
}

type Target = { namespace: string; release: string };

export function applyRequest(
	target: Target,
	{ revision = 1, values = {}, ...rest }: Partial<ApplyRequest> & { values?: HelloValues } = {},
): ApplyRequest {
	return {
		...target,
		operationId: randomUUID(),
		revision,
		chart: helloChart(),
		values,
		injection: injectionFor(target, revision),
		description: 'test',
		timeoutSeconds: 30,
		patienceSeconds: 1,
		...rest,
	};
}

export function injectionFor({ release }: Target, revision = 1): ApplyRequest['injection'] {
	const name = `${release}-env-r${revision}`;
	return { image: IMAGE, configMapName: name, secretName: name, keys: ['LOG_LEVEL', 'API_KEY'] };
}

export function previewRequest(
	target: Target,
	values: HelloValues = {},
	rest: Partial<PreviewRequest> = {},
): PreviewRequest {
	return { ...target, chart: helloChart(), values, injection: injectionFor(target), ...rest };
}

export function uninstallRequest(target: Target, rest: Partial<UninstallRequest> = {}): UninstallRequest {
	return {
		...target,
		operationId: randomUUID(),
		timeoutSeconds: 30,
		removeEnvironment: true,
		removeVolumes: false,
		...rest,
	};
}

/** Create the environment of a revision with one plain value and one secret. */
export async function giveEnvironment(
	runner: Runner,
	target: Target,
	{ revision = 1, secret = 's3cret-of-the-test', operationId = randomUUID() } = {},
) {
	const config = { LOG_LEVEL: 'debug' };
	return runner.ensureEnvironment({ ...target, operationId, revision, config, secrets: { API_KEY: secret }, keep: [] });
}

/** Read all events; the last must be the result. */
export async function finish(events: AsyncIterable<RunnerEvent>): Promise<RunnerResult & { events: RunnerEvent[] }> {
	const seen: RunnerEvent[] = [];
	for await (const event of events) seen.push(event);
	const last = seen.at(-1);
	if (last?.kind !== 'result') throw new Error('The stream ended without a result.');
	return { ...last.result, events: seen };
}

const TEMPLATE = `
{{- if .Values.fail }}{{ fail .Values.fail }}{{ end }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Values.selector | default .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Values.selector | default .Release.Name }}}}
    spec:
      volumes: [{name: s, secret: {secretName: optional, optional: true, defaultMode: 0440}}]
      containers:
      - name: main
        image: {{ .Values.image | quote }}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 80}]}
{{- if .Values.note }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-note}
data: {note: {{ .Values.note | quote }}}
{{- end }}
{{- if .Values.password }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-own}
stringData: {password: {{ .Values.password | quote }}}
{{- end }}
{{- if .Values.store }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: {{ .Release.Name }}-db}
spec:
  serviceName: {{ .Release.Name }}
  selector: {matchLabels: {app: {{ .Release.Name }}-db}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}-db}}
    spec: {containers: [{name: db, image: "postgres:16"}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
{{- end }}
{{- if .Values.hookImage }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations: {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": before-hook-creation}
spec:
  backoffLimit: 0
  template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: {{ .Values.hookImage | quote }}}]}}
{{- end }}
{{- if .Values.kind }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ .Values.kind }}
metadata: {name: {{ .Release.Name }}}
{{- end }}
`;
