import { z } from 'zod';
import { Digest, Id, NamespaceName, ObjectName, ReleaseName, Timestamp } from './names';

/**
 * The protocol between the portal and a runner (`app/api/runner/*`): JSON in, JSON or NDJSON events out, one bearer
 * token. The runner is the only process that holds cluster credentials and starts Helm (DESIGN section 1, rule 5).
 */

const EnvKey = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

/** Release coordinates on the runner's cluster. */
export const ReleaseRef = z.strictObject({ namespace: NamespaceName, release: ReleaseName });
export type ReleaseRef = z.infer<typeof ReleaseRef>;

/**
 * Which claim of an operation asks. A later claim has a higher number, and a runner lets nothing pass that is lower than
 * what it has seen for a release, so that a worker that was given up cannot change anything any more.
 */
const Fence = z.int().nonnegative();

/** POST /api/runner/fence: from now on nobody with a lower number changes this release. Throws `conflict` when outdated. */
export const RaiseFence = z.strictObject({ ...ReleaseRef.shape, fence: Fence });
export type RaiseFence = z.infer<typeof RaiseFence>;
export const RaisedFence = z.object({ fence: Fence });

/** A secret of an older revision that is carried over without being read by the portal. */
export const KeptSecret = z.strictObject({ key: EnvKey, fromSecret: ObjectName, fromKey: EnvKey });
export type KeptSecret = z.infer<typeof KeptSecret>;

/** POST /api/runner/environment: create the immutable ConfigMap and Secret of one revision. Idempotent per operation. */
export const EnvironmentRequest = z.strictObject({
	...ReleaseRef.shape,
	operationId: Id,
	revision: z.int().positive(),
	config: z.record(EnvKey, z.string()),
	secrets: z.record(EnvKey, z.string()),
	keep: z.array(KeptSecret),
	/** Left out by a request that delivers the secrets of an operation nobody has claimed yet. */
	fence: Fence.optional(),
});
export type EnvironmentRequest = z.infer<typeof EnvironmentRequest>;

export const EnvironmentResult = z.object({
	configMapName: z.string(),
	secretName: z.string(),
	configKeys: z.array(z.string()),
	secretKeys: z.array(z.string()),
});
export type EnvironmentResult = z.infer<typeof EnvironmentResult>;

/** POST /api/runner/environment/check: does the environment of a revision exist, with which keys? Never values of secrets. */
export const EnvironmentCheck = z.strictObject({ ...ReleaseRef.shape, revision: z.int().positive() });
export type EnvironmentCheck = z.infer<typeof EnvironmentCheck>;
export const EnvironmentState = z.object({
	present: z.boolean(),
	configKeys: z.array(z.string()),
	secretKeys: z.array(z.string()),
});
export type EnvironmentState = z.infer<typeof EnvironmentState>;

/**
 * POST /api/runner/environment/conceal: plain values of an old revision that have become secrets move from its ConfigMap
 * to a Secret of their own. `config` is what stays, for the case that an earlier attempt stopped half-way. Idempotent.
 */
export const EnvironmentConceal = z.strictObject({
	...ReleaseRef.shape,
	operationId: Id,
	revision: z.int().positive(),
	/** The revision that made them secrets. */
	by: z.int().positive(),
	keys: z.array(EnvKey).min(1),
	config: z.record(EnvKey, z.string()),
	fence: Fence.optional(),
});
export type EnvironmentConceal = z.infer<typeof EnvironmentConceal>;
export const EnvironmentConcealed = z.object({
	secretName: z.string(),
	/** Keys that the Secret holds; none when the environment of that revision was swept already. */
	keys: z.array(z.string()),
});
export type EnvironmentConcealed = z.infer<typeof EnvironmentConcealed>;

