import type { Acknowledgement, Plan } from '@/lib/contracts/plans';
import type { JudgedPower, PolicyRules } from '@/lib/contracts/policy';
import type { Power, PreviewResult } from '@/lib/contracts/runner';
import { digestOf } from '@/lib/digest';
import { type ContractDiff, describePermission } from '@/lib/manifest';
import { confirmationsOf, gainedPowers, judgePowers, markOf, type PackPolicy, refusalsOf } from '@/lib/policy';
import type { Draft } from './draft';
import type { PlanFacts } from './schema';
import type { StoredRevision } from './store';

/** Pure: what a delivery may do, and what the policy makes of that. */

/** Who looks at a plan: only for the words, never for what is allowed. */
export type Viewer = { mayChangePolicy: boolean };

/** Everything it may do: the chart's objects as they were rendered, and the manifest. null = not known. */
export function powersOf({ delivery }: Pick<Draft, 'delivery'>, preview: PreviewResult | null): Power[] | null {
	if (delivery === null || (delivery.chart !== null && preview === null)) return null;
	return [...(preview?.powers ?? []), ...manifestPowers(delivery.manifest)];
}

/** Going back to what ran, and removing, are never refused: a tired admin must be able to. */
export function isGated({ kind }: Pick<Draft, 'kind'>): boolean {
	return kind !== 'rollback' && kind !== 'uninstall';
}

/** Against what runs now. Nothing running, or not knowing what it may do, makes everything new. */
export function judged(
	draft: Pick<Draft, 'kind' | 'active'>,
	powers: readonly Power[] | null,
	policy: PackPolicy,
): JudgedPower[] {
	const before = draft.active?.powers ?? null;
	return judgePowers(powers ?? [], { before, policy, gated: isGated(draft) });
}

/** The facts a plan is approved by: those of the draft, what it may do, and what the policy says about what is new. */
export function approvable(draft: Draft, powers: Power[] | null, policy: PackPolicy): PlanFacts {
	if (draft.delivery === null) return draft.facts;
	const mark = markOf(policy, gainedPowers(powers ?? [], draft.active?.powers ?? null));
	return { ...draft.facts, powers, policy: { ...mark, returnAfterFailure: returnsOnFailure(draft, policy) } };
}

/** The plan hash. */
export function hashOf(facts: PlanFacts): string {
	return digestOf(facts);
}

/** Whether a failure of this is undone by itself, taken when it is asked for. */
export function returnsOnFailure({ active }: Pick<Draft, 'active'>, policy: PolicyRules): boolean {
	return active !== null && policy.returnAfterFailure;
}

/** One confirmation per kind of power, except where a change of the contract asks about the same thing already. */
export function powerAcknowledgements(
	{ diff }: { diff: Pick<ContractDiff, 'changes'> | null },
	powers: readonly JudgedPower[],
): Acknowledgement[] {
	const asked = (diff?.changes ?? []).filter(({ gate }) => gate === 'acknowledge');
	const sandbox = asked.some(({ kind }) => kind === 'sandbox-added' || kind === 'sandbox-widened');
	const permissions = asked.flatMap((change) => (change.kind === 'permissions-widened' ? change.permissions : []));
	const open = powers.filter(({ code, subject, exception }) => {
		if (exception !== null) return true;
		return !(code === 'sandbox' && sandbox) && !(code === 'permission' && permissions.includes(subject));
	});
	return confirmationsOf(open).map(({ id, sentence }) => ({ id, sentence, typed: null }));
}

/** Why the button does not work as far as powers go, and where an owner can decide otherwise. */
export function powerBlocks(
	{ pack, kind }: Pick<Draft, 'pack' | 'kind'>,
	powers: readonly JudgedPower[],
	{ mayChangePolicy }: Viewer,
): Plan['blocked'] {
	return refusalsOf(powers).map(({ code, sentence }) => ({
		reason: `${kind === 'install' ? '' : 'This version gains what the running one does not have. '}${sentence}${mayChangePolicy ? '' : ' Ask an owner to allow it for this pack.'}`,
		remedy: mayChangePolicy ? 'Allow it for this pack' : 'See the policy',
		href: `/settings/policy?pack=${pack.id}&power=${code}#allow`,
	}));
}

/**
 * What going back does not bring back (facts: peers, pain 28): images of what is returned to, and kinds of objects that
 * either version brought.
 */
export function notUndone(powers: readonly Power[], active: Pick<StoredRevision, 'powers'> | null): string[] {
	const of = (all: readonly Power[], wanted: Power['code']) => all.filter(({ code }) => code === wanted);
	const images = named(of(powers, 'mutable-image').map(({ extent, subject }) => extent || subject));
	const definitions = named(of([...powers, ...(active?.powers ?? [])], 'crd').map(({ subject }) => subject));
	return [
		'This goes back to an earlier chart and configuration. It does not undo what newer versions did to data.',
		...(definitions === '' ? [] : [`CRDs stay as they are: ${definitions}.`]),
		...(images === '' ? [] : [`Images behind moving tags may not be the ones that ran then: ${images}.`]),
	];
}

function named(names: readonly string[]): string {
	return [...new Set(names)].join(', ');
}

/** What the manifest itself asks for, beside what the chart's objects may do. */
function manifestPowers({ permissions, sandbox }: NonNullable<Draft['delivery']>['manifest']): Power[] {
	const powers: Power[] = permissions.map((permission) => {
		const { known, sentence } = describePermission(permission);
		return { code: 'permission', subject: permission, sentence, extent: '', level: known ? 'info' : 'warning' };
	});
	if (sandbox?.enabled === true) {
		const root = sandbox.sudoers ? ', with administrator rights inside it' : '';
		powers.push({
			code: 'sandbox',
			subject: 'sandbox',
			sentence: `It starts a container for every user${root}.`,
			extent: `${sandbox.sudoers ? 'root' : 'user'}, ${sandbox.mounts} mounts`,
			level: sandbox.sudoers ? 'danger' : 'warning',
		});
	}
	return powers;
}
