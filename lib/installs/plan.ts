import { deprecationsOf } from '@/lib/catalog';
import type { Plan } from '@/lib/contracts/plans';
import type { JudgedPower } from '@/lib/contracts/policy';
import type { PreviewResult, RemovalPreview } from '@/lib/contracts/runner';
import { type InvalidParam, own } from '@/lib/core';
import { type ContractChange, explainChange, hideCredentials, isSecretVar } from '@/lib/manifest';
import { returningAgainstPolicy } from '@/lib/policy';
import { acknowledgementsOf } from './acknowledge';
import { takesOtherBytes } from './delivery';
import type { Draft } from './draft';
import { secretKeysIn } from './environment';
import { foreignIn, takeOverItems } from './foreign';
import { notUndone, powerAcknowledgements, powerBlocks, type Viewer } from './gains';
import { keptState, publishedState } from './secret-states';

/** Pure: from the gathered facts to what the admin sees and approves. */

export type ClusterView = {
	preview: PreviewResult | null;
	previewProblem: { message: string; hint: string | null } | null;
	removal: RemovalPreview | null;
	/** Somebody is at it already. */
	busy: { id: string; sentence: string } | null;
};

/** What the policy makes of it. `known` false: nobody could look at what it may do. */
export type Gains = { hash: string; powers: JudgedPower[]; known: boolean; returns: boolean; viewer: Viewer };

/** The five parts of the plan page (facts: peers, section 4.1), its hash, and why the button does not work. */
export function buildPlan(draft: Draft, cluster: ClusterView, gains: Gains): Plan {
	const { delivery, environment, diff, active } = draft;
	const undecided = (diff?.changes ?? []).filter(isUndecided);
	const invalid = withoutUndecided(environment?.invalid ?? [], undecided);
	return {
		kind: draft.kind,
		hash: gains.hash,
		action: actionOf(draft, cluster.preview),
		packId: draft.pack.id,
		packName: draft.pack.name,
		namespace: draft.namespace,
		release: draft.release,
		fromVersion: active?.version ?? null,
		toVersion: delivery?.version ?? null,
		chart: delivery?.chart ?? null,
		frontends: delivery?.frontends ?? [],
		badge: diff?.badge ?? { tone: 'none', text: draft.kind === 'install' ? 'first install' : 'no config change' },
		changes: (diff?.changes ?? []).map((change) => ({ change, sentence: explainChange(change, 'en') })),
		questions: questionsOf(draft, invalid),
		carried: environment?.carried ?? 0,
		invalidParams: invalid,
		configuration: configurationOf(draft),
		notes: draft.notes,
		preview: cluster.preview,
		previewProblem: cluster.previewProblem,
		removal: cluster.removal,
		powers: gains.powers,
		warnings: warningsOf(draft, cluster.preview, gains),
		wayBack: wayBackOf(draft, gains),
		acknowledgements: [
			...acknowledgementsOf(draft),
			...takeOverItems(foreignIn(cluster.preview)),
			...powerAcknowledgements(draft, gains.powers),
		],
		blocked: [...blockedBy(draft, cluster, { invalid, undecided }), ...blockedByPowers(draft, cluster, gains)],
	};
}

/** A decision that is no value: was a key renamed, must another version come first. */
export function isUndecided({ gate }: ContractChange): boolean {
	return gate === 'confirm-rename' || gate === 'upgrade-first';
}

/** Whether a new key is missing shows only once it is known to be new: first the rename is confirmed or denied. */
function withoutUndecided(invalid: InvalidParam[], undecided: readonly ContractChange[]): InvalidParam[] {
	const open = new Set(undecided.map((change) => (change.kind === 'suspected-rename' ? change.to : null)));
	return invalid.filter(({ name }) => !open.has(name));
}