/** POST /api/runner/environment/sweep: delete the environments of this release that no kept revision refers to. */
export const EnvironmentSweep = z.strictObject({
	...ReleaseRef.shape,
	keepRevisions: z.array(z.int().positive()),
	fence: Fence.optional(),
});
export type EnvironmentSweep = z.infer<typeof EnvironmentSweep>;
export const EnvironmentSwept = z.object({ deleted: z.array(z.string()) });

/** The chart itself, by value: runners need no registry access and install exactly the reviewed bytes. */
export const ChartPayload = z.strictObject({
	name: z.string(),
	version: z.string(),
	/** sha256 of the archive bytes; the runner checks it. */
	digest: Digest,
	/** base64 of the .tgz, at most 20 MiB decoded. */
	archive: z.base64().max(28_000_000),
});
export type ChartPayload = z.infer<typeof ChartPayload>;

/** What the post-renderer adds: `envFrom` for both objects to the containers that run `image` (all when none matches). */
export const Injection = z.strictObject({
	/** `backend.image` without tag; null = every workload container. */
	image: z.string().nullable(),
	configMapName: ObjectName.nullable(),
	secretName: ObjectName.nullable(),
	keys: z.array(EnvKey),
});
export type Injection = z.infer<typeof Injection>;

/** POST /api/runner/apply → NDJSON of RunnerEvent. Same operationId while running = attach to it. */
export const ApplyRequest = z.strictObject({
	...ReleaseRef.shape,
	operationId: Id,
	revision: z.int().positive(),
	chart: ChartPayload,
	values: z.record(z.string(), z.unknown()),
	injection: Injection,
	fence: Fence.default(0),
	/** The Helm revision this was planned on (0 = none). Another one now, not of this operation: refused. null = not checked. */
	basedOn: z.int().nonnegative().nullable().optional(),
	/** What was approved. A rendering that may do more is not applied; null = not looked at (going back to what ran). */
	powers: z
		.array(z.lazy(() => Power))
		.nullable()
		.optional(),
	description: z.string().max(200),
	/** Helm's --timeout, per step. */
	timeoutSeconds: z.int().min(5).max(3600),
	/** A blocker that will not heal by waiting (bad image, missing key) ends the wait after this long. */
	patienceSeconds: z.int().min(1).max(3600),
	takeOwnership: z.boolean().default(false),
	forceConflicts: z.boolean().default(false),
});
export type ApplyRequest = z.input<typeof ApplyRequest>;

/** The first thing that keeps a rollout from finishing, named so that a person can act on it. */
export const Blocker = z.object({
	workload: z.string(),
	pod: z.string().nullable(),
	container: z.string().nullable(),
	image: z.string().nullable(),
	/** Kubernetes' own reason: ImagePullBackOff, CrashLoopBackOff, CreateContainerConfigError, Unschedulable, NotReady … */
	reason: z.string(),
	message: z.string(),
	/** The env key of the contract this is about, when it could be told. */
	envKey: z.string().nullable(),
	/** One plain sentence: what this means and what to do. */
	sentence: z.string(),
	/** True when waiting longer will not help. */
	terminal: z.boolean(),
	logs: z.array(z.string()),
});
export type Blocker = z.infer<typeof Blocker>;

/** How a Helm run ended (facts/helm.md section 7). */
export const HelmOutcome = z.enum([
	'ok',
	'busy',
	'superseded',
	'moved',
	'name_in_use',
	'unauthenticated',
	'unreachable',
	'forbidden',
	'cancelled',
	'missing_crd',
	'field_conflict',
	'ownership',
	'values_schema',
	'post_render',
	'not_approved',
	'template',
	'hook',
	'not_ready',
	'timeout',
	'invalid',
	'no_deployed',
	'not_found',
	'chart',
	'too_large',
	'rollback_broken',
	'killed',
	'failed',
]);
export type HelmOutcome = z.infer<typeof HelmOutcome>;

