import { z } from 'zod';
import { ContractChange } from '@/lib/manifest';
import { Answers } from './installs';
import { Digest, Id, NamespaceName, ReleaseName } from './names';
import { ChartArtifact, ContractBadge, FrontendArtifact } from './packs';
import { JudgedPower } from './policy';
import { PreviewResult, RemovalPreview } from './runner';

/** POST /api/plans: what would happen, computed without changing anything (DESIGN section 5). */
export const RequestPlan = z.discriminatedUnion('kind', [
	z.strictObject({
		kind: z.literal('install'),
		packId: Id,
		version: z.string().max(128),
		namespace: NamespaceName,
		release: ReleaseName,
		/** Secret values are not needed for a plan: only which keys have one. */
		plain: Answers.shape.plain,
		secretKeys: z.array(z.string()),
	}),
	z.strictObject({
		kind: z.enum(['upgrade', 'configure']),
		installId: Id,
		version: z.string().max(128),
		plain: Answers.shape.plain,
		secretKeys: z.array(z.string()),
		renames: z.record(z.string(), z.string()),
		/** Old keys the admin says were not renamed. */
		separate: z.array(z.string()).optional(),
		discard: z.array(z.string()),
		/** The version that runs, with the bytes the catalog has accepted for it since. */
		adopt: z.boolean().optional(),
	}),
	z.strictObject({ kind: z.literal('rollback'), installId: Id, revision: z.int().positive() }),
	z.strictObject({ kind: z.literal('uninstall'), installId: Id }),
]);
export type RequestPlan = z.infer<typeof RequestPlan>;

/** One thing the admin must tick (or type) before the button works; `id` or `id=typed text` goes into `acknowledged`. */
export const Acknowledgement = z.object({
	id: z.string(),
	sentence: z.string(),
	/** When set, this text must be typed instead of ticked (exposure of a secret). */
	typed: z.string().nullable(),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

export const Plan = z.object({
	kind: z.enum(['install', 'upgrade', 'downgrade', 'configure', 'rollback', 'uninstall']),
	/**
	 * Hash over versions, digests, contract, answers, everything that is delivered, what the rendering would change, what
	 * it may do, and how the release stands in the cluster (its revision, missing objects, fields of others). Submit
	 * sends it back and is refused when any of it moved.
	 */
	hash: Digest,
	/** The verb on the button: Install 1.2.0, Upgrade 1.2.0 → 1.3.0, Re-apply configuration … */
	action: z.string(),
	packId: Id,
	packName: z.string(),
	namespace: z.string(),
	release: z.string(),
	fromVersion: z.string().nullable(),
	toVersion: z.string().nullable(),
	chart: ChartArtifact.nullable(),
	frontends: z.array(FrontendArtifact),
	badge: ContractBadge,
	/** Part 1: what changes in the configuration. */
	changes: z.array(z.object({ change: ContractChange, sentence: z.string() })),
	/** Part 2: keys that must be answered now (new or now invalid); everything else is carried over. */
	questions: z.array(z.string()),
	carried: z.int(),
	invalidParams: z.array(z.object({ name: z.string(), reason: z.string() })),
	/** Effective plain configuration; secrets as states. */
	configuration: z.array(
		z.object({
			key: z.string(),
			secret: z.boolean(),
			state: z.enum(['added', 'changed', 'unchanged', 'removed', 'missing']),
			value: z.string().nullable(),
			origin: z.string(),
		}),
	),
	/** Part 3: notes of every version between, newest first. */
	notes: z.array(z.object({ version: z.string(), text: z.string().nullable() })),
	/** Part 4: what changes in the cluster; null when the pack has no chart, or with `previewProblem`. */
	preview: PreviewResult.nullable(),
	previewProblem: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
	removal: RemovalPreview.nullable(),
	/** What it may do, and what the policy makes of that; empty with `previewProblem`, where it is not known. */
	powers: z.array(JudgedPower),
	warnings: z.array(z.string()),
	/** Part 5: the way back, in words. */
	wayBack: z.string(),
	acknowledgements: z.array(Acknowledgement),
	/** Why the button does not work; empty = it does. */
	blocked: z.array(z.object({ reason: z.string(), remedy: z.string().nullable(), href: z.string().nullable() })),
});
export type Plan = z.infer<typeof Plan>;