/** Only what is new or no longer usable; keys of no contract are mistakes, not questions. */
function questionsOf({ delivery, diff }: Draft, invalid: readonly InvalidParam[]): string[] {
	const known = new Set(delivery?.manifest.contract.map(({ key }) => key));
	const asked = new Set([...(diff?.questions ?? []), ...invalid.map(({ name }) => name)]);
	return [...asked].filter((key) => known.has(key));
}

function blockedBy(
	{ delivery, install, kind, standing }: Draft,
	cluster: ClusterView,
	open: { invalid: readonly InvalidParam[]; undecided: readonly ContractChange[] },
): Plan['blocked'] {
	const blocked: Plan['blocked'] = [];
	const stop = (reason: string, remedy: string | null = null, href: string | null = null) =>
		blocked.push({ reason, remedy, href });
	if (cluster.busy !== null) stop(cluster.busy.sentence, 'Watch it', `/operations/${cluster.busy.id}`);
	for (const reason of delivery?.reasons ?? []) stop(reason);
	if (standing.problem !== null) stop(`The cluster cannot be asked: ${standing.problem.message}`);
	if (open.invalid.length > 0) {
		const noun = open.invalid.length === 1 ? 'value is' : 'values are';
		const names = open.invalid.map((param) => param.name).join(', ');
		if (kind === 'rollback') stop(`${names} of that revision can no longer be restored.`);
		else stop(`${open.invalid.length} ${noun} missing or not usable: ${names}.`, 'Fill in now', '#configuration');
	}
	for (const change of open.undecided) {
		const sentence = explainChange(change, 'en');
		if (change.kind !== 'stepping-stone') stop(sentence, 'Decide', '#changes');
		else if (change.via === null || install === null) stop(sentence);
		else stop(sentence, `Upgrade to ${change.via}`, upgradeTo(install.id, change.via));
	}
	for (const { action, kind: what, name, problem } of cluster.preview?.resources ?? []) {
		if (action === 'refused')
			stop(
				`The cluster refuses ${what} ${name}: ${problem ?? 'no reason given'}`,
				'See the cluster changes',
				'#cluster',
			);
	}
	return blocked;
}

function upgradeTo(installId: string, version: string): string {
	return `/installs/${installId}/upgrade?version=${encodeURIComponent(version)}`;
}

/** What cannot be seen cannot be approved; while the cluster is away that is said once, above. */
function blockedByPowers(
	draft: Draft,
	{ previewProblem }: ClusterView,
	{ powers, known, viewer }: Gains,
): Plan['blocked'] {
	const { kind, delivery, standing } = draft;
	if (known || delivery?.chart === null || delivery === null || kind === 'rollback' || standing.problem !== null)
		return powerBlocks(draft, powers, viewer);
	const reason = `What it may do in the cluster is not known: ${previewProblem?.message ?? 'the chart was not rendered.'}`;
	return [{ reason, remedy: 'See the cluster changes', href: '#cluster' }];
}

function actionOf(draft: Draft, preview: PreviewResult | null): string {
	const from = draft.active?.version ?? '';
	const to = draft.delivery?.version ?? '';
	if (draft.kind === 'configure' && takesOtherBytes(draft.active, draft.delivery)) return `Take the new bytes of ${to}`;
	const idle = preview?.resources.every((resource) => resource.action === 'unchanged') === true;
	const verbs = {
		install: `Install ${to}`,
		upgrade: `Upgrade ${from} → ${to}`,
		downgrade: `Downgrade ${from} → ${to}`,
		configure: idle ? 'Re-apply anyway' : 'Re-apply configuration',
		rollback: `Roll back to ${to}`,
		uninstall: 'Remove',
	} satisfies Record<Draft['kind'], string>;
	return verbs[draft.kind];
}

