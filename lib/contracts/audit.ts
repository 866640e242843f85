import { z } from 'zod';
import { ActorRef, Timestamp } from './names';

/** One link of the hash chain. `data` holds names and digests, never values of secrets. */
export const AuditEntry = z.object({
	seq: z.int(),
	at: Timestamp,
	actor: ActorRef,
	via: z.enum(['browser', 'cli', 'worker', 'system']),
	kind: z.string(),
	/** What it is about, e.g. install:<id>. */
	subject: z.string(),
	/** One sentence. */
	summary: z.string(),
	data: z.record(z.string(), z.unknown()),
	hash: z.string(),
	prevHash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditFilter = z.object({
	subject: z.string().max(200).optional(),
	before: z.coerce.number().int().positive().optional(),
	limit: z.coerce.number().int().min(1).max(200).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;
export const AuditPage = z.object({ events: z.array(AuditEntry), nextBefore: z.int().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditVerification = z.object({
	ok: z.boolean(),
	checked: z.int(),
	firstBrokenSeq: z.int().nullable(),
	problem: z.string().nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;
