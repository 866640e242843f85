import type { PreviewRequest, PreviewResult, ResourceChange } from '@/lib/contracts/runner';
import { AppError, isAppError, textAt } from '@/lib/core';
import { digestOf } from '@/lib/digest';
import { holdSecrets } from '../environment-data';
import { openChart } from '../helm/chart-archive';
import { identityOf, nameOf, parseManifest, type RenderedObject } from '../helm/documents';
import { failureOf, type HelmJobOutcome, type RunnerDeps, runHelmJob } from '../helm-job';
import type { KubeClient } from '../kube/client';
import { objectPath } from '../kube/discovery';
import { refusalOf } from '../kube/errors';
import { eachLimited } from '../limit';
import { missingHelm } from '../missing-helm';
import { isKept, readRelease } from '../release-objects';
import { diffObjects, headlineOf, keysAs } from './diff';
import { asHelmApplies, ownerOf } from './ownership';
import { CLUSTER_KINDS, imagesOf, type PowerContext, powersOf } from './powers';

const PARALLEL = 6;
const RENDER_SECONDS = 60;

type Context = { kube: KubeClient; request: PreviewRequest; newKinds: ReadonlySet<string> };

/**
 * Render with the pinned chart and the injection, then dry-run every object against the live one, so that admission,
 * quotas and immutability speak up now (Helm's own dry run asks none of them). Changes nothing. Throws when the chart
 * cannot be rendered; an object the cluster refuses is a `refused` change.
 */
export async function previewRelease(
	deps: RunnerDeps,
	request: PreviewRequest,
	signal?: AbortSignal,
): Promise<PreviewResult> {
	const { kube } = deps;
	const chart = openChart(request.chart);
	const [before, held] = await Promise.all([readRelease(kube, request), holdSecrets(kube, request)]);
	const isUpgrade = before.records.some(({ status }) => status === 'deployed');
	const outcome = await render(deps, request, { chart, isUpgrade, ...(signal && { signal }) });
	const rendered = parseManifest(outcome.exit.stdout);
	const objects = rendered.filter(({ hooks, kind }) => hooks.length === 0 && kind !== '');
	const context: Context = { kube, request, newKinds: kindsDefinedBy(objects) };

	const changes = await eachLimited(objects, PARALLEL, (object) => changeOf(context, object));
	const vanished = await vanishedFrom(context, before.objects, objects);
	const resources = [...changes, ...vanished.changes];
	held.clear();
	return {
		resources,
		headline: headlineOf(resources),
		powers: powersOf(rendered, { isClusterScoped: await clusterScope(kube, rendered) }),
		keys: [...new Set(request.injection.keys)].sort(),
		injected: outcome.injected,
		warnings: [...outcome.warnings, ...vanished.warnings],
		images: imagesOf(rendered),
		manifestDigest: manifestDigest(rendered),
		helmRevision: before.records[0]?.revision ?? 0,
	};
}

/** The well-known kinds, and whatever the cluster or a CRD of this very chart says belongs to no namespace. */
async function clusterScope(
	kube: KubeClient,
	rendered: readonly RenderedObject[],
): Promise<PowerContext['isClusterScoped']> {
	const defined = rendered.filter(
		(object) => object.kind === 'CustomResourceDefinition' && textAt(object, 'spec', 'scope') === 'Cluster',
	);
	const wide = new Set(defined.map((object) => textAt(object, 'spec', 'names', 'kind')));
	for (const { apiVersion, kind } of rendered) {
		if (CLUSTER_KINDS.includes(kind)) continue;
		const resource = await kube.discovery.find(apiVersion, kind);
		if (resource?.namespaced === false) wide.add(kind);
	}
	return ({ kind }) => CLUSTER_KINDS.includes(kind) || wide.has(kind);
}

type Rendering = { chart: Buffer; isUpgrade: boolean; signal?: AbortSignal };

async function render(deps: RunnerDeps, request: PreviewRequest, rendering: Rendering): Promise<HelmJobOutcome> {
	const outcome = await runTemplate(deps, request, rendering, null);
	if (outcome.exit.code === 0) return outcome;
	const failure = failureOf(outcome, rendering.signal ?? new AbortController().signal);
	// Helm checks kinds and owners of all objects while it asks the cluster, and stops at the first problem. Rendered
	// without the cluster, each object gets its own answer below (and CRDs of the chart itself count).
	if (failure.outcome === 'missing_crd' || failure.outcome === 'ownership') {
		const offline = await runTemplate(deps, request, rendering, await deps.kube.version());
		if (offline.exit.code === 0) return offline;
	}
	const { outcome: kind, message, hint, detail } = failure;
	const code = kind === 'unreachable' ? 'cluster_unreachable' : kind === 'cancelled' ? 'cancelled' : 'not_installable';
	throw new AppError(code, message, { ...(hint !== null && { hint }), details: { outcome: kind, detail } });
}

