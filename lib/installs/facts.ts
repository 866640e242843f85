import type { RemovalPreview } from '@/lib/contracts/runner';
import { canonicalJson, digestOf } from '@/lib/digest';
import { acknowledgementsOf } from './acknowledge';
import type { Draft } from './draft';
import type { PlanFacts } from './schema';

/** Pure: what a plan binds, and what moved when it no longer holds. */

/**
 * The facts of a plan as far as they can be gathered again, cheaply, when it is submitted; the last ones are added by the
 * plan and taken from it (docs/decisions, what a plan binds).
 */
export function factsOf(draft: Omit<Draft, 'facts'>): PlanFacts {
	const { delivery, environment, install, removal, standing, target } = draft;
	const removing = draft.kind === 'uninstall';
	return {
		kind: draft.kind,
		packId: draft.pack.id,
		installId: install?.id ?? null,
		namespace: draft.namespace,
		release: draft.release,
		baseRevision: draft.active?.number ?? null,
		targetRevision: target?.number ?? null,
		version: delivery?.version ?? null,
		chartDigest: delivery?.chart?.archiveDigest ?? null,
		frontends: (delivery?.frontends ?? []).map(
			(frontend) => `${frontend.package}@${frontend.integrity ?? frontend.version}`,
		),
		manifestDigest: delivery === null ? null : (delivery.manifestDigest ?? digestOf(delivery.manifest)),
		answersDigest: digestOf(
			canonicalJson({
				answers: environment?.answers ?? {},
				keep: environment?.keep ?? [],
				archived: environment?.archived ?? {},
				// Their texts are becoming secrets; which of them go along is decided by the same request.
				promoted: Object.keys(environment?.promoted ?? {}).sort(),
			}),
		),
		secretKeys: environment?.given ?? [],
		acknowledgements: acknowledgementsOf(draft).map((item) => item.id),
		vanished: delivery?.vanished ?? false,
		tagMovedTo: delivery?.tagMovedTo ?? null,
		helmRevision: standing.helmRevision,
		configDigest: digestOf(
			canonicalJson({ config: environment?.config ?? {}, fallbacks: environment?.fallbacks ?? {} }),
		),
		instanceKeys: Object.entries(environment?.config ?? {}).flatMap(([key, { origin }]) =>
			origin === 'instance' ? [key] : [],
		),
		// A removal does not care who changed what it deletes; it shows by itself what is there.
		missing: removing ? [] : standing.missing,
		drift: removing
			? []
			: standing.drift.map(({ object, fields, manager }) => `${object}: ${fields.join(', ')} (by ${manager})`),
		removal: removal === null ? null : removalFacts(removal),
		seen: null,
		foreign: null,
		powers: null,
		policy: null,
	};
}

/** What differs between two sets of facts, in words: the answer to "the plan no longer holds". */
export function whatMoved(approved: PlanFacts, now: PlanFacts): string[] {
	const moved: string[] = [];
	if (approved.baseRevision !== now.baseRevision) moved.push('Another revision runs now.');
	if (approved.version !== now.version) moved.push('The version is another one.');
	if (now.vanished && !approved.vanished) moved.push(`${now.version} is no longer published by its source.`);
	if (now.tagMovedTo !== null && approved.tagMovedTo !== now.tagMovedTo)
		moved.push(`The tag ${now.version} points to other bytes than the ones reviewed.`);
	if (approved.chartDigest !== now.chartDigest) moved.push('The chart has other bytes than the ones reviewed.');
	if (approved.frontends.join() !== now.frontends.join())
		moved.push('A frontend package has other bytes than the ones reviewed.');
	if (approved.manifestDigest !== now.manifestDigest) moved.push('The manifest changed.');
	if (approved.answersDigest !== now.answersDigest || approved.secretKeys.join() !== now.secretKeys.join())
		moved.push('The answers are not the ones the plan was made for.');
	if (approved.namespace !== now.namespace || approved.release !== now.release)
		moved.push('The target is another one.');
	else if (approved.helmRevision !== now.helmRevision) moved.push(movedInCluster(approved, now));
	if (approved.configDigest !== now.configDigest) moved.push(...movedConfiguration(approved, now));
	if (approved.helmRevision !== null && now.helmRevision !== null) moved.push(...movedObjects(approved, now));
	if (approved.removal?.join() !== now.removal?.join()) moved.push(movedRemoval(approved.removal, now.removal));
	if (approved.acknowledgements.join() !== now.acknowledgements.join())
		moved.push('What has to be acknowledged changed.');
	return moved.length === 0 ? ['Something else about the plan changed.'] : moved;
}

function movedInCluster(approved: PlanFacts, now: PlanFacts): string {
	if (approved.helmRevision === null) return 'The cluster could not be asked when the plan was made.';
	if (now.helmRevision === null) return 'The cluster cannot be asked now.';
	return `The release changed in the cluster: Helm revision ${now.helmRevision}, it was ${approved.helmRevision}.`;
}

/** The answers and the manifest have sentences of their own; what is left are values that count for every pack. */
function movedConfiguration(approved: PlanFacts, now: PlanFacts): string[] {
	if (approved.answersDigest !== now.answersDigest || approved.manifestDigest !== now.manifestDigest) return [];
	const named = [...differing(approved.instanceKeys, now.instanceKeys)];
	const which =
		named.length === 0 ? 'A value that is set for all packs' : `What is set for all packs (${named.join(', ')})`;
	return [`${which} changed, and with it the configuration.`];
}

/** Only where the release itself did not change: a new Helm revision says it all. */
function movedObjects(approved: PlanFacts, now: PlanFacts): string[] {
	if (approved.helmRevision !== now.helmRevision) return [];
	const gone = now.missing.filter((object) => !approved.missing.includes(object));
	const back = approved.missing.filter((object) => !now.missing.includes(object));
	const drift = differing(approved.drift, now.drift);
	return [
		...(gone.length === 0 ? [] : [`No longer in the cluster: ${gone.join(', ')}.`]),
		...(back.length === 0 ? [] : [`In the cluster again: ${back.join(', ')}.`]),
		...(drift.length === 0 ? [] : [`Changed outside Packyard, or changed back: ${drift.join('; ')}.`]),
	];
}

function movedRemoval(approved: PlanFacts['removal'], now: PlanFacts['removal']): string {
	const differs = differing(approved ?? [], now ?? []);
	return `What a removal deletes and what it leaves is not what was shown: ${differs.join(', ')}.`;
}

/** One line per object, sorted: the order in which a cluster lists things is no fact. */
function removalFacts({ deleted, kept, volumes, environments }: RemovalPreview): string[] {
	const lines = [
		...deleted.map((object) => `${object} goes`),
		...kept.map(({ object }) => `${object} stays`),
		...volumes.map((name) => `PersistentVolumeClaim ${name} by choice`),
		...environments.map((object) => `${object} by choice`),
	];
	return lines.sort();
}

function differing(one: readonly string[], other: readonly string[]): string[] {
	return [...one.filter((entry) => !other.includes(entry)), ...other.filter((entry) => !one.includes(entry))];
}
