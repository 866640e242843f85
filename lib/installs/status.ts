import type { InstallStatus } from '@/lib/contracts/installs';
import type { OperationKind } from '@/lib/contracts/operations';
import type { StoredState } from './machine';

/** Everything an install's badge is derived from; nothing of it is a stored status (HOUSE.md rule 27). */
export type StatusFacts = {
	activeVersion: string | null;
	desiredVersion: string | null;
	hasChart: boolean;
	removed: boolean;
	dataKept: boolean;
	lastOperation: {
		kind: OperationKind;
		state: StoredState;
		toVersion: string | null;
		leaseExpired: boolean;
		failure: string | null;
		returned: { version: string; ok: boolean } | null;
	} | null;
	/** The last look at the cluster; null = never looked. */
	observed: { healthy: boolean; exists: boolean; reason: string | null } | null;
	observedAt: string | null;
	/** False when the last attempt to look failed. */
	reachable: boolean;
};

/** The one vocabulary of states (DESIGN section 3), with both facts: what was asked for and what runs. */
export function installStatus(facts: StatusFacts): InstallStatus {
	const base = {
		desiredVersion: facts.desiredVersion,
		runningVersion: facts.removed ? null : facts.activeVersion,
		observedAt: facts.observedAt,
	};
	const say = (state: InstallStatus['state'], label: string, reason: string | null = null): InstallStatus => ({
		...base,
		state,
		label,
		reason,
	});

	if (facts.removed) {
		return facts.dataKept ? say('removed-data-kept', 'Removed, data kept') : say('removed-data-kept', 'Removed');
	}
	const operation = facts.lastOperation;
	const running = facts.activeVersion;
	if (operation !== null && (operation.state === 'queued' || operation.state === 'running')) {
		if (operation.leaseExpired) {
			return say(
				'interrupted',
				'Interrupted',
				'The worker stopped in the middle. The operation is taken up again by itself.',
			);
		}
		return working(operation, running, say);
	}
	if (running === null) {
		if (operation?.state === 'cancelled')
			return say('install-failed', 'Install cancelled (nothing running)', operation.failure);
		return say('install-failed', 'Install failed (nothing running)', operation?.failure ?? null);
	}
	if (facts.hasChart && !facts.reachable) {
		return say(
			'unknown',
			'Unknown (cluster unreachable)',
			'The cluster cannot be reached. What is shown is the last known state.',
		);
	}
	const failed = operation?.state === 'failed';
	if (failed && operation.kind === 'uninstall') return say('degraded', failedWord.uninstall, operation.failure);
	if (facts.hasChart && facts.observed !== null && !facts.observed.healthy) {
		const cause = facts.observed.exists ? facts.observed.reason : 'The release is gone from the cluster.';
		if (failed)
			return say('degraded', `${failedWord[operation.kind]} (${running} degraded)`, operation.failure ?? cause);
		return say('degraded', 'Degraded', cause);
	}
	if (failed)
		return say('upgrade-failed', `${failedWord[operation.kind]} (still running ${running})`, operation.failure);
	return say('running', 'Running');
}

const failedWord = {
	install: 'Install failed',
	upgrade: 'Upgrade failed',
	downgrade: 'Downgrade failed',
	configure: 'Configuration failed',
	rollback: 'Rollback failed',
	uninstall: 'Removal failed',
	recover: 'Recovery failed',
} as const satisfies Record<OperationKind, string>;

type Say = (state: InstallStatus['state'], label: string, reason?: string | null) => InstallStatus;

function working(
	operation: { kind: OperationKind; toVersion: string | null },
	running: string | null,
	say: Say,
): InstallStatus {
	const still = running === null ? '' : ` (running ${running})`;
	const words = {
		install: () => say('installing', 'Installing'),
		recover: () => say('installing', 'Recovering'),
		upgrade: () =>
			running === null
				? say('installing', 'Installing')
				: say('upgrading', `Upgrading to ${operation.toVersion}${still}`),
		downgrade: () => say('upgrading', `Downgrading to ${operation.toVersion}${still}`),
		configure: () =>
			running === null ? say('installing', 'Installing') : say('upgrading', `Applying configuration${still}`),
		rollback: () => say('rolling-back', `Rolling back to ${operation.toVersion}`),
		uninstall: () => say('removing', 'Removing'),
	} satisfies Record<OperationKind, () => InstallStatus>;
	return words[operation.kind]();
}
