import type { ContractBadge } from './change';
import { type ContractStep, type DiffRequest, diffAlong, holdingsOf, type Traced, traceSteps } from './diff';
import type { Holdings } from './diff-rules';
import { explainChange, type Locale } from './messages';
import type { Manifest } from './schema';
import { compareVersions } from './version';

/** One install of the pack. `manifest` is needed only when its version is no longer among the known ones. */
export type MatrixInstall = Pick<DiffRequest, 'answers' | 'instanceKeys'> & {
	id: string;
	version: string;
	manifest?: Manifest | null;
};

export type MatrixCell = {
	version: string;
	/** `answers`: possible after that many decisions. `blocked`: no answer helps, see `blockedBy`. */
	state: 'safe' | 'answers' | 'blocked';
	answers: number;
	blockedBy: string[];
	badge: ContractBadge;
};

export type MatrixRow = { installId: string; installedVersion: string; cells: MatrixCell[] };

/**
 * "Can I upgrade?": every install of one pack against every newer version, oldest first, without touching a cluster.
 * `versions` may come in any order.
 */
export function upgradeMatrix(
	installs: readonly MatrixInstall[],
	versions: readonly ContractStep[],
	locale: Locale = 'en',
): MatrixRow[] {
	const ordered = [...versions].sort((a, b) => compareVersions(a.version, b.version));
	const tracedBy = new Map<string, Traced[]>();
	return installs.map((install) => {
		const newer = ordered.filter((step) => compareVersions(step.version, install.version) > 0);
		// Installs of one version share the way, unless one brings a manifest of its own.
		const shared = install.manifest ? undefined : tracedBy.get(install.version);
		const traced = shared ?? traceAll(startOf(install, ordered), newer);
		if (!install.manifest) tracedBy.set(install.version, traced);
		const holdings = holdingsOf(install);
		const cells = newer.flatMap((step, index): MatrixCell[] => {
			const way = traced[index];
			return way ? [cellOf(step.version, way, holdings, locale)] : [];
		});
		return { installId: install.id, installedVersion: install.version, cells };
	});
}

function startOf({ version, manifest }: MatrixInstall, known: readonly ContractStep[]): ContractStep {
	return { version, manifest: manifest ?? known.find((step) => step.version === version)?.manifest ?? null };
}

function traceAll(start: ContractStep, newer: readonly ContractStep[]): Traced[] {
	return newer.map((_, last) => traceSteps([start, ...newer.slice(0, last + 1)]));
}

function cellOf(version: string, way: Traced, holdings: Holdings, locale: Locale): MatrixCell {
	const { changes, questions, badge } = diffAlong(way, holdings);
	const blocking = changes.filter((change) => change.kind === 'stepping-stone' || change.kind === 'not-comparable');
	const asked = new Set(questions);
	for (const change of changes) {
		if (change.gate === 'none' || change.gate === 'offer-old-default' || change.gate === 'value-needed') continue;
		// An exposed key is both a question and a confirmation; to the admin it is one decision.
		asked.add('key' in change ? change.key : change.id);
	}
	return {
		version,
		state: blocking.length > 0 ? 'blocked' : asked.size > 0 ? 'answers' : 'safe',
		answers: asked.size,
		blockedBy: blocking.map((change) => explainChange(change, locale)),
		badge,
	};
}
