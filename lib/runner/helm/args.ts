import { assertNever } from '@/lib/core';

/** What Helm is asked to do. Namespace, kubeconfig and plugins come through the environment (workspace.ts). */
export type HelmIntent =
	| {
			kind: 'apply';
			/** `replace` = `helm install --replace`: only after a first install that failed, so that install hooks run again. */
			mode: 'upgrade' | 'replace';
			release: string;
			chartPath: string;
			operationId: string;
			fence: number;
			description: string;
			timeoutSeconds: number;
			takeOwnership: boolean;
			forceConflicts: boolean;
	  }
	| {
			kind: 'render';
			release: string;
			chartPath: string;
			isUpgrade: boolean;
			/** null: ask the cluster (`lookup`, capabilities). A version: render without it. */
			offlineFor: string | null;
	  }
	| { kind: 'uninstall'; release: string; timeoutSeconds: number; skipHooks: boolean };

/** On every release record of ours from its pending state on; the key of idempotency (facts: helm.md section 7). */
export const OPERATION_LABEL = 'packyard.dev/operation';
/** Which claim of that operation; a lower one finds it and does nothing. */
export const FENCE_LABEL = 'packyard.dev/fence';
export const POST_RENDERER = 'packyard-inject';
const HISTORY_MAX = '20';

/**
 * argv of one Helm run. Values always go through stdin (`-f -`), never argv; `--create-namespace`, `--set` and
 * credentials flags are never used. Throws when a name could be read as a flag or a path.
 */
export function buildHelmArgs(intent: HelmIntent): string[] {
	assertName(intent.release);
	switch (intent.kind) {
		case 'apply':
			return applyArgs(intent);
		case 'render':
			return [
				'template',
				intent.release,
				intent.chartPath,
				...values,
				...postRenderer,
				// `server` contacts the cluster for `lookup` and capabilities, but writes nothing.
				...(intent.offlineFor === null
					? ['--dry-run=server']
					: ['--dry-run=client', '--kube-version', intent.offlineFor]),
				'--include-crds',
				'--skip-tests',
				...(intent.isUpgrade ? ['--is-upgrade'] : []),
			];
		case 'uninstall':
			return [
				'uninstall',
				intent.release,
				'--ignore-not-found',
				...waiting(intent.timeoutSeconds),
				...(intent.skipHooks ? ['--no-hooks'] : []),
				'--debug',
			];
		default:
			return assertNever(intent);
	}
}

const values = ['-f', '-'];
const postRenderer = ['--post-renderer', POST_RENDERER];

function applyArgs(intent: Extract<HelmIntent, { kind: 'apply' }>): string[] {
	assertName(intent.operationId);
	const verb = intent.mode === 'upgrade' ? ['upgrade', '--install'] : ['install', '--replace'];
	// Without --reset-values an upgrade silently keeps the previous values when the new ones are empty.
	const upgradeOnly = intent.mode === 'upgrade' ? ['--reset-values', '--history-max', HISTORY_MAX] : [];
	return [
		...verb,
		intent.release,
		intent.chartPath,
		...values,
		...upgradeOnly,
		...waiting(intent.timeoutSeconds),
		...postRenderer,
		'--labels',
		`${OPERATION_LABEL}=${intent.operationId},${FENCE_LABEL}=${intent.fence}`,
		`--description=${oneLine(intent.description)}`,
		...(intent.takeOwnership ? ['--take-ownership'] : []),
		...(intent.forceConflicts ? ['--force-conflicts'] : []),
		'-o',
		'json',
		'--debug',
	];
}

function waiting(timeoutSeconds: number): string[] {
	return ['--wait=watcher', '--timeout', `${timeoutSeconds}s`];
}

/** Names reach Helm as positional arguments. */
function assertName(name: string): void {
	if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) throw new Error(`"${name}" is not a name Helm may be given`);
}

function oneLine(text: string): string {
	return text.replace(/\p{Cc}+/gu, ' ').trim();
}
