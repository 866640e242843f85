import { z } from 'zod';

/**
 * The normalised model of a `khal-app.json`, whatever generation it was written in. Values are strings end to end;
 * `null` means "the publisher did not say". `parseManifest` makes these; the database and the API carry them.
 */

/** How an answer is checked. Everything is delivered to the container as text. */
export const EnvVarType = z.enum(['string', 'number', 'boolean', 'secret', 'url']);
export type EnvVarType = z.infer<typeof EnvVarType>;

/** Where the question came from, strongest first; later ones only add secrecy to an earlier one. */
const DeclaredBy = z.enum(['env', 'backend.env', 'settings.secrets', 'settings.schema']);

/** One question of the environment contract. A `secret` is always stored in the vault; other types may be. */
export const EnvVar = z
	.object({
		key: z.string(),
		description: z.string(),
		required: z.boolean(),
		default: z.string().nullable(),
		type: EnvVarType,
		/** `config` is delivered by ConfigMap and shown in clear, `vault` by Secret and never shown. */
		storage: z.enum(['config', 'vault']),
		declaredBy: DeclaredBy,
	})
	.refine((variable) => variable.type !== 'secret' || variable.storage === 'vault', {
		message: 'A secret is always stored in the vault.',
		path: ['storage'],
	});
export type EnvVar = z.infer<typeof EnvVar>;

/** One app the shell loads. `package` is the npm name, `bundlePath` a safe path inside it. */
export const Frontend = z.object({
	id: z.string(),
	name: z.string(),
	package: z.string().nullable(),
	bundlePath: z.string().nullable(),
	bundleUrl: z.string().nullable(),
});
export type Frontend = z.infer<typeof Frontend>;

export const Backend = z.object({
	/** Image without tag or digest. */
	image: z.string().nullable(),
	/** `oci://…` without version. */
	helmChart: z.string().nullable(),
	/** Only the non-empty values: an empty one is a question and is listed in the contract. */
	env: z.record(z.string(), z.string()),
	/** `null` when not declared; never probe then. */
	ports: z.array(z.number()).nullable(),
});
export type Backend = z.infer<typeof Backend>;

export const PackService = z.object({
	name: z.string(),
	command: z.string().nullable(),
	entry: z.string().nullable(),
	runtime: z.string().nullable(),
	ports: z.array(z.number()),
});
export type PackService = z.infer<typeof PackService>;

export const Manifest = z.object({
	/** Empty when the file has none (then there is a blocker). */
	id: z.string(),
	name: z.string(),
	/** Semver without leading `v`; null when the file has none, the artifact's version counts then. */
	version: z.string().nullable(),
	kind: z.string(),
	description: z.string(),
	author: z.string(),
	/** Safe relative path in the repository, or null: show a placeholder. */
	icon: z.string().nullable(),
	license: z.string().nullable(),
	repository: z.string().nullable(),
	permissions: z.array(z.string()),
	/** False when the list is missing, which is not the same as asking for nothing. */
	permissionsDeclared: z.boolean(),
	shape: z.enum(['full-stack', 'backend', 'frontend', 'bundle', 'services', 'manifest-only']),
	frontends: z.array(Frontend),
	backend: Backend.nullable(),
	services: z.array(PackService),
	sandbox: z.object({ enabled: z.boolean(), sudoers: z.boolean(), mounts: z.number() }).nullable(),
	/** What the pack needs from the platform, as written. */
	requires: z.record(z.string(), z.unknown()).nullable(),
	scopes: z.object({ default: z.string().nullable(), allowed: z.array(z.string()) }),
	/** Our own extension: versions older than this one must pass through it first (stepping stone). */
	minUpgradeFrom: z.string().nullable(),
	/** The merged environment contract, one entry per key. */
	contract: z.array(EnvVar),
});
export type Manifest = z.infer<typeof Manifest>;

/** Everything the reader can say about a file. The closed list lets screens translate and filter. */
export const ManifestNoteCode = z.enum([
	'too-large',
	'too-deep',
	'not-json',
	'not-object',
	'list-too-long',
	'wrong-type',
	'id-missing',
	'id-invalid',
	'version-invalid',
	'version-missing',
	'version-prefixed',
	'reference-invalid',
	'reference-versioned',
	'env-key-invalid',
	'env-key-reserved',
	'env-key-duplicate',
	'env-type-unknown',
	'env-visibility-unknown',
	'env-secret-as-config',
	'env-guessed-secret',
	'env-required-missing',
	'value-coerced',
	'text-shortened',
	'unknown-field',
	'unknown-permission',
	'permissions-undeclared',
	'icon-missing',
	'icon-unavailable',
	'path-refused',
	'name-missing',
	'settings-elsewhere',
	'frontend-ignored',
	'frontend-unreachable',
	'services-without-backend',
	'more-notes',
]);
export type ManifestNoteCode = z.infer<typeof ManifestNoteCode>;

/** A warning or blocker: what (`code`), where (`path`, as in `env[2].key`), and one English sentence. */
export const ManifestNote = z.object({ code: ManifestNoteCode, path: z.string(), message: z.string() });
export type ManifestNote = z.infer<typeof ManifestNote>;

/** What `parseManifest` returns. `manifest` may be present next to blockers: it can be shown, not installed. */
export type ParsedManifest = { manifest: Manifest | null; warnings: ManifestNote[]; blockers: ManifestNote[] };
