import type { Finding } from './diff-rules';
import type { Manifest } from './schema';
import { compareVersions, isBreakingBump } from './version';

/**
 * Rules about the pack as a whole: powers, apps, service, version number. Widened permissions, a new sandbox and
 * vanished apps count as breaking (issue 3), because nobody but the admin can agree to them.
 */
export function changesOfPack(older: Manifest, newer: Manifest): Finding[] {
	return [
		...permissionChanges(older, newer),
		...sandboxChanges(older, newer),
		...appChanges(older, newer),
		...backendChanges(older, newer),
	];
}

/** By its number alone a version may break: a new major, or a new minor below 1.0. */
export function versionChange(from: string, to: string): Finding[] {
	if (!isBreakingBump(from, to)) return [];
	return [{ kind: 'breaking-version', from, to, verdict: 'warning', gate: 'acknowledge' }];
}

/** A version on the way, oldest first. Nobody can be sent over one whose manifest is not `readable`. */
export type Stop = { version: string; minUpgradeFrom: string | null; readable: boolean };

/**
 * The first version that must be installed before the wanted one. A demand anywhere on the way counts: later versions
 * rarely repeat it, and skipping the version that made it does not do its migration.
 */
export function steppingStone(installed: string, later: readonly Stop[]): Finding[] {
	for (const [index, { version, minUpgradeFrom: minimum }] of later.entries()) {
		if (minimum === null || compareVersions(installed, minimum) >= 0) continue;
		const stones = later.slice(0, index).filter((stop) => stop.readable && compareVersions(stop.version, minimum) >= 0);
		const via = stones.findLast(
			(stop) => stop.minUpgradeFrom === null || compareVersions(installed, stop.minUpgradeFrom) >= 0,
		);
		return [
			{
				kind: 'stepping-stone',
				version,
				minimum,
				via: via?.version ?? null,
				verdict: 'breaking',
				gate: 'upgrade-first',
			},
		];
	}
	return [];
}

function permissionChanges(older: Manifest, newer: Manifest): Finding[] {
	const added = without(newer.permissions, older.permissions);
	const dropped = without(older.permissions, newer.permissions);
	const findings: Finding[] = [];
	if (added.length > 0)
		findings.push({ kind: 'permissions-widened', permissions: added, verdict: 'breaking', gate: 'acknowledge' });
	if (dropped.length > 0)
		findings.push({ kind: 'permissions-narrowed', permissions: dropped, verdict: 'none', gate: 'none' });
	return findings;
}

function sandboxChanges({ sandbox: older }: Manifest, { sandbox: newer }: Manifest): Finding[] {
	if (!newer) return older ? [{ kind: 'sandbox-removed', verdict: 'none', gate: 'none' }] : [];
	const judged = { verdict: 'breaking', gate: 'acknowledge' } as const;
	if (!older) return [{ kind: 'sandbox-added', sudoers: newer.sudoers, ...judged }];
	const sudoers = newer.sudoers && !older.sudoers;
	return sudoers || newer.mounts > older.mounts ? [{ kind: 'sandbox-widened', sudoers, ...judged }] : [];
}

function appChanges(older: Manifest, newer: Manifest): Finding[] {
	const before = new Map(older.frontends.map((app) => [app.id, app.name]));
	const after = new Map(newer.frontends.map((app) => [app.id, app.name]));
	const gone = [...before].filter(([id]) => !after.has(id)).map(([, name]) => name);
	const come = [...after].filter(([id]) => !before.has(id)).map(([, name]) => name);
	const findings: Finding[] = [];
	if (gone.length > 0) findings.push({ kind: 'apps-removed', apps: gone, verdict: 'breaking', gate: 'acknowledge' });
	if (come.length > 0) findings.push({ kind: 'apps-added', apps: come, verdict: 'notice', gate: 'none' });
	return findings;
}

/** Undeclared ports are unknown, not none: only two declarations can be compared. */
function backendChanges({ backend: older }: Manifest, { backend: newer }: Manifest): Finding[] {
	if (!older && newer) return [{ kind: 'backend-added', verdict: 'warning', gate: 'none' }];
	if (older && !newer) return [{ kind: 'backend-removed', verdict: 'warning', gate: 'acknowledge' }];
	const from = older?.ports ?? null;
	const to = newer?.ports ?? null;
	if (from === null || to === null || sameSet(from, to)) return [];
	return [{ kind: 'ports-changed', from, to, verdict: 'warning', gate: 'acknowledge' }];
}

function without(list: readonly string[], others: readonly string[]): string[] {
	const known = new Set(others);
	return list.filter((entry) => !known.has(entry));
}

function sameSet(a: readonly number[], b: readonly number[]): boolean {
	const left = new Set(a);
	const right = new Set(b);
	return left.size === right.size && a.every((entry) => right.has(entry));
}
