import { type Catalog, compareVersions, deprecationsOf, type StoredVersion } from '@/lib/catalog';
import type { MatrixCell, UpgradeMatrix } from '@/lib/contracts/matrix';
import type { Database } from '@/lib/db';
import { upgradeMatrix } from '@/lib/manifest';
import { heldBy } from './held';
import {
	listActiveRevisions,
	listInstalls,
	listInstanceValues,
	type StoredInstall,
	type StoredRevision,
} from './store';

/**
 * The version to offer: the newest stable one of the same source that can be installed and was not skipped. `versions`
 * newest first; null when there is none, or when the install is pinned.
 */
export function updateFor(
	install: Pick<StoredInstall, 'skipped' | 'pinned'>,
	running: string | null,
	versions: readonly Pick<StoredVersion, 'version' | 'prerelease' | 'installable' | 'vanished'>[],
): string | null {
	if (running === null || install.pinned !== null) return null;
	const best = versions.find(
		({ version, prerelease, installable, vanished }) =>
			!prerelease && installable && !vanished && !install.skipped.includes(version),
	);
	return best !== undefined && compareVersions(best.version, running) > 0 ? best.version : null;
}

/** "Can I upgrade?": all installs against all newer versions, from rows only. */
export async function readMatrix({ db, catalog }: { db: Database; catalog: Catalog }): Promise<UpgradeMatrix> {
	const installs = (await listInstalls(db.client)).filter(({ removedAt }) => removedAt === null);
	const [active, instanceValues] = await Promise.all([
		listActiveRevisions(db.client, installs),
		listInstanceValues(db.client),
	]);
	const instanceKeys = Object.keys(instanceValues);
	const rows: UpgradeMatrix['rows'] = [];
	for (const packId of new Set(installs.map((install) => install.packId))) {
		const versions = (await catalog.versions(packId)).filter(({ prerelease }) => !prerelease);
		const ours = installs.flatMap((install) => {
			const revision = install.packId === packId ? active.get(install.id) : undefined;
			return revision === undefined ? [] : [{ install, revision }];
		});
		rows.push(...rowsOf(ours, versions, instanceKeys));
	}
	return { rows };
}

type Running = { install: StoredInstall; revision: StoredRevision };

function rowsOf(
	running: readonly Running[],
	versions: readonly StoredVersion[],
	instanceKeys: readonly string[],
): UpgradeMatrix['rows'] {
	const known = new Map(versions.map((version) => [version.version, version]));
	const steps = versions.map(({ version, manifest, notes }) => ({ version, manifest, notes }));
	const asked = running.map(({ install, revision }) => ({
		id: install.id,
		version: revision.version,
		// Installs of a listed version share the way to every newer one; the manifest of a revision is the same one.
		...(known.get(revision.version)?.manifest ? {} : { manifest: revision.manifest }),
		answers: heldBy(revision),
		instanceKeys,
	}));
	const cells = new Map(upgradeMatrix(asked, steps).map((row) => [row.installId, row.cells]));
	return running.map(({ install, revision }) => ({
		installId: install.id,
		packId: install.packId,
		packName: install.packName,
		slug: install.slug,
		namespace: install.namespace,
		release: install.release,
		version: revision.version,
		cells: (cells.get(install.id) ?? []).flatMap((cell) => {
			const version = known.get(cell.version);
			return version === undefined || version.vanished ? [] : [withReasons(cell, version)];
		}),
	}));
}

/** Why a newer version waits for a person, when nothing stands in its way but what it changes. */
export function decisionSentence(running: string | null, { version, answers, badge }: MatrixCell): string {
	const now = `${running ?? 'Nothing'} runs`;
	if (answers === 0) return `${now}; ${version} changes something that deserves a look: ${badge.text}.`;
	return `${now}; ${version} needs ${answers === 1 ? 'one decision' : `${answers} decisions`} from you first.`;
}

/** A version nobody can install is no way on, whatever its contract says. */
function withReasons(
	cell: Omit<MatrixCell, 'deprecations'>,
	{ installable, reasons, frontends }: StoredVersion,
): MatrixCell {
	const told = { ...cell, deprecations: deprecationsOf(frontends) };
	if (installable) return told;
	return { ...told, state: 'blocked', blockedBy: [...cell.blockedBy, ...reasons] };
}
