import type { AuditEvent, KeyChange } from '@/lib/audit';
import type { JudgedPower } from '@/lib/contracts/policy';
import { own } from '@/lib/core';
import { containsCredential } from '@/lib/manifest';
import { acknowledgementsOf, givenAs } from './acknowledge';
import type { Draft } from './draft';
import { secretKeysIn } from './environment';
import { type Foreign, takeOverItems } from './foreign';
import { powerAcknowledgements } from './gains';
import { keptState } from './secret-states';
import type { By, Submission } from './submit';

/** The audit event of a delivery that was asked for: what, from where to where, and what was agreed to. */
export function requestedEvent(
	draft: Draft,
	facts: {
		installId: string;
		operationId: string;
		submission: Pick<Submission, 'reason' | 'takeOver' | 'planHash'>;
		powers: readonly JudgedPower[];
		foreign: Foreign | null;
		by: By;
	},
): AuditEvent {
	const { delivery, pack } = draft;
	const data = {
		installId: facts.installId,
		pack: pack.name,
		target: draft.install?.target ?? 'local',
		namespace: draft.namespace,
		release: draft.release,
		operationId: facts.operationId,
		reason: facts.submission.reason,
		fromVersion: draft.active?.version ?? null,
		toVersion: delivery?.version ?? null,
		revision: draft.number,
		planHash: facts.submission.planHash,
		chartDigest: delivery?.chart?.archiveDigest ?? null,
		frontends: Object.fromEntries(
			(delivery?.frontends ?? []).map((frontend) => [frontend.package, frontend.integrity ?? frontend.version]),
		),
		manifestDigest: delivery?.manifestDigest ?? null,
		changes: keyChanges(draft),
		// What was required and given, not whatever a client sent along.
		acknowledged: [
			...[
				...acknowledgementsOf(draft),
				...takeOverItems(facts.foreign),
				...powerAcknowledgements(draft, facts.powers),
			].map(givenAs),
			...(facts.submission.takeOver ? ['take-over'] : []),
		],
		gained: facts.powers
			.filter(({ standing }) => standing !== 'before')
			.map(({ code, subject, exception }) => ({ code, subject, exceptionId: exception?.id ?? null })),
	};
	const common = {
		actor: { id: facts.by.id, name: facts.by.name },
		via: facts.by.via,
		subject: `install:${facts.installId}`,
		at: new Date(),
	};
	const to = delivery?.version ?? '';
	switch (draft.kind) {
		case 'install':
			return {
				...common,
				kind: 'install.requested',
				summary: `Install ${pack.name} ${to} into ${draft.namespace}`,
				data,
			};
		case 'configure':
			return {
				...common,
				kind: 'configure.requested',
				summary: `Change the configuration of ${pack.name} ${to}`,
				data,
			};
		case 'rollback':
			return {
				...common,
				kind: 'rollback.requested',
				summary: `Roll ${pack.name} back to ${to} (revision ${draft.target?.number})`,
				data: { ...data, toRevision: draft.target?.number ?? 0 },
			};
		case 'upgrade':
		case 'downgrade':
		case 'uninstall':
			return {
				...common,
				kind: 'upgrade.requested',
				summary: `${draft.kind === 'downgrade' ? 'Downgrade' : 'Upgrade'} ${pack.name} ${draft.active?.version ?? ''} → ${to}`,
				data,
			};
	}
}

/**
 * Key-level changes for auditors: plain values in clear, secrets by name only. The trail is for ever, so a value that was
 * or becomes a secret, or that carries a credential, is not in it either.
 */
function keyChanges(draft: Draft): KeyChange[] {
	const { environment } = draft;
	if (environment === null) return [];
	const before = draft.active ?? draft.base;
	const was = new Set(Object.keys(before?.secrets ?? {}));
	const becomes = new Set(secretKeysIn(environment));
	const changes: KeyChange[] = [];
	for (const [key, { value }] of Object.entries(environment.config)) {
		const old = own(before?.config, key)?.value;
		if (old === undefined)
			changes.push({ secret: false, key, change: 'added', ...(was.has(key) ? {} : told({ to: value })) });
		else if (old !== value) changes.push({ secret: false, key, change: 'changed', ...told({ from: old, to: value }) });
	}
	for (const [key, { value }] of Object.entries(before?.config ?? {}))
		if (!Object.hasOwn(environment.config, key) && !becomes.has(key))
			changes.push({ secret: false, key, change: 'removed', ...told({ from: value }) });
	for (const { key, fromKey } of environment.keep) {
		const state = keptState({ before, base: draft.base }, { key, fromKey });
		changes.push(
			key === fromKey
				? { secret: true, key, change: state === 'unchanged' ? 'kept' : state }
				: { secret: true, key, change: 'renamed', oldKey: fromKey },
		);
	}
	for (const key of [...environment.given, ...Object.keys(environment.promoted)])
		changes.push({ secret: true, key, change: own(before?.secrets, key) === undefined ? 'added' : 'changed' });
	const named = new Set(changes.flatMap((change) => [change.key, change.oldKey]));
	for (const key of Object.keys(before?.secrets ?? {}))
		if (!named.has(key)) changes.push({ secret: true, key, change: 'removed' });
	return changes;
}

function told<V extends { from?: string; to?: string }>(values: V): V | Record<string, never> {
	return Object.values(values).some(containsCredential) ? {} : values;
}
