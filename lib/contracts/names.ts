import { z } from 'zod';

/** Kubernetes namespace: RFC 1123 label. */
export const NamespaceName = z
	.string()
	.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'Use lower-case letters, digits and dashes.');

/** Helm release name: RFC 1123 label, at most 53 characters (helm: pkg/chart/common/util, ValidateReleaseName). */
export const ReleaseName = z
	.string()
	.max(53)
	.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'Use lower-case letters, digits and dashes, at most 53 characters.');

/** Kubernetes object name: RFC 1123 subdomain. */
export const ObjectName = z
	.string()
	.max(253)
	.regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/);

/** `sha256:<64 hex>`. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const Id = z.uuid();

/** ISO 8601 with time zone, as JSON carries dates. */
export const Timestamp = z.iso.datetime({ offset: true });

/** Who did something; `id` is null for the system itself (worker, recovery, schedule). */
export const ActorRef = z.object({ id: z.string().nullable(), name: z.string() });
export type ActorRef = z.infer<typeof ActorRef>;
