import type { ConfigEntry, InstallStatus, Revision } from '@/lib/contracts/installs';
import type { Operation } from '@/lib/contracts/operations';
import { isSecretVar } from '@/lib/manifest';
import { installStatus } from './status';
import type { StoredInstall, StoredRevision } from './store';

/** Pure: from stored rows to what people are shown. */

/** The badge of an install, from its last operation and the last look at the cluster. */
export function statusOf(
	install: StoredInstall,
	last: Operation | null,
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
	const {
		number,
		version,
		chart,
		frontends,
		manifestDigest,
		planHash,
		createdAt,
		createdBy,
		reason,
		note,
		operationId,
		operationKind,
		activatedAt,
		retiredAt,
		outcome,
		helmRevision,
	} = revision;
	return {
		number,
		version,
		chart,
		frontends,
		manifestDigest,
		planHash,
		createdAt,
		createdBy,
		reason,
		note,
		operationId,
		operationKind,
		activatedAt,
		retiredAt,
		outcome,
		helmRevision,
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
		const entry = revision.secrets[variable.key];
		// A plain key may be stored as a secret by choice.
		if (isSecretVar(variable) || entry !== undefined) {
			rows.push({
				kind: 'secret',
				key: variable.key,
				description: variable.description,
				state: entry === undefined ? 'not-set' : lost.includes(variable.key) ? 'needs-re-entry' : 'set',
				setBy: entry?.setBy ?? null,
				setAt: entry?.setAt ?? null,
			});
			continue;
		}
		const value = revision.config[variable.key];
		if (value !== undefined)
			rows.push({ kind: 'plain', key: variable.key, description: variable.description, ...value });
	}
	for (const [key, value] of Object.entries(revision.config).sort(([a], [b]) => (a < b ? -1 : 1))) {
		if (!listed.has(key)) rows.push({ kind: 'plain', key, description: '', ...value });
	}
	return rows;
}
