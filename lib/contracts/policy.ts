import { z } from 'zod';
import { ActorRef, Id, Timestamp } from './names';
import { Power, PowerCode } from './runner';

/** What the policy says about a pack that gains a power: nothing, that a person must give their word, or no. */
export const PolicyVerdict = z.enum(['allow', 'confirm', 'refuse']);
export type PolicyVerdict = z.infer<typeof PolicyVerdict>;

/** Every power has a verdict. */
export const PolicyVerdicts = z.record(PowerCode, PolicyVerdict);
export type PolicyVerdicts = z.infer<typeof PolicyVerdicts>;

export const PolicyRules = z.object({
	verdicts: PolicyVerdicts,
	/** A failed change of something that ran is returned to the last good revision. */
	returnAfterFailure: z.boolean(),
});
export type PolicyRules = z.infer<typeof PolicyRules>;

/** An owner let one pack have a power that the policy refuses. It still wants somebody's word. */
export const PolicyException = z.object({
	id: Id,
	packId: Id,
	packName: z.string(),
	slug: z.string(),
	power: PowerCode,
	reason: z.string(),
	by: ActorRef,
	at: Timestamp,
});
export type PolicyException = z.infer<typeof PolicyException>;

/** GET /api/policy */
export const Policy = z.object({
	...PolicyRules.shape,
	/** 0 = nobody has changed the defaults yet. A change names the one it was made on. */
	revision: z.int(),
	changedBy: ActorRef.nullable(),
	changedAt: Timestamp.nullable(),
	defaults: PolicyRules,
	/** Newest first. */
	exceptions: z.array(PolicyException),
});
export type Policy = z.infer<typeof Policy>;

/** PUT /api/policy: the whole of it. 409 when somebody changed it after `revision`. */
export const ReplacePolicy = z.strictObject({
	verdicts: PolicyVerdicts,
	returnAfterFailure: z.boolean(),
	revision: z.int().nonnegative(),
});
export type ReplacePolicy = z.infer<typeof ReplacePolicy>;

/** POST /api/policy/exceptions. 201 with the policy as it is now. */
export const AddException = z.strictObject({
	packId: Id,
	power: PowerCode,
	reason: z.string().trim().min(1, 'Say why this pack may have it.').max(500),
});
export type AddException = z.infer<typeof AddException>;

/** A power of a plan with what the policy makes of it. */
export const JudgedPower = Power.extend({
	/** What the policy says about this kind of power today. */
	verdict: PolicyVerdict,
	/** `before`: the running revision has it, so it is neither asked for nor refused again. */
	standing: z.enum(['refused', 'confirm', 'new', 'before']),
	/** Why a refused power is let through for this pack. */
	exception: PolicyException.pick({ id: true, reason: true, by: true, at: true }).nullable(),
});
export type JudgedPower = z.infer<typeof JudgedPower>;

/** What each kind of power is called, and what having it means. */
export const powerWords: Readonly<Record<PowerCode, { name: string; means: string }>> = {
	privileged: {
		name: 'Privileged containers',
		means: 'A container can take over the node it runs on, or gets Linux capabilities beyond the ordinary ones.',
	},
	'host-access': {
		name: 'Access to the node',
		means: 'Pods reach files, network, processes or memory of the node, and with them those of other packs.',
	},
	'cluster-scoped': {
		name: 'Objects of the whole cluster',
		means: 'The pack creates objects outside its own namespace, which everybody in the cluster shares.',
	},
	crd: {
		name: 'New kinds of objects',
		means: 'The pack teaches the cluster new kinds. They stay when the pack is removed.',
	},
	rbac: {
		name: 'Rights in the Kubernetes API',
		means: 'Pods may read or change objects of the cluster, as far as the role says.',
	},
	sandbox: {
		name: 'A container for every user',
		means: 'The pack starts a container of its own for each person who uses it.',
	},
	'exposed-port': {
		name: 'Reachable from outside',
		means: 'The pack can be reached from outside the cluster: ingress, load balancer or a port of the nodes.',
	},
	volume: { name: 'Storage', means: 'The pack keeps data on a volume, which may stay when the pack is removed.' },
	'mutable-image': {
		name: 'Images behind moving tags',
		means: 'What runs can change without an upgrade, and a rollback may not bring the old one back.',
	},
	hook: {
		name: 'Hooks',
		means: 'Jobs that run before or after an install or upgrade. A rollback does not undo what they did.',
	},
	permission: {
		name: 'Permissions inside KhalOS',
		means: 'What the apps of the pack may do with messages, files, terminals and the desktop.',
	},
};
