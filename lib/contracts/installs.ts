import { z } from 'zod';
import { Manifest } from '@/lib/manifest';
import { ActorRef, Digest, Id, NamespaceName, ReleaseName, Timestamp } from './names';
import { Operation } from './operations';
import { ChartArtifact, FrontendArtifact } from './packs';
import { ReleaseStatus } from './runner';

/** Shown to people; derived from the last operation and the rollout, never stored (DESIGN section 3). */
export const InstallState = z.enum([
	'installing',
	'running',
	'degraded',
	'upgrading',
	'upgrade-failed',
	'install-failed',
	'interrupted',
	'rolling-back',
	'removing',
	'removed-data-kept',
	'unknown',
]);
export type InstallState = z.infer<typeof InstallState>;

/** Two facts, always both: what was asked for and what runs (DESIGN section 1, rule 7). */
export const InstallStatus = z.object({
	state: InstallState,
	/** The words on the badge, e.g. "Upgrade failed (still running 1.2.0)". */
	label: z.string(),
	desiredVersion: z.string().nullable(),
	runningVersion: z.string().nullable(),
	/** One sentence with the cause when something is wrong. */
	reason: z.string().nullable(),
	/** When the cluster was last seen. */
	observedAt: Timestamp.nullable(),
});
export type InstallStatus = z.infer<typeof InstallStatus>;

/** Something about where the running version came from that a person has to know (DESIGN section 1, rule 6). */
export const Alarm = z.object({
	/** Names the bytes it is about: settled for one digest, it is raised again for another. */
	id: z.string(),
	/**
	 * `tag-moved`: the tag points to other bytes than what runs. `replaced`: those were accepted in the catalog, not here.
	 * `deprecated`: its publisher advises against it. `vanished`: the source no longer lists the version.
	 */
	kind: z.enum(['tag-moved', 'replaced', 'deprecated', 'vanished']),
	version: z.string(),
	since: Timestamp.nullable(),
	sentence: z.string(),
	/** Of the chart: what runs, and what the version stands for in the registry. */
	digests: z.object({ running: z.string(), published: z.string() }).nullable(),
});
export type Alarm = z.infer<typeof Alarm>;

export const InstallSummary = z.object({
	id: Id,
	packId: Id,
	packName: z.string(),
	slug: z.string(),
	namespace: z.string(),
	release: z.string(),
	targetName: z.string(),
	status: InstallStatus,
	version: z.string().nullable(),
	/** Newest stable version from the same source, when newer than the running one. */
	updateAvailable: z.string().nullable(),
	/** Open ones, most urgent first; what an admin settled is part of the detail only. */
	alarms: z.array(Alarm),
	/** Removed, and something of it was kept: it can be brought back with that. */
	dataKept: z.boolean(),
	installedAt: Timestamp,
	changedAt: Timestamp,
	changedBy: ActorRef,
	activeOperation: z.object({ id: Id, kind: z.string(), startedBy: ActorRef, createdAt: Timestamp }).nullable(),
});
export type InstallSummary = z.infer<typeof InstallSummary>;

export const InstallList = z.object({ installs: z.array(InstallSummary) });
export type InstallList = z.infer<typeof InstallList>;

/** One key of the configuration of a revision. A secret has no value here, by type. */
export const ConfigEntry = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('plain'),
		key: z.string(),
		description: z.string(),
		/** As it may be shown to everyone who may look: `[hidden]` stands where it carries a credential. */
		value: z.string(),
		/** Something of it is not shown, so this text is not the value that is delivered. */
		hidden: z.boolean(),
		origin: z.enum(['answer', 'instance', 'pack', 'default']),
	}),
	z.object({
		kind: z.literal('secret'),
		key: z.string(),
		description: z.string(),
		state: z.enum(['not-set', 'set', 'needs-re-entry']),
		setBy: ActorRef.nullable(),
		setAt: Timestamp.nullable(),
	}),
]);
export type ConfigEntry = z.infer<typeof ConfigEntry>;

export const Revision = z.object({
	number: z.int(),
	version: z.string(),
	chart: ChartArtifact.nullable(),
	frontends: z.array(FrontendArtifact),
	manifestDigest: z.string().nullable(),
	planHash: z.string().nullable(),
	createdAt: Timestamp,
	createdBy: ActorRef,
	reason: z.string().nullable(),
	note: z.string().nullable(),
	operationId: Id,
	operationKind: z.string(),
	/** Became the running state at this time; null = never did. */
	activatedAt: Timestamp.nullable(),
	retiredAt: Timestamp.nullable(),
	outcome: z.enum(['pending', 'good', 'failed', 'cancelled']),
	helmRevision: z.int().nullable(),
	/** Its configuration is still in the cluster, so this state can be returned to. */
	kept: z.boolean(),
});
export type Revision = z.infer<typeof Revision>;

