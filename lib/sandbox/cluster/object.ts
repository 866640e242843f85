import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isObject, type JsonObject, type JsonValue, withoutNulls } from './json';
import { apiVersionOf, type Kind } from './kinds';
import { badRequest } from './status-error';

/** Fields as `managedFields` lists them: `f:name`, `k:{"name":"x"}`, `v:"x"`, and `.` for the container itself. */
export type FieldSet = { [segment: string]: FieldSet };

export type ManagedFields = {
	manager: string;
	operation: string;
	apiVersion: string;
	time: string;
	fieldsType: string;
	fieldsV1: FieldSet;
};

const OwnerReference = z.object({
	apiVersion: z.string(),
	kind: z.string(),
	name: z.string(),
	uid: z.string(),
	controller: z.boolean().optional(),
	blockOwnerDeletion: z.boolean().optional(),
});
export type OwnerReference = z.infer<typeof OwnerReference>;

const Texts = z.record(z.string(), z.string()).optional();

/** What a client may say about an object; everything else in `metadata` is the server's. */
const ClientMetadata = z.object({
	name: z.string().optional(),
	generateName: z.string().optional(),
	namespace: z.string().optional(),
	uid: z.string().optional(),
	resourceVersion: z.string().optional(),
	labels: Texts,
	annotations: Texts,
	ownerReferences: z.array(OwnerReference).optional(),
	finalizers: z.array(z.string()).optional(),
});
type ClientMetadata = z.infer<typeof ClientMetadata>;

export type Metadata = {
	name: string;
	namespace?: string;
	uid: string;
	resourceVersion: string;
	generation?: number;
	creationTimestamp: string;
	deletionTimestamp?: string;
	deletionGracePeriodSeconds?: number;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	ownerReferences?: OwnerReference[];
	finalizers?: string[];
	managedFields?: ManagedFields[];
};

/** A stored object. Deeply frozen once stored: change a `structuredClone`. */
export type KubeObject = {
	apiVersion: string;
	kind: string;
	metadata: Metadata;
	spec?: JsonObject;
	status?: JsonObject;
	[field: string]: JsonValue | Metadata | undefined;
};

export type Draft = { metadata: ClientMetadata; fields: JsonObject };

/**
 * Read what a client sent as an object of `kind`.
 * @throws {StatusError} 400 when it is of another kind or its metadata has the wrong types
 */
export function readDraft(kind: Kind, input: JsonValue): Draft {
	const clean = withoutNulls(input);
	if (!isObject(clean)) throw badRequest('the object provided is unrecognized: not a JSON object');
	const { apiVersion = apiVersionOf(kind), kind: name = kind.kind, metadata = {}, ...fields } = clean;
	if (apiVersion !== apiVersionOf(kind) || name !== kind.kind) {
		throw badRequest(`${String(name)} in version "${String(apiVersion)}" cannot be handled as a ${kind.kind}`);
	}
	const parsed = ClientMetadata.safeParse(metadata);
	if (!parsed.success) {
		const where = parsed.error.issues.map((issue) => `metadata.${issue.path.join('.')}: ${issue.message}`).join('; ');
		throw badRequest(`${kind.kind} in version "${apiVersion}" cannot be handled as a ${kind.kind}: ${where}`);
	}
	return { metadata: parsed.data, fields };
}

/** Seconds resolution, as Kubernetes writes times. */
export function timestamp(at: number = Date.now()): string {
	return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The random part of generated names, from the letters Kubernetes uses (no vowels: no words by accident). */
export function nameSuffix(length = 5): string {
	return Array.from(randomBytes(length), (byte) => 'bcdfghjklmnpqrstvwxz2456789'[byte % 27]).join('');
}

export function ownerReferenceTo(owner: KubeObject): OwnerReference {
	const { apiVersion, kind, metadata } = owner;
	return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}
