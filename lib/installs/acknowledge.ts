import type { Acknowledgement } from '@/lib/contracts/plans';
import { explainChange } from '@/lib/manifest';
import { takesOtherBytes } from './delivery';
import type { Draft } from './draft';
import type { PlanFacts } from './schema';

/** What must be ticked or typed, in the order shown. Nothing volatile in here: the ids are part of the plan hash. */
export function acknowledgementsOf(
	draft: Pick<Draft, 'kind' | 'diff' | 'delivery' | 'active' | 'standing'>,
): Acknowledgement[] {
	return [...contractItems(draft), ...originItems(draft), ...situationItems(draft)];
}

/** Each breaking change by itself; an exposure is typed (facts: peers, section 5.A.1). */
function contractItems({ diff }: Pick<Draft, 'diff'>): Acknowledgement[] {
	const items: Acknowledgement[] = [];
	for (const change of diff?.changes ?? []) {
		const sentence = explainChange(change, 'en');
		if (change.gate === 'acknowledge') items.push({ id: change.id, sentence, typed: null });
		if (change.gate === 're-enter-and-type')
			items.push({ id: change.id, sentence, typed: 'key' in change ? change.key : change.id });
	}
	return items;
}

function originItems({ kind, active, delivery }: Pick<Draft, 'kind' | 'active' | 'delivery'>): Acknowledgement[] {
	const items: Acknowledgement[] = [];
	if (kind === 'configure' && delivery !== null && takesOtherBytes(active, delivery)) {
		items.push({
			id: 'other-bytes',
			sentence: `${delivery.version} stands for other bytes now than the ones that run. These replace them.`,
			typed: null,
		});
	}
	if (delivery?.vanished === true) {
		items.push({
			id: 'vanished',
			sentence: `${delivery.version} is no longer published by its source. The copy that was read before is used.`,
			typed: null,
		});
	}
	if (delivery !== null && delivery.tagMovedTo !== null) {
		items.push({
			id: 'tag-moved',
			sentence: `The tag ${delivery.version} points to other bytes now (${delivery.tagMovedTo}). The ones read first are used.`,
			typed: null,
		});
	}
	return items;
}

function situationItems({ kind, standing }: Pick<Draft, 'kind' | 'standing'>): Acknowledgement[] {
	const items: Acknowledgement[] = [];
	if (kind === 'downgrade') {
		items.push({
			id: 'downgrade',
			sentence: 'An older version may not understand data that the newer one wrote.',
			typed: null,
		});
	}
	if (kind !== 'uninstall' && standing.outside !== null)
		items.push({ id: 'outside', sentence: standing.outside, typed: null });
	return items;
}

/** The acknowledgements nobody gave: a tick is its id, a typed one `id=text`. */
export function missingFrom(items: readonly Acknowledgement[], given: readonly string[]): Acknowledgement[] {
	return items.filter((item) => !given.includes(givenAs(item)));
}

/** How an acknowledgement is sent, and how it stands in the audit. */
export function givenAs({ id, typed }: Pick<Acknowledgement, 'id' | 'typed'>): string {
	return typed === null ? id : `${id}=${typed}`;
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
	if (approved.acknowledgements.join() !== now.acknowledgements.join())
		moved.push('What has to be acknowledged changed.');
	return moved.length === 0 ? ['Something else about the plan changed.'] : moved;
}

function movedInCluster(approved: PlanFacts, now: PlanFacts): string {
	if (approved.helmRevision === null) return 'The cluster could not be asked when the plan was made.';
	if (now.helmRevision === null) return 'The cluster cannot be asked now.';
	return `The release changed in the cluster: Helm revision ${now.helmRevision}, it was ${approved.helmRevision}.`;
}