function configurationOf(draft: Draft): Plan['configuration'] {
	const { environment, delivery, base, active } = draft;
	if (environment === null || delivery === null) return [];
	const before = active ?? base;
	const rows: Plan['configuration'] = [];
	for (const [key, entry] of Object.entries(environment.config)) {
		const old = own(before?.config, key)?.value;
		rows.push({
			key,
			secret: false,
			state: before === null || old === undefined ? 'added' : old === entry.value ? 'unchanged' : 'changed',
			value: hideCredentials(entry.value),
			origin: entry.origin,
		});
	}
	const moved = new Set(secretKeysIn(environment));
	for (const [key, { origin, value }] of Object.entries(before?.config ?? {})) {
		// A value that becomes a secret stands below, as one.
		if (!Object.hasOwn(environment.config, key) && !moved.has(key))
			rows.push({ key, secret: false, state: 'removed', value: hideCredentials(value), origin });
	}
	const kept = new Map(environment.keep.map((secret) => [secret.key, secret.fromKey]));
	const secret = (key: string, state: Plan['configuration'][number]['state'], origin: string) =>
		rows.push({ key, secret: true, state, value: null, origin });
	for (const [key, fromKey] of kept) {
		const state = keptState({ before, base }, { key, fromKey });
		const older = draft.target !== null && state !== 'unchanged' ? `revision ${draft.target.number}` : 'kept';
		secret(key, state, key === fromKey ? older : `from ${fromKey}`);
	}
	for (const key of environment.given)
		secret(key, own(before?.secrets, key) === undefined ? 'added' : 'changed', 'answer');
	for (const key of Object.keys(environment.promoted)) secret(key, 'added', 'was plain');
	for (const [key, value] of Object.entries(environment.fallbacks))
		secret(key, publishedState(before, { key, value }), 'default');
	const wanted = new Set(environment.invalid.map((param) => param.name));
	const held = new Set(rows.map((row) => row.key));
	for (const key of Object.keys(before?.secrets ?? {}))
		if (!held.has(key) && ![...kept.values()].includes(key) && !wanted.has(key))
			secret(key, 'removed', own(environment.archived, key) === undefined ? 'kept' : 'archived');
	const hidden = new Set(delivery.manifest.contract.filter(isSecretVar).map(({ key }) => key));
	for (const param of environment.invalid)
		if (!held.has(param.name))
			rows.push({ key: param.name, secret: hidden.has(param.name), state: 'missing', value: null, origin: 'answer' });
	return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function warningsOf(draft: Draft, preview: PreviewResult | null, { powers }: Gains): string[] {
	const gaps = draft.diff?.gaps ?? [];
	const one = gaps.length === 1;
	return [
		...deprecationsOf(draft.delivery?.frontends ?? []),
		...(gaps.length === 0
			? []
			: [
					`${gaps.join(', ')} ${one ? 'has' : 'have'} no manifest; the versions around ${one ? 'it' : 'them'} were compared instead.`,
				]),
		...draft.standing.drift.map(
			({ object, fields, manager }) =>
				`${object} was changed outside Packyard by ${manager} (${fields.join(', ')}). Choose to take it over, or undo that change first.`,
		),
		...(draft.kind === 'rollback' || draft.kind === 'downgrade' ? notUndone(preview?.powers ?? [], draft.active) : []),
		...(draft.kind === 'rollback' ? returningAgainstPolicy(powers) : []),
		...(preview?.warnings ?? []),
	];
}

function wayBackOf(draft: Draft, { returns }: Gains): string {
	const { active } = draft;
	if (draft.kind === 'uninstall')
		return 'Removing cannot be undone here. The pack can be installed again; secrets then have to be entered again unless they are kept.';
	if (active === null) return 'Nothing runs yet. If it fails, what was created stays for a look and can be removed.';
	const failing = returns
		? `If it fails, it is returned to ${active.version} by itself.`
		: 'If it fails, it stays as it is: your policy does not return it by itself.';
	return `${failing} You can return to ${active.version} (revision ${active.number}) at any time, even with every registry switched off. That restores chart and configuration; it does not restore data, CRDs, or images behind moving tags.`;
}
