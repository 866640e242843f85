import { z } from 'zod';

/**
 * What can be audited, and the facts each kind carries. Everything is strict: a field that is not listed here cannot
 * reach the trail. Add a kind here and append it in the transaction that causes it.
 */

const Name = z.string().max(500);
const MaybeName = Name.nullable();

/** One key of a configuration. A secret one has no place for values, by type. */
const KeyChange = z.discriminatedUnion('secret', [
	z.strictObject({
		secret: z.literal(true),
		key: Name,
		change: z.enum(['added', 'changed', 'removed', 'kept', 'renamed']),
		/** The key it had before, when renamed. */
		oldKey: Name.optional(),
	}),
	z.strictObject({
		secret: z.literal(false),
		key: Name,
		change: z.enum(['added', 'changed', 'removed', 'kept', 'renamed']),
		oldKey: Name.optional(),
		from: z.string().max(65_536).optional(),
		to: z.string().max(65_536).optional(),
	}),
]);
export type KeyChange = z.infer<typeof KeyChange>;

const InstallFacts = {
	installId: Name,
	pack: Name,
	target: Name,
	namespace: Name,
	release: Name,
	operationId: Name,
	reason: z.string().max(500).nullable(),
};

const ChangeFacts = {
	...InstallFacts,
	fromVersion: MaybeName,
	toVersion: MaybeName,
	revision: z.int().nullable(),
	/** The approved plan and what it pinned: chart digest, npm integrities by package name. */
	planHash: MaybeName,
	chartDigest: MaybeName,
	frontends: z.record(Name, Name),
	manifestDigest: MaybeName,
	changes: z.array(KeyChange),
	acknowledged: z.array(Name),
	/** Powers it has beyond those of the revision that ran, and the exception that let one through. */
	gained: z.array(z.strictObject({ code: Name, subject: Name, exceptionId: MaybeName })),
};

const OperationFacts = {
	installId: Name,
	operationId: Name,
	operation: Name,
	version: MaybeName,
	revision: z.int().nullable(),
};

const Failure = { code: Name, step: MaybeName, message: z.string().max(4000) };
const VersionFacts = { installId: Name, version: MaybeName };
const ExceptionFacts = { exceptionId: Name, packId: Name, pack: Name, power: Name, reason: Name };
const SourceFacts = { sourceId: Name, name: Name, kind: Name };

export const eventData = {
	'setup.owner-created': z.strictObject({ userId: Name, email: Name }),
	'auth.signed-in': z.strictObject({ userId: Name, address: MaybeName }),
	'install.requested': z.strictObject(ChangeFacts),
	'upgrade.requested': z.strictObject(ChangeFacts),
	'configure.requested': z.strictObject(ChangeFacts),
	'rollback.requested': z.strictObject({ ...ChangeFacts, toRevision: z.int() }),
	'uninstall.requested': z.strictObject({
		...InstallFacts,
		fromVersion: MaybeName,
		removeSecrets: z.boolean(),
		removeVolumes: z.boolean(),
	}),
	'retry.requested': z.strictObject({
		...InstallFacts,
		retryOf: Name,
		/** Of a removal: no hook of the chart is run any more. */
		skipHooks: z.boolean().optional(),
		/** What was made outside Packyard since is written over. */
		takeOver: z.boolean().optional(),
	}),
	'operation.succeeded': z.strictObject({ ...OperationFacts, helmRevision: z.int().nullable() }),
	'operation.failed': z.strictObject({ ...OperationFacts, ...Failure }),
	'operation.cancel-requested': z.strictObject(OperationFacts),
	'operation.cancelled': z.strictObject(OperationFacts),
	/** Its worker was lost and another one took it over. */
	'operation.recovered': z.strictObject({ ...OperationFacts, attempt: z.int(), from: MaybeName }),
	/** After a failed upgrade: what was done about it. */
	'operation.returned': z.strictObject({ ...OperationFacts, toVersion: Name, toRevision: z.int(), ok: z.boolean() }),
	'install.removed': z.strictObject({ ...OperationFacts, dataKept: z.boolean(), kept: z.array(Name) }),
	'version.skipped': z.strictObject({ ...VersionFacts, skipped: z.boolean() }),
	'version.pinned': z.strictObject(VersionFacts),
	/** Values that have become secrets are no longer kept in clear for an older revision. */
	'revision.concealed': z.strictObject({ installId: Name, operationId: Name, revision: z.int(), keys: z.array(Name) }),
	'revision.noted': z.strictObject({ installId: Name, revision: z.int() }),
	'source.created': z.strictObject({ ...SourceFacts, credentialSet: z.boolean() }),
	'source.changed': z.strictObject({ ...SourceFacts, fields: z.array(Name), credentialSet: z.boolean() }),
	'source.deleted': z.strictObject({ ...SourceFacts, packs: z.int() }),
	'source.synced': z.strictObject({
		...SourceFacts,
		ok: z.boolean(),
		problem: z.string().max(4000).nullable(),
		added: z.int(),
		changed: z.int(),
		vanished: z.int(),
	}),
	'manifest.attached': z.strictObject({ packId: Name, version: Name, manifestDigest: Name }),
	'policy.changed': z.strictObject({
		revision: z.int(),
		changes: z.array(z.strictObject({ key: Name, from: Name, to: Name })),
	}),
	'policy.exception-added': z.strictObject(ExceptionFacts),
	'policy.exception-removed': z.strictObject(ExceptionFacts),
	/** The tag of a version moved, and an admin made the new bytes the ones it stands for. */
	'version.adopted': z.strictObject({
		packId: Name,
		version: Name,
		from: Name,
		to: Name,
		reason: z.string().max(500).nullable(),
	}),
	/** A notice of an install: taken note of, or raised again. */
	'alarm.settled': z.strictObject({
		...VersionFacts,
		alarm: Name,
		settled: z.boolean(),
		digest: MaybeName,
		reason: z.string().max(500).nullable(),
	}),
	'instance-value.set': z.strictObject({ change: KeyChange }),
} as const;

type AuditKind = keyof typeof eventData;

type AuditVia = 'browser' | 'cli' | 'worker' | 'system';

type KindAndData = { [Kind in AuditKind]: { kind: Kind; data: z.input<(typeof eventData)[Kind]> } }[AuditKind];

export type AuditEvent = KindAndData & {
	/** Id null: the system itself. The name is kept as it was at the time. */
	actor: { id: string | null; name: string };
	via: AuditVia;
	/** What it is about, e.g. `install:<id>`. */
	subject: string;
	/** One sentence for people. */
	summary: string;
	at: Date;
};