export const InstallDetail = z.object({
	install: InstallSummary,
	revision: Revision.nullable(),
	configuration: z.array(ConfigEntry),
	/**
	 * What that revision asks for: the contract of new answers for the version that runs. The catalog may know other
	 * bytes of it by now. Null when nothing was ever asked for.
	 */
	manifest: Manifest.nullable(),
	/** Keys an earlier version had: their values are kept and come back with the key, or can be deleted. */
	archivedKeys: z.array(z.string()),
	live: ReleaseStatus.nullable(),
	/** Why `live` is null: the cluster or runner cannot be reached. */
	liveProblem: z.string().nullable(),
	lastOperation: Operation.nullable(),
	/** Alarms that still hold and that an admin has taken note of. */
	settledAlarms: z.array(Alarm),
	skippedVersions: z.array(z.string()),
	pinnedVersion: z.string().nullable(),
});
export type InstallDetail = z.infer<typeof InstallDetail>;

export const RevisionList = z.object({ revisions: z.array(Revision) });

/**
 * Values for the contract as the browser sends them: `plain` in clear, `secrets` write-only. An absent secret key
 * keeps what is set. They leave the portal at once for the target's Secret and are stored nowhere else.
 */
export const Answers = z.strictObject({
	plain: z.record(z.string(), z.string().max(65_536)),
	secrets: z.record(z.string(), z.string().max(65_536)),
});
export type Answers = z.infer<typeof Answers>;

/**
 * What was agreed to, by the ids of the plan's acknowledgements. One that has to be typed is sent as `id=typed text`,
 * because the server checks the text too.
 */
const Acknowledged = z.array(z.string().max(500)).max(1000);

/** POST /api/installs: install a pack. 202 with the operation. */
export const RequestInstall = z.strictObject({
	/** Made once per form by the client: the same id twice is one operation (double click, retried request). */
	requestId: Id,
	packId: Id,
	version: z.string().max(128),
	namespace: NamespaceName,
	release: ReleaseName,
	answers: Answers,
	planHash: Digest,
	acknowledged: Acknowledged,
	reason: z.string().max(500).nullable(),
});
export type RequestInstall = z.infer<typeof RequestInstall>;

/** POST /api/installs/{id}/operations: anything done to an existing install. 202 with the operation. */
export const RequestOperation = z.discriminatedUnion('kind', [
	z.strictObject({
		kind: z.enum(['upgrade', 'configure']),
		requestId: Id,
		version: z.string().max(128),
		answers: Answers,
		planHash: Digest,
		acknowledged: Acknowledged,
		/** Confirmed renames, old key → new key; a secret moves without being read. */
		renames: z.record(z.string(), z.string()),
		/** Old keys the admin says were not renamed. */
		separate: z.array(z.string()).optional(),
		/** Removed keys whose value should be deleted instead of archived. */
		discard: z.array(z.string()),
		/** The version that runs, with the bytes the catalog has accepted for it since; otherwise those that run stay. */
		adopt: z.boolean().optional(),
		/** Take back fields that somebody changed outside Packyard; otherwise such a change refuses the operation. */
		takeOver: z.boolean(),
		reason: z.string().max(500).nullable(),
	}),
	z.strictObject({
		kind: z.literal('rollback'),
		requestId: Id,
		revision: z.int().positive(),
		planHash: Digest,
		acknowledged: Acknowledged,
		takeOver: z.boolean().optional(),
		reason: z.string().max(500).nullable(),
	}),
	z.strictObject({
		kind: z.literal('uninstall'),
		requestId: Id,
		/** What was shown to go and to stay; refused when that is no longer what would happen. */
		planHash: Digest,
		removeSecrets: z.boolean(),
		removeVolumes: z.boolean(),
		/** The release name, typed by the admin. */
		confirm: z.string(),
		reason: z.string().max(500).nullable(),
	}),
	z.strictObject({
		kind: z.literal('retry'),
		requestId: Id,
		/** Absent: as the failed attempt asked for. */
		takeOver: z.boolean().optional(),
		/** Of a removal that a hook of the chart has stopped: go on without running any. */
		skipHooks: z.boolean().optional(),
		reason: z.string().max(500).nullable(),
	}),
]);
export type RequestOperation = z.infer<typeof RequestOperation>;

/** PATCH /api/installs/{id}: small facts about an install that change nothing in the cluster. */
export const PatchInstall = z.strictObject({
	skipVersion: z.string().max(128).optional(),
	unskipVersion: z.string().max(128).optional(),
	pin: z.string().max(128).nullable().optional(),
	/** Take note of an alarm, or raise it again. */
	alarm: z
		.strictObject({ id: z.string().max(500), settled: z.boolean(), reason: z.string().trim().max(500).nullable() })
		.optional(),
	revisionNote: z.strictObject({ revision: z.int().positive(), note: z.string().max(2000) }).optional(),
});
export type PatchInstall = z.infer<typeof PatchInstall>;
