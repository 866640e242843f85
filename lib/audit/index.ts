/**
 * The audit trail: append-only, hash-chained, written in the transaction of the change it tells about.
 * It holds names, digests and key-level changes; the shapes in `events.ts` have no place for the value of a secret.
 */
export { GENESIS } from './chain';
export type { AuditEvent, KeyChange } from './events';
export type { Audit } from './service';
export { createAudit } from './service';
export { appendAudit } from './store';
