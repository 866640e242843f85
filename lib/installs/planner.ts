import type { Plan, RequestPlan } from '@/lib/contracts/plans';
import type { PreviewResult } from '@/lib/contracts/runner';
import { isAppError, messageOf } from '@/lib/core';
import { digestOf } from '@/lib/digest';
import type { PolicyService } from '@/lib/policy';
import { inWords, openOperationAt } from './busy';
import { type Draft, type DraftDeps, draftOf } from './draft';
import { secretKeysIn } from './environment';
import { foreignIn } from './foreign';
import { approvable, hashOf, judged, powersOf, returnsOnFailure, type Viewer } from './gains';
import { buildPlan, type ClusterView } from './plan';
import { environmentNames } from './steps/apply';
import { savePlan } from './store';

/**
 * Compute a plan and keep its facts under its hash. Changes nothing in the cluster; an unreachable cluster is part of
 * the plan (`previewProblem`), not an error. Throws AppError for unknown packs, versions, installs and revisions.
 */
export async function makePlan(deps: PlanDeps, request: RequestPlan, viewer: Viewer): Promise<Plan> {
	const draft = await draftOf(deps, request);
	const view = await lookAtCluster(deps, draft);
	const policy = await deps.policy.forPack(draft.pack.id);
	const powers = powersOf(draft, view.preview);
	const foreign = foreignIn(view.preview);
	const facts = { ...approvable(draft, powers, policy), foreign, seen: seenIn(view.preview) };
	const hash = hashOf(facts);
	await savePlan(deps.db.client, hash, facts);
	return buildPlan(draft, view, {
		hash,
		powers: judged(draft, powers, policy),
		known: powers !== null,
		returns: returnsOnFailure(draft, policy),
		viewer,
	});
}

export type PlanDeps = DraftDeps & { policy: Pick<PolicyService, 'forPack'> };

async function lookAtCluster(deps: DraftDeps, draft: Draft): Promise<ClusterView> {
	const open = await openOperationAt(deps.db, draft);
	const busy = open === null ? null : { id: open.id, sentence: `Another operation is running here: ${inWords(open)}.` };
	const place = { namespace: draft.namespace, release: draft.release };
	const view: ClusterView = { preview: null, previewProblem: null, removal: draft.removal, busy };
	const { problem } = draft.standing;
	if (problem !== null) return { ...view, previewProblem: { message: problem.message, hint: problem.hint ?? null } };
	try {
		const { delivery, environment } = draft;
		if (delivery === null || delivery.chart === null || environment === null) return view;
		const bytes = await deps.catalog.chartArchive(delivery.chart, { sourceId: draft.pack.sourceId });
		const names = environmentNames(draft.release, draft.number);
		const preview = await deps.runner.preview({
			...place,
			chart: {
				name: chartName(delivery.chart.reference),
				version: delivery.version,
				digest: delivery.chart.archiveDigest,
				archive: Buffer.from(bytes).toString('base64'),
			},
			values: {},
			injection: {
				image: delivery.manifest.backend?.image ?? null,
				...names,
				keys: [...Object.keys(environment.config), ...secretKeysIn(environment)],
			},
		});
		return { ...view, preview };
	} catch (error) {
		if (!isAppError(error)) throw error;
		return { ...view, previewProblem: { message: messageOf(error), hint: error.hint ?? null } };
	}
}

/** What the rendering showed, as one digest: two plans that show different changes never have the same hash. */
function seenIn(preview: PreviewResult | null): string | null {
	if (preview === null) return null;
	const { manifestDigest, resources } = preview;
	return digestOf({ manifestDigest, resources });
}

/** Chart name as the repository ends: Helm's push rule makes them equal (facts: registries, 3.7). */
export function chartName(reference: string): string {
	return reference.split('/').at(-1)?.split(/[:@]/)[0] ?? reference;
}