async function runTemplate(
	deps: RunnerDeps,
	request: PreviewRequest,
	{ chart, isUpgrade, signal }: Rendering,
	offlineFor: string | null,
): Promise<HelmJobOutcome> {
	if (deps.helmBin === null) throw missingHelm();
	return runHelmJob(deps, deps.helmBin, {
		intent: (chartPath) => ({ kind: 'render', release: request.release, chartPath, isUpgrade, offlineFor }),
		ref: request,
		operationId: null,
		chart,
		values: request.values,
		injection: request.injection,
		timeoutSeconds: RENDER_SECONDS,
		...(signal && { signal }),
	});
}

async function changeOf(context: Context, object: RenderedObject): Promise<ResourceChange> {
	const { kube, request } = context;
	const resource = await kube.discovery.find(object.apiVersion, object.kind);
	if (!resource) {
		if (context.newKinds.has(object.kind)) return change(object, request.namespace, { action: 'create' });
		const problem = `The cluster does not know the kind ${object.kind} (${object.apiVersion}). Install the operator it belongs to first.`;
		return change(object, request.namespace, { action: 'refused', problem });
	}
	const namespace = object.metadata.namespace ?? request.namespace;
	const path = objectPath(resource, namespace, object.metadata.name);
	const shownNamespace = resource.namespaced ? namespace : null;
	const live = await kube.find(path);
	if (live && object.kind === 'CustomResourceDefinition') return change(object, null, { action: 'unchanged' });
	// Whether to take it over is decided by who reads the plan; what that would change is looked at like anything else.
	const owner = live && ownerOf(live, request);
	try {
		const next = await kube.dryRunApply(path, asHelmApplies(object, request, resource.namespaced ? namespace : null));
		if (live)
			return change(object, shownNamespace, {
				...diffObjects({ ...live, kind: object.kind }, { ...next, kind: object.kind }),
				owner,
			});
		return change(object, shownNamespace, { action: 'create', ...createdKeys(object) });
	} catch (error) {
		const refusal = refusalOf(error);
		// The namespace is created before the install; nothing in it can be tried until then.
		if (refusal?.status === 404 && !live)
			return change(object, shownNamespace, { action: 'create', ...createdKeys(object) });
		if (!refusal || !isAppError(error) || error.code === 'cluster_unreachable') throw error;
		return change(object, shownNamespace, { action: 'refused', problem: refusal.message || error.message });
	}
}

/** Objects of the running revision that the new one no longer has: Helm deletes them, unless the chart says keep. */
async function vanishedFrom({ kube, request }: Context, before: RenderedObject[], after: RenderedObject[]) {
	const wanted = new Set(after.map((object) => identityOf(object, request.namespace)));
	const gone = before.filter((object) => !wanted.has(identityOf(object, request.namespace)));
	const found = await eachLimited(gone, PARALLEL, async (object) => {
		const path = await kube.discovery.pathOf(object, request.namespace);
		const live = path === null ? null : await kube.find(path);
		if (!live) return null;
		const kept = isKept(object) || isKept(live);
		return { object, kept };
	});
	const present = found.filter((one) => one !== null);
	return {
		changes: present
			.filter(({ kept }) => !kept)
			.map(({ object }) => change(object, request.namespace, { action: 'delete', ...deletedKeys(object) })),
		warnings: present
			.filter(({ kept }) => kept)
			.map(
				({ object }) =>
					`${nameOf(object)} is no longer part of the chart but stays, because the chart asks to keep it.`,
			),
	};
}

function change(
	object: RenderedObject,
	namespace: string | null,
	rest: Pick<ResourceChange, 'action'> & Partial<ResourceChange>,
): ResourceChange {
	const { apiVersion, kind, metadata } = object;
	return {
		apiVersion,
		kind,
		namespace,
		name: metadata.name,
		owner: null,
		restarts: false,
		fields: [],
		keys: [],
		problem: null,
		...rest,
	};
}

function createdKeys(object: RenderedObject): Partial<ResourceChange> {
	return object.kind === 'Secret' ? { keys: keysAs(object, 'added') } : {};
}

function deletedKeys(object: RenderedObject): Partial<ResourceChange> {
	return object.kind === 'Secret' ? { keys: keysAs(object, 'removed') } : {};
}

/** Kinds that CRDs of this very chart introduce: their objects cannot be tried before they exist. */
function kindsDefinedBy(objects: readonly RenderedObject[]): ReadonlySet<string> {
	const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
	return new Set(definitions.flatMap((definition) => textAt(definition, 'spec', 'names', 'kind') ?? []));
}

/**
 * Part of the plan hash. Secrets count by their keys only: charts that make up a random password would never give the
 * same digest twice, and a digest over a short secret could be guessed.
 */
function manifestDigest(objects: readonly RenderedObject[]): string {
	return digestOf(
		objects.map(({ hooks: _hooks, ...object }) => {
			if (object.kind !== 'Secret') return object;
			const { data: _data, stringData: _stringData, ...rest } = object;
			return { ...rest, keys: keysAs({ ...object }, 'added').map(({ key }) => key) };
		}),
	);
}