export const RunnerResult = z.object({
	ok: z.boolean(),
	outcome: HelmOutcome,
	/** One plain sentence; the raw text of Helm is in `detail`. */
	message: z.string(),
	hint: z.string().nullable(),
	detail: z.string(),
	helmRevision: z.int().nullable(),
	/** True when an earlier attempt of the same operation had already done the work. */
	reused: z.boolean(),
	/** What recovery had to repair before this run, in words. */
	recovered: z.string().nullable(),
	blocker: Blocker.nullable(),
	injected: z.array(z.string()),
	warnings: z.array(z.string()),
});
export type RunnerResult = z.infer<typeof RunnerResult>;

export const RunnerEvent = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('line'),
		at: Timestamp,
		level: z.enum(['debug', 'info', 'warn', 'error']),
		text: z.string(),
	}),
	z.object({ kind: z.literal('blocker'), at: Timestamp, blocker: Blocker.nullable() }),
	z.object({ kind: z.literal('heartbeat'), at: Timestamp }),
	z.object({ kind: z.literal('result'), at: Timestamp, result: RunnerResult }),
]);
export type RunnerEvent = z.infer<typeof RunnerEvent>;

/** POST /api/runner/cancel: SIGTERM to the Helm of this operation. */
export const CancelRequest = z.strictObject({ operationId: Id });
export const CancelResult = z.object({ cancelled: z.boolean() });

/** POST /api/runner/uninstall → NDJSON of RunnerEvent. */
export const UninstallRequest = z.strictObject({
	...ReleaseRef.shape,
	operationId: Id,
	fence: Fence.default(0),
	timeoutSeconds: z.int().min(5).max(3600),
	/** Delete the ConfigMaps and Secrets of all revisions too. */
	removeEnvironment: z.boolean(),
	/** Delete the PersistentVolumeClaims of the release's StatefulSets too. */
	removeVolumes: z.boolean(),
	/** Run no hook of the chart: what it was to do before or after the removal is not done. */
	skipHooks: z.boolean().default(false),
});
export type UninstallRequest = z.input<typeof UninstallRequest>;

export const WorkloadState = z.object({
	kind: z.string(),
	name: z.string(),
	wanted: z.int(),
	ready: z.int(),
	healthy: z.boolean(),
	images: z.array(z.string()),
});
export const PodState = z.object({
	name: z.string(),
	phase: z.string(),
	ready: z.boolean(),
	restarts: z.int(),
	reason: z.string().nullable(),
	images: z.array(z.object({ container: z.string(), image: z.string(), imageId: z.string() })),
	startedAt: z.string().nullable(),
});

/** POST /api/runner/status: what is really there. `release` is null when Helm knows nothing of it. */
export const ReleaseStatus = z.object({
	release: z
		.object({
			revision: z.int(),
			status: z.string(),
			chart: z.string().nullable(),
			operationId: z.string().nullable(),
			updatedAt: z.string().nullable(),
		})
		.nullable(),
	workloads: z.array(WorkloadState),
	pods: z.array(PodState),
	resources: z.array(z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), exists: z.boolean() })),
	healthy: z.boolean(),
	blocker: Blocker.nullable(),
	/** Objects whose live fields were changed by somebody else since the last apply. */
	drift: z.array(z.object({ object: z.string(), fields: z.array(z.string()), manager: z.string() })),
	observedAt: Timestamp,
});
export type ReleaseStatus = z.infer<typeof ReleaseStatus>;

/** The kinds of powers, as the policy lists them: strongest first. */
export const PowerCode = z.enum([
	'privileged',
	'host-access',
	'cluster-scoped',
	'crd',
	'rbac',
	'sandbox',
	'exposed-port',
	'volume',
	'mutable-image',
	'hook',
	'permission',
]);
export type PowerCode = z.infer<typeof PowerCode>;

/** One power a chart or manifest asks for, as a plain sentence. */
export const Power = z.object({
	code: PowerCode,
	subject: z.string(),
	sentence: z.string(),
	/** What exactly is granted, in a form made for comparing: a sentence may stay the same while a role grows. */
	extent: z.string(),
	level: z.enum(['info', 'warning', 'danger']),
});
export type Power = z.infer<typeof Power>;

