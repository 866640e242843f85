import type { Acknowledgement } from '@/lib/contracts/plans';
import { explainChange } from '@/lib/manifest';
import { takesOtherBytes } from './delivery';
import type { Draft } from './draft';

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
