import type { InstallDetail, InstallSummary, Revision } from '@/lib/contracts/installs';
import type { MatrixCell } from '@/lib/contracts/matrix';

/** What the portal answers about one ordinary install; a test says only what matters to it. */

export const ID = '00000000-0000-4000-8000-000000000001';
export const ANA = { id: 'u1', name: 'Ana' };
const AT = '2026-04-03T10:00:00Z';

/** Billing 1.2.0, running. */
export function installSummary(over: Partial<InstallSummary> = {}): InstallSummary {
	return {
		id: ID,
		packId: ID,
		packName: 'Billing',
		slug: 'billing',
		namespace: 'khal-acme',
		release: 'billing',
		targetName: 'local',
		status: {
			state: 'running',
			label: 'Running',
			desiredVersion: '1.2.0',
			runningVersion: '1.2.0',
			reason: null,
			observedAt: null,
		},
		version: '1.2.0',
		updateAvailable: null,
		alarms: [],
		dataKept: false,
		installedAt: AT,
		changedAt: AT,
		changedBy: ANA,
		activeOperation: null,
		...over,
	};
}

/** Its page, of a pack that asks for nothing and was never looked at in the cluster. */
export function installDetail(over: Partial<InstallDetail> = {}): InstallDetail {
	return {
		install: installSummary(),
		revision: revision(),
		manifest: null,
		configuration: [],
		archivedKeys: [],
		live: null,
		liveProblem: null,
		lastOperation: null,
		settledAlarms: [],
		skippedVersions: [],
		pinnedVersion: null,
		...over,
	};
}

/** Its first revision, good and kept. */
export function revision(over: Partial<Revision> = {}): Revision {
	return {
		number: 1,
		version: '1.2.0',
		chart: null,
		frontends: [],
		manifestDigest: null,
		planHash: null,
		createdAt: AT,
		createdBy: ANA,
		reason: null,
		note: null,
		operationId: ID,
		operationKind: 'install',
		activatedAt: AT,
		retiredAt: null,
		outcome: 'good',
		helmRevision: 1,
		kept: true,
		...over,
	};
}

/** A newer version that asks for nothing. */
export function matrixCell(version: string, over: Partial<MatrixCell> = {}): MatrixCell {
	return {
		version,
		state: 'safe',
		answers: 0,
		blockedBy: [],
		badge: { tone: 'none', text: 'no config change' },
		deprecations: [],
		...over,
	};
}