/** The same power in two renderings, whatever words this version of Packyard has for it. */
export function powerIdentity({ code, subject, extent }: Pick<Power, 'code' | 'subject' | 'extent'>): string {
	return JSON.stringify([code, subject, extent]);
}

export const ResourceChange = z.object({
	apiVersion: z.string(),
	kind: z.string(),
	namespace: z.string().nullable(),
	name: z.string(),
	action: z.enum(['create', 'update', 'unchanged', 'delete', 'refused']),
	/** It is in the cluster already and belongs to somebody else: this change would take it over. */
	owner: z.string().nullable().default(null),
	/** Pods are replaced because the pod template changes. */
	restarts: z.boolean(),
	/** Changed fields; values of Secrets are never included. */
	fields: z.array(z.object({ path: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
	/** For Secrets: state per key only. */
	keys: z.array(z.object({ key: z.string(), state: z.enum(['added', 'changed', 'unchanged', 'removed']) })),
	/** What the API server said when it refused the dry run (admission, quota, immutability). */
	problem: z.string().nullable(),
});
export type ResourceChange = z.infer<typeof ResourceChange>;

/** POST /api/runner/preview: render with the pinned chart, inject, and dry-run every object against the cluster. */
export const PreviewRequest = z.strictObject({
	...ReleaseRef.shape,
	chart: ChartPayload,
	values: z.record(z.string(), z.unknown()),
	injection: Injection,
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;
export const PreviewResult = z.object({
	resources: z.array(ResourceChange),
	headline: z.string(),
	powers: z.array(Power),
	/** Every key that is delivered, secrets included. */
	keys: z.array(z.string()),
	/** Which containers receive them, and which keys do not arrive because the chart sets them itself there. */
	injected: z.array(
		z.object({ workload: z.string(), container: z.string(), image: z.string(), shadowed: z.array(z.string()) }),
	),
	warnings: z.array(z.string()),
	images: z.array(z.string()),
	/** Digest over the rendered manifest with the injection; part of the plan hash. */
	manifestDigest: z.string(),
	/** The newest Helm revision on the cluster when this was computed (0 = none). */
	helmRevision: z.int(),
});
export type PreviewResult = z.infer<typeof PreviewResult>;

/** POST /api/runner/removal-preview: what an uninstall deletes, keeps and orphans. */
export const RemovalPreview = z.object({
	deleted: z.array(z.string()),
	kept: z.array(z.object({ object: z.string(), reason: z.string() })),
	volumes: z.array(z.string()),
	environments: z.array(z.string()),
});
export type RemovalPreview = z.infer<typeof RemovalPreview>;

/** POST /api/runner/leak-scan: search every place outside the revision's Secret for its values. */
export const LeakScanRequest = z.strictObject({ ...ReleaseRef.shape, revision: z.int().positive() });
export type LeakScanRequest = z.infer<typeof LeakScanRequest>;
export const LeakScanResult = z.object({
	/** How many places of each kind were read: release records, ConfigMaps, workloads, events … */
	scanned: z.array(z.object({ place: z.string(), count: z.int() })),
	leaks: z.array(z.object({ key: z.string(), place: z.string() })),
	/** How many values the Secret holds. */
	secrets: z.int(),
	/** Keys whose values are too short (under 4 characters) to be searched for. */
	skipped: z.array(z.string()).default([]),
});
export type LeakScanResult = z.infer<typeof LeakScanResult>;

/** GET /api/runner/health */
export const RunnerHealth = z.object({
	helm: z.object({ ok: z.boolean(), version: z.string().nullable(), problem: z.string().nullable() }),
	cluster: z.object({ ok: z.boolean(), version: z.string().nullable(), problem: z.string().nullable() }),
	running: z.array(z.string()),
});
export type RunnerHealth = z.infer<typeof RunnerHealth>;
