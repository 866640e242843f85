import type { Alarm, ConfigEntry, InstallStatus, InstallSummary, Revision } from '@/lib/contracts/installs';
import { own } from '@/lib/core';
import { hideCredentials, isSecretVar } from '@/lib/manifest';
import type { OperationOutline } from './operations/store';
import type { EffectiveConfig, SecretEntry } from './schema';
import { installStatus } from './status';
import type { StoredInstall, StoredRevision } from './store';

/** Pure: from stored rows to what people are shown. */

const NOBODY = { id: null, name: 'Packyard' };

/** One row of a list: what the install is, how it stands, and who is at it. */
export function toSummary(
	install: StoredInstall,
	last: OperationOutline | null,
	facts: { status: InstallStatus; running: string | null; update: string | null; alarms: Alarm[] },
): InstallSummary {
	const open = last !== null && last.finishedAt === null ? last : null;
	return {
		id: install.id,
		packId: install.packId,
		packName: install.packName,
		slug: install.slug,
		namespace: install.namespace,
		release: install.release,
		targetName: install.target,
		status: facts.status,
		version: facts.running,
		updateAvailable: install.removedAt === null ? facts.update : null,
		alarms: facts.alarms,
		dataKept: install.removedAt !== null && install.dataKept,
		installedAt: install.createdAt,
		changedAt: last?.finishedAt ?? last?.createdAt ?? install.createdAt,
		changedBy: last?.requestedBy ?? NOBODY,
		activeOperation:
			open === null ? null : { id: open.id, kind: open.kind, startedBy: open.requestedBy, createdAt: open.createdAt },
	};
}

/** The badge of an install, from its last operation and the last look at the cluster. */
export function statusOf(
	install: StoredInstall,
	last: OperationOutline | null,
	facts: { running: string | null; desired: string | null; reachable: boolean },
): InstallStatus {
	const observed = install.observed;
	// Skipping a version that failed settles the matter: what runs is what is wanted.
	const settled = last?.state === 'failed' && last.toVersion !== null && install.skipped.includes(last.toVersion);
	return installStatus({
		activeVersion: facts.running,
		desiredVersion: facts.desired,
		hasChart: observed !== null,
		removed: install.removedAt !== null,
		dataKept: install.dataKept,
		lastOperation:
			last === null || (settled && facts.running !== null)
				? null
				: {
						kind: last.kind,
						state: last.state === 'interrupted' ? 'running' : last.state,
						toVersion: last.toVersion,
						leaseExpired: last.leaseExpired,
						failure: last.failure?.message ?? null,
						returned: last.returned,
					},
		observed:
			observed === null
				? null
				: { healthy: observed.healthy, exists: observed.release !== null, reason: observed.blocker?.sentence ?? null },
		observedAt: install.observedAt,
		reachable: facts.reachable,
	});
}

/** Belongs into the first stack of the inbox. */
export function needsHelp(status: InstallStatus): boolean {
	return ['degraded', 'upgrade-failed', 'install-failed', 'interrupted', 'unknown'].includes(status.state);
}

/** `kept`: its environment is still in the cluster, so it can be returned to. */
export function toRevision(revision: StoredRevision, kept: boolean): Revision {
	return {
		number: revision.number,
		version: revision.version,
		chart: revision.chart,
		frontends: revision.frontends,
		manifestDigest: revision.manifestDigest,
		planHash: revision.planHash,
		createdAt: revision.createdAt,
		createdBy: revision.createdBy,
		reason: revision.reason,
		note: revision.note,
		operationId: revision.operationId,
		operationKind: revision.operationKind,
		activatedAt: revision.activatedAt,
		retiredAt: revision.retiredAt,
		outcome: revision.outcome,
		helmRevision: revision.helmRevision,
		kept,
	};
}

/**
 * In the order of the contract; values that are not part of it (the pack's own, instance values) follow by name. `lost`
 * are secrets that are gone from the cluster.
 */
export function configurationOf(revision: StoredRevision, lost: readonly string[]): ConfigEntry[] {
	const rows: ConfigEntry[] = [];
	const listed = new Set<string>();
	for (const variable of revision.manifest.contract) {
		listed.add(variable.key);
		const entry = own(revision.secrets, variable.key);
		const value = own(revision.config, variable.key);
		// A plain key may be stored as a secret by choice.
		if (isSecretVar(variable) || entry !== undefined) rows.push(secretRow(variable, entry, lost));
		else if (value !== undefined) rows.push(plainRow(variable, value));
	}
	const others = Object.entries(revision.config).filter(([key]) => !listed.has(key));
	for (const [key, value] of others.sort(([a], [b]) => (a < b ? -1 : 1)))
		rows.push(plainRow({ key, description: '' }, value));
	return rows;
}

type Named = { key: string; description: string };

function plainRow({ key, description }: Named, value: EffectiveConfig[string]): ConfigEntry {
	const shown = hideCredentials(value.value);
	return { kind: 'plain', key, description, value: shown, hidden: shown !== value.value, origin: value.origin };
}

function secretRow({ key, description }: Named, entry: SecretEntry | undefined, lost: readonly string[]): ConfigEntry {
	const state = entry === undefined ? 'not-set' : lost.includes(key) ? 'needs-re-entry' : 'set';
	return { kind: 'secret', key, description, state, setBy: entry?.setBy ?? null, setAt: entry?.setAt ?? null };
}
