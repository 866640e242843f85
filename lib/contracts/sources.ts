import { z } from 'zod';
import { Id, Timestamp } from './names';
import { SourceConfig, WritableSourceConfig } from './source-config';

const SourceKind = z.enum(['github', 'oci', 'npm', 'bundle']);

/** A stored credential is never returned; `needs-re-entry`: the key that encrypted it is gone. */
const CredentialState = z.enum(['set', 'not-set', 'needs-re-entry']);

export const SourceSummary = z.object({
	id: Id,
	kind: SourceKind,
	name: z.string(),
	address: z.string(),
	enabled: z.boolean(),
	credential: CredentialState,
	/** Of the npm registry beside an OCI one; other kinds have only one credential. */
	npmCredential: CredentialState,
	health: z.enum(['good', 'failing', 'never', 'syncing']),
	packs: z.int(),
	lastGoodSyncAt: Timestamp.nullable(),
	lastTriedAt: Timestamp.nullable(),
	problem: z.string().nullable(),
	hint: z.string().nullable(),
	/** While syncing: n of m and the last line. */
	progress: z.object({ done: z.int(), total: z.int(), line: z.string() }).nullable(),
	/** Null when it may be edited here; else a sentence that says where it comes from. */
	readOnlyReason: z.string().nullable(),
});
export type SourceSummary = z.infer<typeof SourceSummary>;
export const SourceList = z.object({ sources: z.array(SourceSummary) });
export type SourceList = z.infer<typeof SourceList>;

/** GET /api/sources/{id} */
export const SourceDetail = SourceSummary.extend({
	config: SourceConfig,
	createdAt: Timestamp,
	/** Installs (removed ones too: their history needs the packs) that keep this source from being deleted. */
	installs: z.int(),
	/** Null when it may be deleted; else a sentence that says why not, and what to do instead. */
	notDeletableReason: z.string().nullable(),
	/** Facts about the token, from the last answers: its scopes and end. */
	token: z.object({ scopes: z.array(z.string()).nullable(), expiresAt: Timestamp.nullable() }).nullable(),
	/** `Warning: 299` texts of registries, newest last. */
	warnings: z.array(z.string()),
});
export type SourceDetail = z.infer<typeof SourceDetail>;

const Name = z.string().trim().min(1, 'must not be empty').max(100);
const CredentialText = z
	.string()
	.trim()
	.min(1, 'must not be empty')
	.max(16_384)
	.regex(/^[\x20-\x7e]+$/, 'must be one line of plain characters');

/** POST /api/sources → 201 with SourceDetail */
export const CreateSource = z.strictObject({
	name: Name,
	config: WritableSourceConfig,
	/** Token or password. github: for REST, charts and frontends; oci: for the charts; npm: for the packages. */
	credential: CredentialText.optional(),
	/** Only for `oci` with an npm registry. */
	npmCredential: CredentialText.optional(),
	enabled: z.boolean().default(true),
});
export type CreateSource = z.input<typeof CreateSource>;

/**
 * PATCH /api/sources/{id} → SourceDetail. What is absent stays. A credential is replaced by a text and removed by null;
 * when the address it is sent to changes it must be entered again, or the request is refused.
 */
export const PatchSource = z.strictObject({
	name: Name.optional(),
	enabled: z.boolean().optional(),
	/** The whole configuration; its kind cannot change. */
	config: WritableSourceConfig.optional(),
	credential: CredentialText.nullable().optional(),
	npmCredential: CredentialText.nullable().optional(),
});
export type PatchSource = z.input<typeof PatchSource>;

/** POST /api/sources/test: the doctor for a configuration that is not saved. */
export const TestSource = z.strictObject({
	config: WritableSourceConfig,
	credential: CredentialText.optional(),
	npmCredential: CredentialText.optional(),
	/** Use what is stored for this source where no credential is given; only for the same addresses. */
	sourceId: Id.optional(),
});
export type TestSource = z.input<typeof TestSource>;

/** One line of the doctor's check list. `code` is raw (status, error code), `nextStep` says what to do. */
export const DoctorStep = z.object({
	step: z.enum([
		'dns',
		'tls',
		'ping',
		'realm',
		'listing',
		'token',
		'tags',
		'manifest',
		'blob',
		'referrers',
		'npm',
		'store',
	]),
	result: z.enum(['ok', 'warn', 'fail', 'skipped']),
	code: z.string().nullable(),
	detail: z.string(),
	nextStep: z.string().nullable(),
});
export type DoctorStep = z.infer<typeof DoctorStep>;

/** GET /api/sources/{id}/doctor. `result` is the worst of the steps. */
export const DoctorReport = z.object({ result: z.enum(['ok', 'warn', 'fail']), steps: z.array(DoctorStep) });
export type DoctorReport = z.infer<typeof DoctorReport>;

/** POST /api/sources/{id}/sync → 202. `started` is false when a sync was already running (here or on a replica). */
export const SyncAccepted = z.object({ started: z.boolean() });

/** POST /api/sources/{id}/cancel → 202. False when nothing was running. */
export const SyncCancelled = z.object({ cancelled: z.boolean() });

/** DELETE /api/sources/{id} */
export const SourceDeleted = z.object({ deleted: z.literal(true) });

/** POST /api/bundles/export → a tar (OCI image layout) of these versions; without a version the newest one. */
export const ExportBundle = z.strictObject({
	versions: z
		.array(z.strictObject({ slug: z.string().max(200), version: z.string().max(200).optional() }))
		.min(1)
		.max(1000),
});
export type ExportBundle = z.infer<typeof ExportBundle>;

/** POST /api/bundles?name=… with such a tar as its body → 201 with SourceDetail */
export const ImportBundle = z.object({ name: Name });
