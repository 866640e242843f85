import { z } from 'zod';
import { ActorRef, Timestamp } from '@/lib/contracts/names';
import { PolicyVerdict } from '@/lib/contracts/policy';
import { KeptSecret, Power, PowerCode } from '@/lib/contracts/runner';
import { EnvVarType, Manifest } from '@/lib/manifest';

/** Shapes of the JSON columns this module owns. */

/** What is known of a secret: that it is set, by whom, when, and a keyed fingerprint. Never its value. */
export const SecretEntry = z.object({ fingerprint: z.string(), setBy: ActorRef, setAt: Timestamp });
export type SecretEntry = z.infer<typeof SecretEntry>;

/** `heldIn`: plain when this revision was made, a secret since. The Secret it was moved to; absent = the revision's own. */
export const SecretLedger = z.record(z.string(), SecretEntry.extend({ heldIn: z.string().optional() }));
export type SecretLedger = z.infer<typeof SecretLedger>;

export const PlainAnswers = z.record(z.string(), z.string());
export type PlainAnswers = z.infer<typeof PlainAnswers>;

/**
 * Values of keys the contract no longer has: plain ones in clear, a secret as the revision whose Secret still holds it,
 * with the type it was checked against.
 */
export const Archive = z.record(
	z.string(),
	z.union([z.string(), SecretEntry.extend({ revision: z.int().positive(), type: EnvVarType.optional() })]),
);
export type Archive = z.infer<typeof Archive>;

/** Effective plain values, each with where it came from. */
export const EffectiveConfig = z.record(
	z.string(),
	z.object({ value: z.string(), origin: z.enum(['answer', 'instance', 'pack', 'default']) }),
);
export type EffectiveConfig = z.infer<typeof EffectiveConfig>;

export const StoredManifest = Manifest;

export const StoredPowers = z.array(Power).nullable();

/** `Operation.request`: what the steps need besides the revision. */
export const OperationRequest = z.object({
	/** Digest of the request that asked for it; null before that was kept. */
	asked: z.string().nullable().default(null),
	takeOver: z.boolean().default(false),
	/** Objects of others that the approved plan found are taken over, as was agreed to one by one. */
	takeOwnership: z.boolean().default(false),
	removeSecrets: z.boolean().default(true),
	removeVolumes: z.boolean().default(false),
	/** A removal that runs no hook of the chart, chosen after one of them failed. */
	skipHooks: z.boolean().default(false),
	/** The Helm revision this was approved on; null = nobody looked. */
	helmRevision: z.int().nullable().default(null),
	/** Revision to return to when this operation fails; null = nothing ran before. */
	baseRevision: z.int().nullable().default(null),
	/** What the policy said about that when this was asked for. */
	returnAfterFailure: z.boolean().default(true),
	/** Secret keys the request delivered itself; a repeated run cannot deliver them again. */
	given: z.array(z.string()).default([]),
	/** Secrets the runner copies from an older revision without anyone reading them. */
	keep: z.array(KeptSecret).default([]),
});
export type OperationRequest = z.output<typeof OperationRequest>;

/**
 * The facts a plan was computed from. Their digest is the plan hash; kept by hash so that a refused submit can say
 * which of them moved (DESIGN section 1, rule 3).
 */
export const PlanFacts = z.object({
	kind: z.string(),
	packId: z.string(),
	installId: z.string().nullable(),
	namespace: z.string(),
	release: z.string(),
	baseRevision: z.int().nullable(),
	targetRevision: z.int().nullable(),
	version: z.string().nullable(),
	chartDigest: z.string().nullable(),
	frontends: z.array(z.string()),
	manifestDigest: z.string().nullable(),
	answersDigest: z.string(),
	secretKeys: z.array(z.string()),
	acknowledgements: z.array(z.string()),
	/** The source has taken the version back, or its tag points to other bytes now. */
	vanished: z.boolean().default(false),
	tagMovedTo: z.string().nullable().default(null),
	/** The Helm revision that ran; null = the cluster was not asked. */
	helmRevision: z.int().nullable().default(null),
	/** Over every value that is delivered, whoever gave it, and the keys whose value is set for all packs. */
	configDigest: z.string().default(''),
	instanceKeys: z.array(z.string()).default([]),
	/** Objects of the running release that are not there, and fields of others in those that are. */
	missing: z.array(z.string()).default([]),
	drift: z.array(z.string()).default([]),
	/** What an uninstall deletes, keeps and asks about, one line per object; null = nothing to remove, or not looked. */
	removal: z.array(z.string()).nullable().default(null),
	/** Over the rendered manifest and what it would change, as the approved plan showed them; null = not rendered. */
	seen: z.string().nullable().default(null),
	/** Objects that are there already and belong to others; null = not looked. */
	foreign: z
		.array(z.strictObject({ object: z.string(), owner: z.string() }))
		.nullable()
		.default(null),
	/** Everything it may do, as the approved plan found it; null = it could not be found out. */
	powers: z.array(Power).nullable().default(null),
	/** What the policy said about the powers that are new, and about failures. */
	policy: z
		.object({ verdicts: z.partialRecord(PowerCode, PolicyVerdict), returnAfterFailure: z.boolean() })
		.nullable()
		.default(null),
});
export type PlanFacts = z.infer<typeof PlanFacts>;
